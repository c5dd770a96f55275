/* SPDX-License-Identifier: GPL-2.0-only */
/* Into L2 and back, and into emitted code and back: what C cannot say. */
	.text

	.macro	save_callers
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	.endm

	.macro	return_to_caller
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret
	.endm

	/* L2's registers, as struct l2_regs has them. L2 is 32-bit code: no others. */
	.macro	all_l2_registers does
	\does	0, %rax
	\does	8, %rbx
	\does	16, %rcx
	\does	24, %rdx
	\does	32, %rsi
	\does	40, %rdi
	\does	48, %rbp
	.endm
	.macro	load offset, register
	movq	l2_regs + \offset, \register
	.endm
	.macro	store offset, register
	movq	\register, l2_regs + \offset
	.endm

/* enum vmx_status l2_enter(bool resume) */
	.globl	l2_enter
l2_enter:
	save_callers
	movq	%rsp, l1_rsp
	testb	%dil, %dil
	all_l2_registers load
	jnz	1f
	vmlaunch
	jmp	2f
1:	vmresume
2:	movl	$1, %eax /* VMX_FAIL_INVALID */
	movl	$2, %edx /* VMX_FAIL_VALID */
	cmovzl	%edx, %eax
	return_to_caller

/* The VMCS's HOST_RIP. Its HOST_RSP is a stack for nothing but a fault right here. */
	.globl	l2_exit
l2_exit:
	all_l2_registers store
	movq	l1_rsp, %rsp
	xorl	%eax, %eax /* VMX_OK */
	return_to_caller

/* struct outcome accesses_call(const void *code) */
	.globl	accesses_call
accesses_call:
	save_callers
	call	*%rdi
	xorl	%eax, %eax
	return_to_caller

/* Called by emitted code: goes back to who called accesses_call, not to that code. */
	.globl	accesses_failed
accesses_failed:
	setc	%dl /* VMfailInvalid */
	movzbl	%dl, %edx
	popq	%rax
	leaq	8(%rsp), %rsp
	return_to_caller

	.bss
	.balign	16
l1_rsp:
	.skip	8
	.balign	16
	.skip	4096
	.globl	l2_exit_stack
l2_exit_stack:

	.section .note.GNU-stack, "", @progbits
