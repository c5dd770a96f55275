// SPDX-License-Identifier: GPL-2.0-only
#define NP_FOLD 4
#include "bpf/failures.h"
#include "bpf/fields.h"
#include "bpf/nested_fsm.h"
#include "bpf/offsets.h"
#include "collector/nested_many.h"
#include "collector/without_modules.h"

#include "bpf/nested_many.skel.h"

int nested_many_open(struct bpf_object_skeleton *skeleton)
{
	size_t size;
	const void *many = nested_many_bpf__elf_bytes(&size);

	return without_modules_open(skeleton, many, size);
}
