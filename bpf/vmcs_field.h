/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a VMCS field's encoding says of it (SDM vol. 3, section "VMREAD, VMWRITE,
 * and Encodings of VMCS Fields"), and the encodings themselves by name.
 *
 *   63..15  14..13  12  11..10  9..1   0
 *     0     width   0    type   index  high half (of 64-bit fields only)
 */
#ifndef NESTPROF_BPF_VMCS_FIELD_H
#define NESTPROF_BPF_VMCS_FIELD_H

#ifndef __VMLINUX_TYPES__
#include <linux/types.h>
#endif
#include <stdbool.h>

#include "bpf/inline.h"

enum np_vmcs_width { NP_VMCS_16, NP_VMCS_64, NP_VMCS_32, NP_VMCS_NATURAL };
enum np_vmcs_type { NP_VMCS_CONTROL, NP_VMCS_EXIT_INFO, NP_VMCS_GUEST, NP_VMCS_HOST };

/* NP_FIELD_GUEST_RIP, ... */
enum np_vmcs_encoding {
#define VMCS_FIELD(encoding, name, width, type, shadow, needs, words) NP_FIELD_##name = encoding,
#include "bpf/vmcs_fields.def"
#undef VMCS_FIELD
};

np_inline enum np_vmcs_width np_vmcs_width(__u64 encoding)
{
	return encoding >> 13 & 3;
}

np_inline enum np_vmcs_type np_vmcs_type(__u64 encoding)
{
	return encoding >> 10 & 3;
}

np_inline __u32 np_vmcs_index(__u64 encoding)
{
	return encoding >> 1 & 0x1ff;
}

np_inline bool np_vmcs_is_high(__u64 encoding)
{
	return encoding & 1;
}

/* False: no CPU can ever have such a field. */
np_inline bool np_vmcs_is_encoding(__u64 encoding)
{
	if (encoding & ~0x6fffull)
		return false;
	return !np_vmcs_is_high(encoding) || np_vmcs_width(encoding) == NP_VMCS_64;
}

#endif
