/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entered by PVH's protocol: 32-bit protected mode, flat, no paging. Goes on
 * in 64-bit mode, the first GiB mapped as it is and so is the fourth, where the
 * local APIC is, uncached; interrupts off.
 */
#include "workloads/micro/layout.h"

#define PVH_ENTRY 18 /* the note's type: XEN_ELFNOTE_PHYS32_ENTRY */

#define CR0_PG_NE_ET_PE 0x80000031
#define CR4_PAE 0x20
#define MSR_EFER 0xc0000080
#define EFER_LME 0x100
#define CPUID_LONG_MODE (1 << 29) /* 0x80000001, %edx */

#define COM1 0x3f8

	.section .note.pvh, "a", @note
	.balign	4
	.long	4, 8, PVH_ENTRY
	.asciz	"Xen"
	.quad	entry

	.text
	.code32
	.globl	entry
entry:
	cli
	cld
	movl	$0x80000000, %eax
	cpuid
	cmpl	$0x80000001, %eax
	jb	no_long_mode
	movl	$0x80000001, %eax
	cpuid
	testl	$CPUID_LONG_MODE, %edx
	jz	no_long_mode

	lgdt	gdt_pointer
	movl	$CR4_PAE, %eax
	movl	%eax, %cr4
	movl	$pml4, %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$EFER_LME, %eax
	wrmsr
	movl	$CR0_PG_NE_ET_PE, %eax /* caches on, which a reset turns off */
	movl	%eax, %cr0
	ljmp	$CODE_SELECTOR, $in_long_mode

/* Too early for the console's code, which is 64-bit. */
no_long_mode:
	movl	$no_long_mode_text, %esi
1:	movw	$COM1 + 5, %dx
	inb	%dx, %al
	testb	$0x20, %al
	jz	1b
	movw	$COM1, %dx
	lodsb
	testb	%al, %al
	jz	reset
	outb	%al, %dx
	jmp	1b
reset:
	lidt	no_idt
	int3

	.code64
in_long_mode:
	movl	$DATA_SELECTOR, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	movl	$stack_end, %esp
	call	micro_main

/* Three faults in a row: a reset, which ends QEMU when it runs with -no-reboot. */
	.globl	machine_end
machine_end:
	lidt	no_idt
	int3

	.section .rodata
no_long_mode_text:
	.asciz	"@np error this CPU has no 64-bit mode\n"
	.balign	8
gdt:
	.quad	0
	.quad	0x00af9b000000ffff /* CODE_SELECTOR */
	.quad	0x00cf93000000ffff /* DATA_SELECTOR */
gdt_pointer:
	.word	. - gdt - 1
	.quad	gdt
no_idt:
	.word	0
	.quad	0

	.data
	.balign	4096
pml4:	.quad	pdpt + 3 /* present, writable */
	.fill	511, 8, 0
pdpt:	.quad	first_gib + 3, 0, 0, fourth_gib + 3
	.fill	508, 8, 0

	.macro	map_gib at, flags
	.set	page, \at
	.rept	512
	.quad	page + \flags
	.set	page, page + 0x200000
	.endr
	.endm
first_gib:
	map_gib 0, 0x83 /* ..., 2 MiB */
fourth_gib:
	map_gib 0xc0000000, 0x9b /* ..., uncached */

	.bss
	.balign	16
	.skip	16384
stack_end:

	.section .note.GNU-stack, "", @progbits
