// SPDX-License-Identifier: GPL-2.0-only
/*
 * nestprof top on counters that come from a script, through the state machine
 * that counts in the kernel, so that what must be on the screen is known.
 *
 *   scripted [-d SECONDS] [WHAT]
 *
 * WHAT: "rising" (more exits with each interval), "lost" (events), "error" (of
 * the source, in the third reading), "ended" (the VM, after the third).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/proc.h"
#include "collector/top/run.h"
#include "tests/unit/fsm_pools.h"

enum { CPUID = 10, HLT = 12, VMREAD = 23, VMRESUME = 24, VMWRITE = 25, IO = 30, MSR_WRITE = 32,
       EPT_VIOLATION = 48 };

#define READ_S 1.0 /* an interval is said to take so long, whatever it took */

static const struct {
	pid_t tgid;
	uint32_t vcpu;
	const char *name;
	uint32_t cpuids; /* in each interval */
} script[] = {
	{ 4711, 0, "web", 500 },
	{ 4711, 1, "web", 100 },
	{ 4712, 0, "Datenbank-für-Äpfel-und-ein-sehr-langer-Name-dazu", 300 },
	{ 4720, 3, "\xe8\x9b\x87\xe8\x9b\x87", 1 },
};
#define NR (sizeof(script) / sizeof(script[0]))

struct scripted {
	struct top_source source;
	const char *what;
	uint32_t readings;
	struct np_vcpu vcpu[NR];
};

/* An exit of L1, which takes L0 so long, after L1 ran for a moment. */
static void l1_exit(struct np_vcpu *v, uint32_t reason, uint64_t ns)
{
	pools.now += 50;
	np_fsm_exit(&pools, v, reason, NP_LEVEL_L1, true);
	pools.now += ns;
	if (reason != VMRESUME)
		np_fsm_entry(&pools, v, NP_LEVEL_L1);
}

static void given_to_l1(struct np_vcpu *v, uint32_t reason, uint32_t vmreads)
{
	np_fsm_exit(&pools, v, reason, NP_LEVEL_L2, true);
	np_fsm_inject(&pools, v, reason, true);
	pools.now += 700;
	np_fsm_entry(&pools, v, NP_LEVEL_L1);
	while (vmreads--)
		l1_exit(v, VMREAD, 300);
	l1_exit(v, VMWRITE, 300);
	l1_exit(v, VMRESUME, 1000);
	np_fsm_vmenter(&pools, v, true);
	pools.now += 400;
	np_fsm_entry(&pools, v, NP_LEVEL_L2);
}

/* What happens in an interval. L1's own exit comes before all of L2's. */
static void play(struct np_vcpu *v, uint32_t cpuids, bool first)
{
	for (uint32_t i = 0; first && i < 7; i++)
		np_fsm_exit(&pools, v, MSR_WRITE, NP_LEVEL_L1, true);
	if (first)
		np_fsm_vmenter(&pools, v, true);
	while (cpuids--)
		given_to_l1(v, CPUID, 7);
	given_to_l1(v, IO, 9);
	np_fsm_exit(&pools, v, EPT_VIOLATION, NP_LEVEL_L2, true);
	pools.now += 600;
	np_fsm_entry(&pools, v, NP_LEVEL_L2);
}

static void name_vm(pid_t tgid, char name[NP_VM_NAME], void *arg)
{
	(void)arg;
	for (size_t i = 0; i < NR; i++)
		if (script[i].tgid == tgid)
			snprintf(name, NP_VM_NAME, "%s", script[i].name);
}

static bool is(const struct scripted *s, const char *what)
{
	return s->what && !strcmp(s->what, what);
}

static int read_script(struct top_source *source, struct stat_model *m, struct top_reading *r)
{
	struct scripted *s = (struct scripted *)source;
	uint32_t n = s->readings++;
	int err = 0;

	r->time = n * READ_S;
	r->lost = is(s, "lost") ? 1234 : 0;
	r->tracing = (struct stat_tracing){ .measured = true, .ns_per_run = 41,
					    .cpu_percent = 0.12 };
	if (n == 2 && is(s, "error"))
		return fail(NP_EXIT_FAILED, -EIO, "the script says so");
	if (n == 2 && is(s, "ended"))
		eventfd_write(source->ended, 1);
	for (uint32_t i = 0; !err && i < NR; i++) {
		play(&s->vcpu[i], is(s, "rising") ? 100 * n : script[i].cpuids, !n);
		err = stat_model_vcpu(m, i, &s->vcpu[i], &pools, false, name_vm, NULL);
	}
	return err;
}

static double sample(struct top_source *source, double now)
{
	(void)source;
	return now + 3600;
}

static int run(double duration, const char *what)
{
	static struct scripted s;
	int err = top_check_terminal();

	fresh_pools(NR, TEST_ROWS);
	pools.now = 1000000;
	s.what = what;
	s.source = (struct top_source){ read_script, sample, NULL, eventfd(0, 0) };
	for (uint32_t i = 0; i < NR; i++) {
		fresh_vcpu(&s.vcpu[i], i);
		s.vcpu[i].tgid = script[i].tgid;
		s.vcpu[i].vcpu_id = script[i].vcpu;
	}
	return err ? err : top_run(&s.source, &(struct top_options){ 0.2, duration });
}

int main(int argc, char **argv)
{
	double duration = argc > 2 && !strcmp(argv[1], "-d") ? atof(argv[2]) : 0;
	int at = duration ? 3 : 1, err;

	np_catch_signals();
	err = run(duration, argc > at ? argv[at] : NULL);
	if (err)
		fprintf(stderr, "scripted: %s\n", fail_text() ? fail_text() : strerror(-err));
	if (err == -EINTR)
		return NP_EXIT_INTERRUPTED;
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
