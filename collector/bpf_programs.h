/* SPDX-License-Identifier: GPL-2.0-only */
/* What sessions of BPF programs have in common. */
#ifndef NESTPROF_BPF_PROGRAMS_H
#define NESTPROF_BPF_PROGRAMS_H

#include <stddef.h>
#include <stdint.h>

#include "collector/btf_probe.h"

struct bpf_link;
struct bpf_map;
struct bpf_object;
struct bpf_program;

/* What the running kernel's KVM has to hook; or fail(). */
int programs_probe(struct kvm_hooks *h);

/* They could not be loaded, or whatever: fail()s with the kernel's reason. */
int programs_cannot(const char *what, int err);

/*
 * Makes plain pointers of kptrs, for a kernel where they are not used. Since 6.4 ("bpf: Rename
 * __kptr_ref -> __kptr and __kptr -> __kptr_untrusted", 03b77e17aeb2) the tag means a reference
 * that is counted, and a BTF with such a one to a type without a destructor is refused. libbpf
 * then goes on without BTF, where no function is global: the verifier has to look at each again
 * for each call of it.
 */
void programs_forget_kptrs(const struct bpf_object *o);

/* A map's memory, for reading and writing; NULL and fail() without. */
void *programs_map(const struct bpf_map *map, size_t size);

/* Puts a hook in, or takes it out, unless it is as it should be. */
void programs_hook(const struct bpf_program *program, struct bpf_link **link, bool in);

/* Puts an index on a list of what is free. */
int programs_put_free(const struct bpf_map *list, uint32_t index);

/* What the kernel measured of the programs' runs, while its BPF statistics were on. */
struct session_runs {
	uint64_t count;
	uint64_t ns;
};

/*
 * `missed`: runs that the kernel skipped, for the program was busy on that CPU; without
 * those of `harmless`.
 */
void programs_runs(const struct bpf_object *o, const struct bpf_program *harmless,
		   struct session_runs *runs, uint64_t *missed);

#endif
