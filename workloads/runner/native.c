// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same bytes at the same addresses, in a 32-bit code segment of Linux. What the guest
 * tells its monitor at the end, a HLT or a write to a port, faults here, and ends it too.
 */
#include "workloads/runner/native.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "workloads/l2/harness.h"
#include "workloads/runner/extras.h"
#include "workloads/runner/machine.h"
#include "workloads/runner/protocol.h"

#define CODE_32 0x23 /* Linux's selectors: __USER32_CS and __USER_DS */
#define DATA 0x2b
#define PIC_MASK 0x21 /* the one port that a workload reads */
#define HLT 0xf4
#define OUT_IMM8 0xe6

struct native {
	void *page, *memory;
	uint64_t memory_size;
	struct sigaction segv, ill, bus;
	stack_t stack;
};

static sigjmp_buf ended;
static greg_t at_end[NGREG];

static void on_fault(int signal, siginfo_t *info, void *context)
{
	const ucontext_t *c = context;

	(void)info;
	memcpy(at_end, c->uc_mcontext.gregs, sizeof(at_end));
	siglongjmp(ended, signal);
}

static bool is_end(int signal)
{
	const uint8_t *at = (const uint8_t *)at_end[REG_RIP];

	if (signal != SIGSEGV || at_end[REG_RIP] < NP_L2_BASE ||
	    at_end[REG_RIP] >= NP_L2_BASE + NP_L2_SIZE - 1)
		return false;
	return at[0] == HLT || (at[0] == OUT_IMM8 && at[1] == NP_L2_DONE);
}

/* 0x1000 is below what others than root may have memory at. */
static int map(uint64_t at, size_t size, int prot, int flags, int fd, void **out)
{
	void *p = mmap((void *)at, size, prot, flags | MAP_FIXED_NOREPLACE, fd, 0);

	if (p == MAP_FAILED)
		return fail(NP_EXIT_L1, -errno, "no memory at %#llx for a native workload: %s",
			    (unsigned long long)at, strerror(errno));
	*out = p;
	return 0;
}

/* Pages that are there, as a guest's are in L0, and that this process has not touched. */
static int map_memory(struct native *n, const struct l2_code *code, uint64_t iterations)
{
	int fd, err = extras_memory_size(code, iterations, &n->memory_size);

	if (err || !n->memory_size)
		return err;
	fd = memfd_create("native", MFD_CLOEXEC);
	err = machine_check(fd, "memfd_create");
	if (!err && fallocate(fd, 0, 0, n->memory_size) < 0)
		err = machine_check(-1, "fallocate");
	if (!err)
		err = map(NP_L2_MEMORY, n->memory_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			  &n->memory);
	if (fd >= 0)
		close(fd);
	return err;
}

static int prepare(struct native *n, const struct l2_code *code, uint64_t iterations)
{
	static char stack[65536]; /* for the handler: the workload has none */
	const stack_t ours = { .ss_sp = stack, .ss_size = sizeof(stack) };
	const struct sigaction a = { .sa_sigaction = on_fault,
				     .sa_flags = SA_SIGINFO | SA_ONSTACK };
	int err;

	if (code->size > NP_L2_SIZE)
		return fail(NP_EXIT_L1, -E2BIG, "%s does not fit its page", code->name);
	err = map(NP_L2_BASE, NP_L2_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, &n->page);
	if (err)
		return err;
	memcpy(n->page, code->code, code->size);
	err = map_memory(n, code, iterations);
	if (err)
		return err;
	ioperm(PIC_MASK, 1, 1); /* without it, what reads there faults */
	sigaltstack(&ours, &n->stack);
	sigaction(SIGSEGV, &a, &n->segv);
	sigaction(SIGILL, &a, &n->ill);
	sigaction(SIGBUS, &a, &n->bus);
	return 0;
}

static void undo(struct native *n)
{
	if (n->page)
		munmap(n->page, NP_L2_SIZE);
	if (n->memory)
		munmap(n->memory, n->memory_size);
	ioperm(PIC_MASK, 1, 0);
	if (!n->stack.ss_flags && !n->stack.ss_sp)
		return;
	sigaction(SIGSEGV, &n->segv, NULL);
	sigaction(SIGILL, &n->ill, NULL);
	sigaction(SIGBUS, &n->bus, NULL);
	sigaltstack(&n->stack, NULL);
}

/* Comes back by on_fault() alone. */
static void enter(uint32_t iterations)
{
	const struct {
		uint32_t offset;
		uint16_t selector;
	} __attribute__((packed)) entry = { NP_L2_BASE, CODE_32 };

	asm volatile("movl %[data], %%ecx\n\t"
		     "movl %%ecx, %%ds\n\t"
		     "movl %%ecx, %%es\n\t"
		     "ljmpl *%[entry]"
		     :
		     : [data] "i"(DATA), [entry] "m"(entry), "S"(iterations)
		     : "memory");
	__builtin_unreachable();
}

static uint64_t pair(greg_t high, greg_t low)
{
	return (uint64_t)high << 32 | (uint32_t)low;
}

static int pass(const struct l2_code *code, uint32_t iterations, uint64_t *ticks)
{
	int signal = sigsetjmp(ended, 1);

	if (!signal)
		enter(iterations);
	if (!is_end(signal))
		return fail(NP_EXIT_L1, -EPERM, "%s cannot run natively: %s at %#llx", code->name,
			    strsignal(signal), (unsigned long long)at_end[REG_RIP]);
	*ticks = pair(at_end[REG_RDX], at_end[REG_RAX]) - pair(at_end[REG_RBP], at_end[REG_RDI]);
	return 0;
}

int native_run(const struct l2_code *code, uint32_t iterations, uint64_t *ticks)
{
	struct native n = { .page = NULL };
	int err = prepare(&n, code, (uint64_t)iterations + NP_WARM_UP);

	if (!err)
		err = pass(code, NP_WARM_UP, ticks);
	if (!err)
		err = pass(code, iterations, ticks);
	undo(&n);
	return err;
}
