/* SPDX-License-Identifier: GPL-2.0-only */
/* What sessions of BPF programs have in common. */
#ifndef NESTPROF_BPF_PROGRAMS_H
#define NESTPROF_BPF_PROGRAMS_H

#include <stddef.h>
#include <stdint.h>

#include "collector/btf_probe.h"

struct bpf_map;
struct bpf_object;

/* What the running kernel's KVM has to hook; or fail(). */
int programs_probe(struct kvm_hooks *h);

/* They could not be loaded, or whatever: fail()s with the kernel's reason. */
int programs_cannot(const char *what, int err);

/* A map's memory, for reading and writing; NULL and fail() without. */
void *programs_map(const struct bpf_map *map, size_t size);

/* Puts an index on a list of what is free. */
int programs_put_free(const struct bpf_map *list, uint32_t index);

/* What the kernel measured of the programs' runs, while its BPF statistics were on. */
struct session_runs {
	uint64_t count;
	uint64_t ns;
};

/* `missed`: runs that the kernel skipped, for the program was busy on that CPU. */
void programs_runs(const struct bpf_object *o, struct session_runs *runs, uint64_t *missed);

#endif
