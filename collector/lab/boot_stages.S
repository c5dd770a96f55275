/* SPDX-License-Identifier: GPL-2.0-only */
/* The two boot stages, built from workloads/lab/, as bytes inside nestprof. */
	.section .rodata
	.globl	boot_stage1, boot_stage1_end, boot_stage2, boot_stage2_end
boot_stage1:
	.incbin	"boot/stage1.bin"
boot_stage1_end:
boot_stage2:
	.incbin	"boot/stage2.bin"
boot_stage2_end:
	.section .note.GNU-stack, "", @progbits
