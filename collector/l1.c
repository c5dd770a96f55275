// SPDX-License-Identifier: GPL-2.0-only
#include "collector/l1.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/log.h"
#include "collector/base/proc.h"
#include "collector/freeze.h"
#include "collector/l1_console.h"
#include "collector/l1_need.h"
#include "collector/workload.h"

#define DEFAULT_MEMORY_MIB 256
#define STOP_TIMEOUT_S 5.0
#define GRACE_MS 2000
#define TAIL_SHOWN 800

/*
 * With ACPI Linux finds the IOAPIC and other CPUs. Without, its interrupts come
 * through the PIC, as in no guest of today; and KVM since its 3d91521e57df takes
 * one from there and forgets it, where an entry into L2 is pending. 115200: the
 * driver waits for each byte, and at the default 9600 baud longer. Self tests of
 * ciphers and certificates would be most of what a boot costs where instructions
 * are emulated. No-kvmapf: QEMU's emulation of SVM can tell a page twice. DAMON: see lab/run.c.
 */
#define L1_MACHINE "microvm,acpi=on,ioapic2=off,rtc=on"
#define L1_ACCEL "kvm,kernel-irqchip=on" /* as other machines have it: split costs more */
#define L1_FIRMWARE "qboot.rom" /* with ACPI microvm would take a slower one */
#define L1_CMDLINE                                                             \
	"console=ttyS0,115200 quiet mitigations=off nokaslr tsc=reliable "     \
	"no_timer_check no-kvmapf cryptomgr.notests damon_stat.enabled=0 "     \
	"initcall_blacklist=load_system_certificate_list reboot=t panic=-1"

struct l1 {
	struct proc proc;
	struct l1_console console;
	const char *what; /* for messages */
	char release[64];
	char tail[2 * LINEBUF_TAIL * LINEBUF_LINE];
	double run_timeout_s;
	uint32_t l2_timeout_s;
	bool frozen;
	bool lost; /* it will not obey "quit" */
};

static const char *how_it_ended(struct proc *p, char *text, size_t size)
{
	int status, r;

	/* Its console is closed already: the end is near, if there at all. */
	for (int i = 0; (r = proc_poll(p, &status)) == 0 && i < 100; i++)
		poll(NULL, 0, 10);
	if (r != 1)
		snprintf(text, size, "it closed its console");
	else if (WIFSIGNALED(status))
		snprintf(text, size, "killed by signal %d", WTERMSIG(status));
	else
		snprintf(text, size, "exit status %d", WEXITSTATUS(status));
	return text;
}

/* As much as leaves room in fail()'s line; the end matters most. */
static const char *console_end(struct l1 *l, bool with_errors)
{
	size_t len;

	l1_console_text(&l->console, with_errors, l->tail, sizeof(l->tail));
	len = strlen(l->tail);
	if (len == 0)
		return "nothing";
	return len > TAIL_SHOWN ? l->tail + len - TAIL_SHOWN : l->tail;
}

/* What l1_console_wait() returned, told to the user. */
static int explain(struct l1 *l, int err, const char *doing, double timeout_s)
{
	const char *says = console_end(l, err == -EPIPE);
	char end[64];

	l->lost = true;
	switch (err) {
	case -EINTR:
		return err;
	case -EIO:
		return fail(NP_EXIT_L1, err, "%s panicked %s; its console: %s", l->what, doing,
			    says);
	case -ETIMEDOUT:
		return fail(NP_EXIT_L1, err, "%s did not answer in %.0f s %s; its console: %s",
			    l->what, timeout_s, doing, says);
	case -EPIPE:
		return fail(NP_EXIT_L1, err, "%s ended %s (%s); its console: %s", l->what, doing,
			    how_it_ended(&l->proc, end, sizeof(end)), says);
	default:
		return fail(NP_EXIT_L1, err, "cannot listen to %s %s: %s", l->what, doing,
			    strerror(-err));
	}
}

static int wait_answer(struct l1 *l, const char *doing, double timeout_s,
		       char answer[NP_LINE_MAX])
{
	const size_t error = sizeof(NP_ERROR) - 1;
	int err = l1_console_wait(&l->console, &l->proc, timeout_s, answer);

	if (err)
		return explain(l, err, doing, timeout_s);
	if (strncmp(answer, NP_ERROR " ", error + 1) == 0)
		return fail(NP_EXIT_L1, -EREMOTEIO, "%s failed %s: %s", l->what, doing,
			    answer + error + 1);
	return 0;
}

static int misunderstood(struct l1 *l, const char *answer)
{
	l->lost = true;
	return fail(NP_EXIT_L1, -EPROTO, "not understood from %s: \"%s\"", l->what,
		    answer);
}

static int wait_ready(struct l1 *l, double timeout_s)
{
	char answer[NP_LINE_MAX];
	int end = 0, err = wait_answer(l, "before it was ready", timeout_s, answer);

	if (err)
		return err;
	if (sscanf(answer, NP_READY " %63s%n", l->release, &end) != 1 || answer[end])
		return misunderstood(l, answer);
	return 0;
}

