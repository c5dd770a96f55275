// SPDX-License-Identifier: GPL-2.0-only
#include "collector/ab_times.h"

#include <errno.h>
#include <stdlib.h>

#include "analysis/trip_hists.h"
#include "collector/base/log.h"
#include "collector/cycle_counters.h"
#include "collector/session.h"

/* Counters as they stood: each vCPU's histograms, and the account. */
struct snapshot {
	struct np_account account;
	struct np_sparse trips[NP_MAX_VCPUS];
};

struct window {
	struct snapshot before, after;
	struct np_account diff;
	struct np_trip_hists hists;
};

static int snap_vcpu(uint32_t slot, const struct np_vcpu *v, const struct np_pools *pools,
		     void *arg)
{
	struct snapshot *s = arg;

	return np_trip_snap_take(&s->trips[slot], v, pools);
}

/* While no vCPU moves. */
static int snap(struct l1 *l1, struct session *s, struct snapshot *out)
{
	int err = l1_freeze(l1), thawed;

	if (!err)
		err = session_read(s, &out->account);
	if (!err)
		err = session_each_vcpu(s, snap_vcpu, out);
	thawed = l1_thaw(l1);
	return err ? err : thawed;
}

static void sum_up(struct window *w, struct np_times *out)
{
	np_account_diff(&w->diff, &w->after.account, &w->before.account);
	for (uint32_t i = 0; i < NP_MAX_VCPUS; i++)
		np_trip_hists_add(&w->hists, &w->after.trips[i], &w->before.trips[i]);
	for (uint32_t r = 0; r < NP_REASONS; r++) {
		const struct np_phase_sum *p = &w->diff.l2[r].phases;

		out->phases.n += p->n;
		out->phases.ns += p->ns;
		for (uint32_t i = 0; i < NP_PHASES; i++)
			out->phases.phase[i] += p->phase[i];
		np_hist_add(&out->trips, &w->hists.of[r][NP_TRIP_L1]);
	}
	out->known = true;
}

static void window_free(struct window *w)
{
	for (uint32_t i = 0; i < NP_MAX_VCPUS; i++) {
		np_sparse_free(&w->before.trips[i]);
		np_sparse_free(&w->after.trips[i]);
	}
	free(w);
}

static int timed(struct l1 *l1, struct session *s, struct np_workload_result *out)
{
	struct window *w = calloc(1, sizeof(*w));
	uint64_t ticks;
	int err = w ? session_attach(s) : -ENOMEM;

	if (!err)
		err = snap(l1, s, &w->before);
	if (!err)
		err = l1_run(l1, out->name, out->iterations, &ticks);
	if (!err)
		err = snap(l1, s, &w->after);
	session_detach(s);
	if (!err)
		sum_up(w, &out->times);
	if (w)
		window_free(w);
	return err;
}

/* A CPU without counters, or a virtual machine that is given none: nothing is known. */
static int cycles(struct l1 *l1, struct np_workload_result *out)
{
	struct cycle_counters *c;
	uint64_t ticks;
	int err = cycle_counters_open(&c, l1_pid(l1));

	if (err == -ENOMEM)
		return err;
	if (err)
		return 0;
	err = l1_run(l1, out->name, out->iterations, &ticks);
	if (!err)
		cycle_counters_read(c, &out->cycles);
	cycle_counters_close(c);
	return err;
}

/* Both windows of one workload; no session: it is not nested, or this kernel cannot time. */
static int both(struct l1 *l1, struct session *s, const char *arm, struct np_workload_result *out)
{
	int err = l1_prepare(l1, out->name);

	if (!err && cycle_counters_there()) {
		log_phase("%s: %s, cycles", arm, out->name);
		err = cycles(l1, out);
	}
	if (err || !s || !session_has_times(s))
		return err;
	log_phase("%s: %s, timed", arm, out->name);
	return timed(l1, s, out);
}

int ab_windows_times(struct l1 *l1, const struct ab_config *c, struct np_arm_result *arm,
		     uint32_t *at)
{
	const struct session_config config = { .tgid = l1_pid(l1), .times = true,
					       .untended = true };
	struct session *s = NULL;
	int err = arm->nested ? session_open_with(&s, &config) : 0;

	(void)c;
	for (uint32_t i = *at; !err && i < arm->nr_workloads; i++) {
		if (arm->workloads[i]->error[0])
			continue;
		*at = i;
		err = both(l1, s, arm->name, arm->workloads[i]);
	}
	session_close(s);
	return err;
}
