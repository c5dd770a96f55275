// SPDX-License-Identifier: GPL-2.0-only
#include "collector/nested_at.h"

#include <bpf/libbpf.h>

#include "bpf/failures.h"
#include "bpf/fields.h"
#include "bpf/nested_fsm.h"
#include "bpf/offsets.h"

#include "bpf/nested_at.skel.h"

/* With BTF of their own choice libbpf's users do not mean that of modules. */
#define VMLINUX_BTF "/sys/kernel/btf/vmlinux"

int nested_at_open(struct bpf_object_skeleton *skeleton)
{
	LIBBPF_OPTS(bpf_object_open_opts, o, .btf_custom_path = VMLINUX_BTF);

	skeleton->data = (void *)nested_at_bpf__elf_bytes(&skeleton->data_sz);
	return bpf_object__open_skeleton(skeleton, &o);
}
