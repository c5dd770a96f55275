// SPDX-License-Identifier: GPL-2.0-only
#include "collector/ab_window.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/clock_watch.h"
#include "collector/fields/read.h"
#include "collector/session.h"
#include "collector/tracer.h"
#include "collector/witness.h"
#include "collector/workload.h"

#define MAX_AGAIN 3 /* of all the repetitions of a window */

/* A time that is none is left out, and said. -EAGAIN: it was. */
static int run_once(struct l1 *l1, const struct np_workload_result *w, struct np_samples *samples)
{
	int64_t asleep = clock_asleep();
	const char *doubt;
	uint64_t ticks;
	int err = l1_run(l1, w->name, w->iterations, &ticks);

	if (err || !samples)
		return err;
	doubt = clock_doubt(clock_asleep() - asleep, ticks, w->iterations);
	if (doubt) {
		log_warn("%s: a time is left out: %s", w->name, doubt);
		return -EAGAIN;
	}
	samples->ticks[samples->n++] = (double)ticks / w->iterations;
	return 0;
}

static int repeat(struct l1 *l1, uint32_t repetitions, const struct np_workload_result *w,
		  struct np_samples *samples)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < repetitions; i++) {
		err = run_once(l1, w, samples);
		if (err == -EAGAIN)
			err = 0; /* its counts are good */
	}
	return err;
}

/* A Linux is booted for each: one says as much of a start of L1 as more would. */
static uint32_t how_often(const struct np_workload_result *w, uint32_t repetitions)
{
	return workload_find(w->name)->macro ? 1 : repetitions;
}

int ab_window_untraced(struct l1 *l1, uint32_t repetitions, struct np_workload_result *out)
{
	uint32_t again = 0;
	int err = l1_prepare(l1, out->name);

	repetitions = how_often(out, repetitions);
	for (uint32_t i = 0; !err && i < repetitions; i++) {
		err = run_once(l1, out, &out->untraced);
		while (err == -EAGAIN && again++ < MAX_AGAIN)
			err = run_once(l1, out, &out->untraced);
	}
	if (err == -EAGAIN)
		err = fail(NP_EXIT_L1, -ETIME, "%s was measured %d times again, and no time could "
			   "be believed: a clock that jumps", out->name, MAX_AGAIN);
	return err;
}

/* Counters as they stand while no vCPU moves: no exit falls on a window's edge. */
static int read_frozen(struct l1 *l1, struct session *s, struct np_account *a)
{
	int err = l1_freeze(l1), thawed;

	if (!err)
		err = session_read(s, a);
	thawed = l1_thaw(l1);
	return err ? err : thawed;
}

struct window {
	struct np_account before, after;
	struct np_fields accesses; /* as they stood before it */
};

static int read_fields_before(struct session *s, struct window *w)
{
	np_fields_free(&w->accesses);
	return session_has_fields(s) ? fields_read_together(s, &w->accesses) : 0;
}

/* The window's: as many as the account has, for what is not known is in there, too. */
static int read_fields_after(struct session *s, const struct window *w,
			     struct np_workload_result *out)
{
	int err;

	if (!session_has_fields(s))
		return 0;
	err = fields_read_together(s, &out->fields);
	if (!err)
		err = np_fields_subtract(&out->fields, &w->accesses);
	if (!err)
		err = np_fields_balance(&out->fields, &out->account);
	np_fields_merge(&out->fields);
	out->has_fields = !err;
	return err;
}

static int traced(struct l1 *l1, struct session *s, uint32_t repetitions, struct window *w,
		  struct np_workload_result *out)
{
	int err = l1_prepare(l1, out->name);

	if (!err)
		err = session_attach(s);
	if (!err)
		err = read_frozen(l1, s, &w->before);
	if (!err)
		err = read_fields_before(s, w);
	if (!err)
		err = repeat(l1, repetitions, out, &out->traced);
	if (!err)
		err = read_frozen(l1, s, &w->after);
	session_detach(s);
	if (err || out->error[0])
		return err;
	session_enlightened(s);
	np_account_diff(&out->account, &w->after, &w->before);
	out->has_account = true;
	out->traced_iterations = out->iterations * repetitions;
	out->lost = out->account.totals.lost;
	return read_fields_after(s, w, out);
}

/* The same window counted twice, by the collector and by the kernel itself. */
static int verified_window(struct l1 *l1, struct session *s, struct witness *witness,
			   struct window *w, struct np_workload_result *out)
{
	int err = l1_freeze(l1), stopped;