/* The child has what we have when it is made, and so have all its threads. */
static int start_pinned(struct proc *p, const struct l1_config *c, const char *const argv[])
{
	const int flags = PROC_PIPE_IN | PROC_PIPE_OUT | PROC_PIPE_ERR;
	cpu_set_t ours, one;
	int err;

	if (!c->pinned)
		return proc_start(p, argv, flags);
	CPU_ZERO(&one);
	CPU_SET(c->cpu, &one);
	if (sched_getaffinity(0, sizeof(ours), &ours) || sched_setaffinity(0, sizeof(one), &one))
		return fail(NP_EXIT_USAGE, -errno, "--pin: nothing can run on CPU %u here: %s",
			    c->cpu, strerror(errno));
	err = proc_start(p, argv, flags);
	sched_setaffinity(0, sizeof(ours), &ours);
	return err;
}

static int start(struct l1 **out, const struct l1_config *c, const char *what,
		 const char *const argv[])
{
	struct l1 *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return -ENOMEM;
	l->what = what;
	l->run_timeout_s = c->run_timeout_s;
	l->l2_timeout_s = c->l2_timeout_s;
	l->console.verbose = c->verbose;
	err = start_pinned(&l->proc, c, argv);
	if (err)
		fail(NP_EXIT_L1, err, "cannot start %s: %s", argv[0], strerror(-err));
	else
		err = wait_ready(l, c->ready_timeout_s);
	if (err)
		l1_stop(l);
	else
		*out = l;
	return err;
}

int l1_start_nested(struct l1 **l, const struct l1_config *c)
{
	char memory[16], cpus[16];
	const char *const argv[] = {
		c->qemu,    "-M",	L1_MACHINE,
		"-accel",   L1_ACCEL,	"-cpu",	     "host",	"-smp",	    cpus,
		"-m",	    memory,	"-bios",     L1_FIRMWARE,
		"-nodefaults",		"-no-user-config",	"-display", "none",
		"-serial",  "stdio",	"-no-reboot",		"-kernel",  c->kernel,
		c->initrd ? "-initrd" : NULL /* the end */, c->initrd, "-append", L1_CMDLINE, NULL,
	};
	int err = l1_need_program(c->qemu);

	*l = NULL;
	if (err)
		return fail(NP_EXIT_MISSING, err, "cannot start %s: %s; install qemu-system-x86",
			    c->qemu, strerror(-err));
	err = l1_need_file(c->kernel, "L1's kernel");
	if (!err && c->initrd)
		err = l1_need_file(c->initrd, "L1's initramfs");
	snprintf(memory, sizeof(memory), "%u", c->memory_mib ?: DEFAULT_MEMORY_MIB);
	snprintf(cpus, sizeof(cpus), "%u", c->cpus ?: 1);
	return err ? err : start(l, c, "L1", argv);
}

int l1_start_single(struct l1 **l, const struct l1_config *c)
{
	const char *const argv[] = { c->runner, c->l2_kernel, c->l2_initrd, NULL };
	int err = l1_need_file(c->runner, "the workload runner");

	*l = NULL;
	if (!err && c->l2_kernel)
		err = l1_need_file(c->l2_kernel, "L2's kernel");
	if (!err && c->l2_kernel)
		err = l1_need_file(c->l2_initrd, "L2's initramfs");
	return err ? err : start(l, c, "the workload runner in L0", argv);
}

int l1_start_native(struct l1 **l, const struct l1_config *c)
{
	const char *const argv[] = { c->runner, NP_NATIVE, c->guest, NULL };
	int err = l1_need_file(c->runner, "the workload runner");

	*l = NULL;
	if (!err && c->guest)
		err = l1_need_file(c->guest, "L2's init");
	return err ? err : start(l, c, "the workload runner in L0", argv);
}

const char *l1_kernel_release(const struct l1 *l)
{
	return l->release;
}

pid_t l1_pid(const struct l1 *l)
{
	return l->proc.pid;
}

static int tell(struct l1 *l, const char *line)
{
	/* -EPIPE is found out, and explained, by whoever waits for the answer. */
	int err = write_all(l->proc.in, line, strlen(line));

	return err == -EPIPE ? 0 : err;
}

static int ask(struct l1 *l, const char *line, const char *doing, double timeout_s,
	       char answer[NP_LINE_MAX])
{
	int err = tell(l, line);

	return err ? explain(l, err, doing, 0) : wait_answer(l, doing, timeout_s, answer);
}

/* The same, and takes from the answer what comes after its first word, the verb. */
static int ask_for(struct l1 *l, const char *line, const char *verb, const char *doing,
		   char answer[NP_LINE_MAX])
{
	size_t len = strlen(verb);
	int err = ask(l, line, doing, l->run_timeout_s, answer);

	if (err)
		return err;
	if (strncmp(answer, verb, len) || answer[len] != ' ')
		return misunderstood(l, answer);
	memmove(answer, answer + len + 1, strlen(answer + len + 1) + 1);
	return 0;
}

