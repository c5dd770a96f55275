// SPDX-License-Identifier: GPL-2.0-only
#include "collector/record/record_at.h"

#include "bpf/fields.h"
#include "bpf/offsets.h"
#include "bpf/record_chunks.h"
#include "collector/without_modules.h"

#include "bpf/record_at.skel.h"

int record_at_open(struct bpf_object_skeleton *skeleton)
{
	size_t size;
	const void *twin = record_at_bpf__elf_bytes(&size);

	return without_modules_open(skeleton, twin, size);
}