	if (!err)
		err = witness_start(witness);
	if (err)
		return err;
	err = session_read(s, &w->before);
	if (!err)
		err = l1_thaw(l1);
	if (!err)
		err = repeat(l1, 1, out, NULL);
	if (!err)
		err = l1_freeze(l1);
	stopped = witness_stop(witness);
	if (!err)
		err = stopped ? stopped : session_read(s, &w->after);
	l1_thaw(l1);
	return err;
}

static int verified(struct l1 *l1, struct session *s, struct window *w,
		    struct np_workload_result *out)
{
	struct np_account *diff = calloc(1, sizeof(*diff));
	struct witness *witness = NULL;
	int err = diff ? l1_prepare(l1, out->name) : -ENOMEM;

	if (!err)
		err = witness_open(&witness, l1_pid(l1));
	if (!err)
		err = session_attach(s);
	if (!err)
		err = verified_window(l1, s, witness, w, out);
	session_detach(s);
	if (!err && !out->error[0]) {
		np_account_diff(diff, &w->after, &w->before);
		err = witness_compare(witness, diff, out);
	}
	witness_close(witness);
	free(diff);
	return err;
}

int ab_windows_traced(struct l1 *l1, const struct ab_config *c, struct np_arm_result *arm,
		      uint32_t *at)
{
	struct window *w = calloc(1, sizeof(*w));
	struct session *s = NULL;
	int err = w ? 0 : -ENOMEM;

	log_phase("%s: load the collector", arm->name);
	if (!err)
		err = session_open_with(&s, &(struct session_config){ .tgid = l1_pid(l1),
								      .untended = true,
								      .check = c->verify,
								      .fields = c->fields });
	for (uint32_t i = *at; !err && i < arm->nr_workloads; i++) {
		struct np_workload_result *o = arm->workloads[i];

		if (o->error[0])
			continue;
		*at = i;
		log_phase("%s: %s, traced", arm->name, o->name);
		err = traced(l1, s, how_often(o, c->repetitions), w, o);
		if (!err && c->verify) {
			log_phase("%s: %s, verified", arm->name, o->name);
			err = verified(l1, s, w, o);
		}
	}
	session_close(s);
	if (w)
		np_fields_free(&w->accesses);
	free(w);
	return err;
}

/*
 * What comes only once is not measured. The last run before those that count is not
 * settled after: while nestprof works, L1 sleeps, and whoever has slept is preempted less.
 */
static int repeat_settled(struct l1 *l1, uint32_t repetitions, const struct np_workload_result *w,
			  void (*settle)(void *state), void *state, struct np_samples *samples)
{
	int err = 0;

	for (int i = 0; !err && i < 2; i++) {
		err = repeat(l1, 1, w, NULL);
		if (settle)
			settle(state);
	}
	if (!err)
		err = repeat(l1, 1, w, NULL);
	return err ? err : repeat(l1, repetitions, w, samples);
}

static int under_tracer(struct l1 *l1, const struct tracer *t, uint32_t repetitions,
			struct np_workload_result *out)
{
	struct np_tracer_result *r = &out->tracers[out->nr_tracers++];
	void *state;
	int err = l1_prepare(l1, out->name);

	repetitions = how_often(out, repetitions);
	snprintf(r->name, sizeof(r->name), "%s", t->name);
	if (!err)
		err = repeat_settled(l1, repetitions, out, NULL, NULL, &r->untraced);
	if (!err)
		err = t->attach(&state, l1_pid(l1));
	if (err)
		return err;
	err = repeat_settled(l1, repetitions, out, t->settle, state, &r->round_trip);
	t->detach(state);
	return err;
}

int ab_windows_tracers(struct l1 *l1, const struct ab_config *c, struct np_arm_result *arm,
		       uint32_t first)
{
	int err = 0;

	for (uint32_t i = first; !err && i < arm->nr_workloads; i++)
		for (uint32_t t = 0; !err && t < c->nr_tracers && !arm->workloads[i]->error[0];
		     t++) {
			log_phase("%s: %s, traced by %s", arm->name, arm->workloads[i]->name,
				  c->tracers[t]);
			err = under_tracer(l1, tracer_find(c->tracers[t]), c->repetitions,
					   arm->workloads[i]);
		}
	return err;
}
