/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The boot sector: reads stage 2 and the boot info with the BIOS, asks it for
 * the memory map, switches to flat 32-bit protected mode and goes on there.
 */
#include "workloads/lab/bootinfo.h"

#define MEMMAP_ENTRY 24	/* as PVH wants it: base, size, type, reserved */
#define E820_ENTRY 20	/* as the BIOS gives it: the same without the end */
#define CODE32 8
#define DATA32 16

	.code16
	.globl	_start
_start:
	cli
	ljmp	$0, $1f
1:	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	$0x7c00, %sp

	movw	$disk_packet, %si
	movb	$0x42, %ah		/* extended read; %dl is the boot drive */
	int	$0x13
	jc	failed

	xorl	%ebx, %ebx		/* BIOS' continuation value */
	xorl	%ebp, %ebp		/* entries so far */
	movw	$NP_MEMMAP_ADDRESS, %di
next:	movl	$0xe820, %eax
	movl	$E820_ENTRY, %ecx
	movl	$0x534d4150, %edx	/* "SMAP" */
	movl	$0, E820_ENTRY(%di)
	int	$0x15
	jc	mapped
	incl	%ebp
	addw	$MEMMAP_ENTRY, %di
	cmpw	$NP_MEMMAP_MAX, %bp
	je	mapped
	testl	%ebx, %ebx
	jnz	next

mapped:	inb	$0x92, %al		/* the A20 gate */
	orb	$2, %al
	outb	%al, $0x92
	lgdtl	gdt_register
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	$CODE32, $flat

failed:	movw	$0x3f8, %dx		/* say so on the serial port, and stop */
	movw	$message, %si
	cld
2:	lodsb
	testb	%al, %al
	jz	3f
	outb	%al, %dx
	jmp	2b
3:	hlt
	jmp	3b

	.code32
flat:	movw	$DATA32, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	pushl	%ebp			/* stage2_main(entries of the memory map) */
	movl	$NP_STAGE2_ADDRESS, %eax
	call	*%eax

message:
	.asciz	"nestprof boot: the BIOS cannot read the boot disk\n"
	.balign	4
disk_packet:
	.byte	16, 0
	.word	NP_STAGE2_SECTORS + NP_INFO_SECTORS
	.word	NP_STAGE2_ADDRESS, 0
	.quad	1
	.balign	8
gdt:	.quad	0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_register:
	.word	gdt_register - gdt - 1
	.long	gdt

	.org	510
	.word	0xaa55
