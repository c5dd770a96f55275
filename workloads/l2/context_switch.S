/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two address spaces, equal but with page tables of their own, which take the
 * first four pages of the memory; what is walked through is after them.
 */
#include "workloads/l2/harness.h"

#define ENTRIES 1024
#define PRESENT_WRITABLE 3
#define CR0_PG_BIT 31
#define TABLE(n) (NP_L2_MEMORY + (n) * NP_L2_SIZE)
#define DIRECTORIES_APART (TABLE(2) ^ TABLE(0))
#define WALKED 16

	/* A directory at `at`, and after it the table of its first 4 MiB. */
	.macro	address_space at
	movl	$(\at + NP_L2_SIZE + PRESENT_WRITABLE), \at
	xorl	%ecx, %ecx
	movl	$PRESENT_WRITABLE, %eax
0:	movl	%eax, \at + NP_L2_SIZE(, %ecx, 4)
	addl	$NP_L2_SIZE, %eax
	incl	%ecx
	cmpl	$ENTRIES, %ecx
	jb	0b
	.endm

	l2_setup
	address_space TABLE(0)
	address_space TABLE(2)
	movl	$TABLE(0), %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	btsl	$CR0_PG_BIT, %eax
	movl	%eax, %cr0
	l2_begin
	movl	%cr3, %eax
	xorl	$DIRECTORIES_APART, %eax
	movl	%eax, %cr3
	movl	$TABLE(4), %eax
	movl	$WALKED, %ecx
1:	incl	(%eax)
	addl	$NP_L2_SIZE, %eax
	decl	%ecx
	jnz	1b
	l2_end
