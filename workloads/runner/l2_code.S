/* SPDX-License-Identifier: GPL-2.0-only */
/* The workloads' flat binaries, and the table of struct l2_code (l2_code.h). */
#include "workloads/l2/harness.h"

#define MACRO(...) /* those are in L2's initramfs */

	.code64
	.section .rodata
#define WORKLOAD(name, set, form, iterations, machine, pages, each, exits, stresses) \
name##_name:	.asciz #name; \
name##_code:	.incbin STRING(l2/name.bin); \
name##_end:
#define STRING(s) #s
#include "workloads/manifest.def"
#undef WORKLOAD

	.section .data.rel.ro, "aw"
	.balign	8
	.globl	l2_codes
l2_codes:
#define WORKLOAD(name, set, form, iterations, machine, pages, each, exits, stresses) \
	.quad name##_name, name##_code, name##_end - name##_code, machine, pages, each;
#include "workloads/manifest.def"
#undef WORKLOAD
	.quad	0, 0, 0, 0, 0, 0

	.section .note.GNU-stack, "", @progbits