/* The runner gives up an L2 first, and says so. How long we wait. */
static double with_timeout(const struct l1 *l, const char *workload, const char *asked,
			   char line[NP_LINE_MAX])
{
	const struct workload *w = workload_find(workload);
	uint32_t l2_timeout_s = w && w->macro ? l->l2_timeout_s : 0;

	if (l2_timeout_s)
		snprintf(line, NP_LINE_MAX, "%s %" PRIu32 "\n", asked, l2_timeout_s);
	else
		snprintf(line, NP_LINE_MAX, "%s\n", asked);
	return l->run_timeout_s + l2_timeout_s;
}

/* "result <workload> <iterations> <ticks>", for what was asked and nothing else. */
static bool parse_result(const char *answer, const char *asked, uint64_t *ticks)
{
	const size_t result = sizeof(NP_RESULT) - 1, len = strlen(asked);
	const char *number = answer + result + 1 + len + 1;

	if (strncmp(answer, NP_RESULT " ", result + 1) != 0 ||
	    strncmp(answer + result + 1, asked, len) != 0 || number[-1] != ' ' ||
	    !number[0] || strspn(number, "0123456789") != strlen(number))
		return false;
	errno = 0;
	*ticks = strtoull(number, NULL, 10);
	return errno == 0;
}

int l1_run(struct l1 *l, const char *workload, uint64_t iterations, uint64_t *ticks)
{
	char asked[NP_LINE_MAX / 2], line[NP_LINE_MAX], answer[NP_LINE_MAX], doing[NP_LINE_MAX];
	double timeout_s;
	int err;

	if (snprintf(asked, sizeof(asked), NP_RUN " %s %" PRIu64, workload, iterations) >=
	    (int)sizeof(asked))
		return fail(NP_EXIT_USAGE, -ENAMETOOLONG, "no workload is called %s", workload);
	timeout_s = with_timeout(l, workload, asked, line);
	snprintf(doing, sizeof(doing), "while it ran %s", workload);
	err = ask(l, line, doing, timeout_s, answer);
	if (!err && !parse_result(answer, asked + strlen(NP_RUN " "), ticks))
		err = misunderstood(l, answer);
	return err;
}

int l1_prepare(struct l1 *l, const char *workload)
{
	const struct workload *w = workload_find(workload);
	char line[NP_LINE_MAX], answer[NP_LINE_MAX];
	double timeout_s;

	if (!w || !w->macro)
		return 0;
	snprintf(answer, sizeof(answer), NP_PREPARE " %s", workload);
	timeout_s = with_timeout(l, workload, answer, line);
	return ask(l, line, "while it prepared L2", timeout_s, answer);
}

int l1_symbol(struct l1 *l, uint64_t address, char symbol[NP_LINE_MAX])
{
	char line[NP_LINE_MAX];

	snprintf(line, sizeof(line), NP_SYMBOL " %" PRIx64 "\n", address);
	return ask_for(l, line, NP_SYMBOL, "while it was asked for a symbol", symbol);
}

int l1_set_sequence(struct l1 *l, const char *accesses, char all[NP_LINE_MAX])
{
	char line[NP_LINE_MAX];

	if (snprintf(line, sizeof(line), NP_SEQUENCE " %s\n",
		     accesses[0] ? accesses : NP_NO_ACCESSES) >= (int)sizeof(line))
		return fail(NP_EXIT_USAGE, -ENAMETOOLONG, "a sequence of more than %d bytes",
			    NP_LINE_MAX);
	return ask_for(l, line, NP_SEQUENCE, "while it was told its sequence", all);
}

int l1_freeze(struct l1 *l)
{
	int err;

	l->frozen = true;
	err = freeze_process(l->proc.pid);
	if (err == -EINTR)
		return err;
	return err ? fail(NP_EXIT_L1, err, "cannot stop the threads of %s (process %d): %s",
			  l->what, (int)l->proc.pid, strerror(-err)) : 0;
}

int l1_thaw(struct l1 *l)
{
	int err = l->frozen ? thaw_process(l->proc.pid) : 0;

	l->frozen = false;
	return err ? fail(NP_EXIT_L1, err, "cannot let %s (process %d) go on: %s", l->what,
			  (int)l->proc.pid, strerror(-err)) : 0;
}

static void quit(struct l1 *l)
{
	char answer[NP_LINE_MAX];

	if (tell(l, NP_QUIT "\n") == 0)
		l1_console_wait(&l->console, &l->proc, STOP_TIMEOUT_S, answer);
}

void l1_stop(struct l1 *l)
{
	if (!l)
		return;
	if (l->frozen)
		thaw_process(l->proc.pid);
	if (l->proc.pid > 0 && !l->lost && !np_interrupted())
		quit(l);
	proc_stop(&l->proc, GRACE_MS);
	free(l);
}

const char *l1_console_tail(const struct l1 *l)
{
	struct l1 *mine = (struct l1 *)l; /* the text is put together when asked for */

	l1_console_text(&l->console, true, mine->tail, sizeof(mine->tail));
	return mine->tail;
}
