// SPDX-License-Identifier: GPL-2.0-only
/*
 * with_caps CAPS PROGRAM [ARG...]: runs it as nobody with these capabilities alone
 * (hexadecimal). Without a C library: it goes into the lab in the text of a script.
 */
#include <linux/capability.h>
#include <linux/prctl.h>
#include <sys/syscall.h>

#define NOBODY 65534

static long call(long nr, long a, long b, long c)
{
	register long four asm("r10") = 0;
	register long five asm("r8") = 0;
	long ret;

	asm volatile("syscall"
		     : "=a"(ret)
		     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(four), "r"(five)
		     : "rcx", "r11", "memory");
	return ret;
}

static unsigned long parse(const char *hex)
{
	unsigned long n = 0;

	for (; *hex; hex++)
		n = n << 4 | (*hex <= '9' ? *hex - '0' : *hex - 'a' + 10);
	return n;
}

/* Ambient ones outlive exec. */
static int keep_only(unsigned long caps)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2];
	long err;

	for (int i = 0; i < 2; i++)
		d[i].effective = d[i].permitted = d[i].inheritable = caps >> 32 * i;
	err = call(SYS_prctl, PR_SET_KEEPCAPS, 1, 0);
	err |= call(SYS_setgroups, 0, 0, 0);
	err |= call(SYS_setresgid, NOBODY, NOBODY, NOBODY);
	err |= call(SYS_setresuid, NOBODY, NOBODY, NOBODY);
	err |= call(SYS_capset, (long)&h, (long)d, 0);
	for (int i = 0; i < 64; i++)
		if (caps >> i & 1)
			err |= call(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i);
	return err != 0;
}

__attribute__((used, noreturn)) void begin(long *stack);
void begin(long *stack)
{
	long argc = stack[0];
	char **argv = (char **)(stack + 1);

	if (argc > 2 && !keep_only(parse(argv[1])))
		call(SYS_execve, (long)argv[2], (long)(argv + 2), (long)(argv + argc + 1));
	for (;;)
		call(SYS_exit_group, 99, 0, 0);
}

asm(".globl _start\n_start:\n\tmovq %rsp, %rdi\n\tandq $-16, %rsp\n\tcall begin\n");
