// SPDX-License-Identifier: GPL-2.0-only
#include "collector/bench/run.h"

#include <errno.h>
#include <stdio.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/base/proc.h"
#include "collector/l1.h"
#include "collector/workload.h"

static int repeat(const struct bench_config *c, struct np_workload_result *w)
{
	struct l1_config single = { .runner = c->runner,
				    .ready_timeout_s = c->timeout_s,
				    .run_timeout_s = c->timeout_s };
	struct l1 *runner = NULL;
	uint64_t ticks;
	int err = l1_start_single(&runner, &single);

	for (uint32_t i = 0; !err && i < c->repetitions; i++) {
		err = l1_run(runner, w->name, w->iterations, &ticks);
		if (!err)
			w->untraced.ticks[w->untraced.n++] = (double)ticks / w->iterations;
	}
	l1_stop(runner);
	return err;
}

/* The runner is another process for each, so that one that hangs takes no other with it. */
static int run_one(const struct bench_config *c, const struct workload *m,
		   struct np_arm_result *arm)
{
	struct np_workload_result *w = np_arm_add_workload(arm, m->name);
	int err;

	if (!w)
		return -ENOMEM;
	snprintf(w->stresses, sizeof(w->stresses), "%s", m->stresses);
	w->iterations = c->iterations ?: m->iterations;
	log_phase("%s", w->name);
	err = repeat(c, w);
	if (np_interrupted())
		return -EINTR;
	if (!err || !fail_text() || fail_code() != NP_EXIT_L1)
		return err;
	snprintf(w->error, sizeof(w->error), "%s", fail_text());
	fail_clear();
	return 0;
}

static int need_one(const struct np_arm_result *arm)
{
	const char *why = "";

	for (uint32_t i = 0; i < arm->nr_workloads; i++) {
		why = arm->workloads[i]->error;
		if (!why[0])
			return 0;
	}
	return fail(NP_EXIT_L1, -EIO, "no workload could be run; the last: %s", why);
}

int bench_run(const struct bench_config *c, struct np_result *r)
{
	struct np_arm_result *arm = np_result_add_arm(r, NP_ARM_SINGLE);
	int err = arm ? 0 : -ENOMEM;

	for (uint32_t i = 0; !err && i < c->nr_workloads; i++)
		err = run_one(c, workload_find(c->workloads[i]), arm);
	log_phase_end();
	return err ? err : need_one(arm);
}
