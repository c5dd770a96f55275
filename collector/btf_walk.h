/* SPDX-License-Identifier: GPL-2.0-only */
/* Types by name, and fields by their path, in the BTF of the kernel and its modules. */
#ifndef NESTPROF_BTF_WALK_H
#define NESTPROF_BTF_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "collector/btf_probe.h"

struct btf_type;

struct found {
	const struct btf *btf; /* NULL: not there */
	uint32_t id;
	uint32_t offset; /* of a field, in bytes from the outermost struct */
};

#define FOUND_NOTHING ((struct found){ NULL, 0, 0 })

/* The first of that name: kvm_intel's or kvm_amd's, kvm's, vmlinux's. */
struct found btf_find(const struct kvm_btf *b, const char *name, uint32_t kind);

/* Without typedefs, const and the like. */
struct found btf_plain(struct found f);

const struct btf_type *btf_type_of(struct found f);

/* A field by its path: "vt.exit_reason". Its type is plain. */
struct found btf_field(const struct kvm_btf *b, const char *structure, const char *path);

#endif
