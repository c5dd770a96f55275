// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/runner/second.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>

#include "collector/base/fail.h"
#include "workloads/l2/harness.h"
#include "workloads/runner/extras.h"

#define WAKE SIGUSR1

static void on_wake(int signal)
{
	(void)signal;
}

/* The first two of those that we may run on: one each. */
static int take_cpus(struct second *s, const char *name)
{
	cpu_set_t first;
	int n = 0;

	if (sched_getaffinity(0, sizeof(s->ours), &s->ours))
		return machine_check(-1, "sched_getaffinity");
	CPU_ZERO(&first);
	CPU_ZERO(&s->cpu);
	for (int i = 0; n < 2 && i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &s->ours))
			CPU_SET(i, n++ ? &s->cpu : &first);
	if (n < 2)
		return fail(NP_EXIT_L1, -ENODEV, "%s needs two CPUs, and has one", name);
	return machine_check(sched_setaffinity(0, sizeof(first), &first), "sched_setaffinity");
}

int second_create(struct second *s, const struct machine *first, const char *name)
{
	const struct sigaction a = { .sa_handler = on_wake };
	int err = machine_create_second(&s->m, first);

	s->first = first->run;
	s->firsts_thread = pthread_self();
	if (!err)
		err = extras_set_cpuid(s->m.vcpu);
	if (!err)
		err = machine_enter_flat_mode(&s->m);
	if (!err)
		err = machine_check(sigaction(WAKE, &a, NULL), "sigaction");
	return err ? err : take_cpus(s, name);
}

/* Once. It has no reason to come back but our signal. */
static bool goes_on(const struct second *s)
{
	if (ioctl(s->m.vcpu, KVM_RUN, 0) < 0)
		return errno == EINTR || errno == EAGAIN;
	return s->m.run->exit_reason == KVM_EXIT_INTR;
}

static void *run(void *arg)
{
	struct second *s = arg;

	while (!s->stop && !s->failed)
		s->failed = !goes_on(s);
	if (s->failed) { /* the first would wait for it for ever */
		s->first->immediate_exit = 1;
		pthread_kill(s->firsts_thread, WAKE);
	}
	return NULL;
}

int second_start(struct second *s)
{
	const struct kvm_regs r = { .rip = NP_L2_BASE, .rflags = 2 };
	int err = machine_set_regs(&s->m, &r);
	pthread_attr_t on_its_cpu;

	if (err)
		return err;
	s->stop = false;
	s->m.run->immediate_exit = 0;
	pthread_attr_init(&on_its_cpu);
	err = pthread_attr_setaffinity_np(&on_its_cpu, sizeof(s->cpu), &s->cpu);
	if (!err)
		err = pthread_create(&s->thread, &on_its_cpu, run, s);
	pthread_attr_destroy(&on_its_cpu);
	if (err)
		return fail(NP_EXIT_L1, -err, "pthread_create: %s", strerror(err));
	s->runs = true;
	return 0;
}

void second_stop(struct second *s)
{
	if (!s->runs)
		return;
	s->stop = true;
	s->m.run->immediate_exit = 1; /* also where the signal comes before KVM_RUN */
	pthread_kill(s->thread, WAKE);
	pthread_join(s->thread, NULL);
	s->runs = false;
}

void second_destroy(struct second *s)
{
	second_stop(s);
	if (CPU_COUNT(&s->ours))
		sched_setaffinity(0, sizeof(s->ours), &s->ours);
	machine_destroy(&s->m);
}
