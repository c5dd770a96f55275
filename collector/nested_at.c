// SPDX-License-Identifier: GPL-2.0-only
#include "collector/nested_at.h"

#include "bpf/failures.h"
#include "bpf/fields.h"
#include "bpf/nested_fsm.h"
#include "bpf/offsets.h"
#include "collector/without_modules.h"

#include "bpf/nested_at.skel.h"

int nested_at_open(struct bpf_object_skeleton *skeleton)
{
	size_t size;
	const void *twin = nested_at_bpf__elf_bytes(&size);

	return without_modules_open(skeleton, twin, size);
}
