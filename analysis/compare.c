// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/compare_formats.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_CHANGE 0.0005 /* of ticks: half of what np_round_ticks() keeps */

/* Who measured: results of different ones say nothing about each other. */
static const char *const machine[] = { "cpu_model", "emulated_cpu", "emulator" };

static int refuse(char *why, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(char *why, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, size, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static const char *arm_fact(const struct np_result *r, const struct np_arm_result *a,
			    const char *key)
{
	for (uint32_t i = 0; i < a->nr_env; i++)
		if (!strcmp(a->env[i].key, key))
			return a->env[i].value;
	return np_result_env(r, key);
}

static int check_machine(const struct np_result *old, const struct np_arm_result *a,
			 const struct np_result *new, const struct np_arm_result *b, char *why,
			 size_t size)
{
	for (size_t i = 0; i < sizeof(machine) / sizeof(*machine); i++) {
		const char *x = arm_fact(old, a, machine[i]) ?: "not told";
		const char *y = arm_fact(new, b, machine[i]) ?: "not told";

		if (strcmp(x, y))
			return refuse(why, size, "they are of different machines: %s is %s in the "
				      "old one and %s in the new one (%s)", machine[i], x, y,
				      b->name);
	}
	return 0;
}

static int check_units(const struct np_result *old, const struct np_result *new, char *why,
		       size_t size)
{
	if (old->emulated != new->emulated)
		return refuse(why, size, "they are of different machines: the %s one is emulated, "
			      "the other is not", old->emulated ? "old" : "new");
	if (strcmp(old->time_unit, new->time_unit))
		return refuse(why, size, "their units differ: the old one has %s; the new one %s",
			      old->time_unit[0] ? old->time_unit : "none",
			      new->time_unit[0] ? new->time_unit : "none");
	return 0;
}

/* Arms of the same name, such as single, are in both. */
static int check_isa(const struct np_result *old, const struct np_result *new, char *why,
		     size_t size)
{
	uint32_t a = np_result_isa(old), b = np_result_isa(new);

	if (!a || !b || a == b)
		return 0;
	return refuse(why, size, "they are of different instruction sets: %s",
		      b == NP_ISA_SVM ? "VMX, and the new one SVM" : "SVM, and the new one VMX");
}

/* What one iteration costs depends a little on how many there are. */
static int check_runs(const struct np_workload_result *a, const struct np_workload_result *b,
		      const char *arm, bool emulated, char *why, size_t size)
{
	if (a->iterations != b->iterations)
		return refuse(why, size, "%s in %s: %llu iterations against %llu; run both with "
			      "the same --iterations", a->name, arm,
			      (unsigned long long)a->iterations,
			      (unsigned long long)b->iterations);
	if (emulated && a->untraced.n != b->untraced.n)
		return refuse(why, size, "%s in %s: %u repetitions against %u, which in the lab "
			      "must be the same number", a->name, arm, a->untraced.n,
			      b->untraced.n);
	return 0;
}

/* The two measurements that a row is about. */
struct pair {
	bool emulated;
	const struct np_workload_result *old, *new;
};

static void judge(struct np_compared *c, bool emulated)
{
	bool differ = emulated ? fabs(c->new - c->old) >= LEAST_CHANGE : c->p < 1 - NP_LEVEL;

	if (differ && !emulated && isfinite(c->interval.low))
		differ = c->interval.low > 0 || c->interval.high < 0;
	c->verdict = !differ ? emulated ? NP_SAME : NP_UNPROVEN
		   : c->new > c->old ? NP_WORSE : NP_BETTER;
}

static bool round_trip(const struct pair *p, struct np_compared *c)
{
	const struct np_samples *a = &p->old->untraced, *b = &p->new->untraced;

	if (!a->n || !b->n)
		return false;
	if (p->emulated) {
		c->old = np_samples_mean(a);
		c->new = np_samples_mean(b);
		return true;
	}
	c->old = np_sample_median(a->ticks, a->n);
	c->new = np_sample_median(b->ticks, b->n);
	c->interval = np_change_interval(a->ticks, a->n, b->ticks, b->n);
	c->p = np_rank_test(a->ticks, a->n, b->ticks, b->n);
	c->few = np_rank_test_least(a->n, b->n) >= 1 - NP_LEVEL;
	return true;
}

static bool rates(const struct pair *p, struct np_compared *c, double old, double old_of,
		  double new, double new_of)
{
	if (!(old_of > 0) || !(new_of > 0))
		return false;
	c->old = old / old_of;
	c->new = new / new_of;
	if (!p->emulated)
		c->p = np_rate_test(old, old_of, new, new_of);
	return true;
}

static bool l0_exits(const struct pair *p, struct np_compared *c)
{
	struct np_l2_totals a, b;

	if (!p->old->has_account || !p->new->has_account)
		return false;
	np_account_l2_totals(&p->old->account, &a);
	np_account_l2_totals(&p->new->account, &b);
	return rates(p, c, a.caused_total, a.exits, b.caused_total, b.exits);
}

static bool l2_exits(const struct pair *p, struct np_compared *c)
{
	struct np_l2_totals a, b;

	if (!p->old->has_account || !p->new->has_account)
		return false;
	np_account_l2_totals(&p->old->account, &a);
	np_account_l2_totals(&p->new->account, &b);
	return a.exits + b.exits && rates(p, c, a.exits, p->old->traced_iterations, b.exits,
					  p->new->traced_iterations);
}

/* Of each, less is better. */
static const struct {
	const char *name, *unit;
	bool (*take)(const struct pair *p, struct np_compared *c);
} metrics[] = {
	{ "round_trip", "ticks", round_trip },
	{ "l0_exits", "per L2 exit", l0_exits },
	{ "l2_exits", "per iteration", l2_exits },
};

#define NR_METRICS (sizeof(metrics) / sizeof(*metrics))

static void compare_workload(struct np_compare *c, const char *arm, const struct pair *p)
{
	for (size_t i = 0; i < NR_METRICS; i++) {
		struct np_compared *row = &c->rows[c->n];

		*row = (struct np_compared){ .arm = arm,
					     .workload = p->new->name,
					     .metric = metrics[i].name,
					     .unit = metrics[i].unit,
					     .interval = { NAN, NAN },
					     .p = NAN };
		if (!metrics[i].take(p, row))
			continue;
		row->change = row->old > 0 ? row->new / row->old - 1 : NAN;
		c->n++;
	}
}

static int compare_arm(struct np_compare *c, const struct np_result *old,
		       const struct np_result *new, const struct np_arm_result *b, char *why,
		       size_t size)
{
	const struct np_arm_result *a = np_result_arm(old, b->name);
	int err = a ? check_machine(old, a, new, b, why, size) : 0;

	for (uint32_t i = 0; a && !err && i < b->nr_workloads; i++) {
		struct pair p = { new->emulated, np_arm_workload(a, b->workloads[i]->name),
				  b->workloads[i] };

		if (!p.old || p.old->error[0] || p.new->error[0])
			continue;
		err = check_runs(p.old, p.new, b->name, new->emulated, why, size);
		if (!err)
			compare_workload(c, b->name, &p);
	}
	return err;
}

/* As many tests as there are rows: by chance alone some would find something. */
static int correct(struct np_compare *c)
{
	double *p = calloc(c->n ?: 1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	for (uint32_t i = 0; i < c->n; i++)
		p[i] = c->rows[i].p;
	np_holm(p, c->n);
	for (uint32_t i = 0; i < c->n; i++)
		c->rows[i].p = p[i];
	free(p);
	return 0;
}

static void add_fact(struct np_compare *c, const char *key, const char *of, const char *old,
		     const char *new)
{
	if (!strcmp(old, new) || c->nr_facts == NP_MAX_ENV)
		return;
	snprintf(c->facts[c->nr_facts++], sizeof(c->facts[0]), "%s%s%s: %s -> %s", key,
		 of[0] ? " of " : "", of, old, new);
}

static void add_facts(struct np_compare *c, const struct np_result *old,
		      const struct np_result *new)
{
	for (uint32_t i = 0; i < new->nr_env; i++)
		add_fact(c, new->env[i].key, "",
			 np_result_env(old, new->env[i].key) ?: "not told", new->env[i].value);
	for (uint32_t i = 0; i < new->nr_arms; i++) {
		const struct np_arm_result *b = new->arms[i], *a = np_result_arm(old, b->name);

		for (uint32_t k = 0; a && k < b->nr_env; k++)
			add_fact(c, b->env[k].key, b->name,
				 arm_fact(old, a, b->env[k].key) ?: "not told", b->env[k].value);
	}
}

int np_compare(struct np_compare *c, const struct np_result *old, const struct np_result *new,
	       char *why, size_t why_size)
{
	int err = check_units(old, new, why, why_size) ?:
		  check_isa(old, new, why, why_size);

	memset(c, 0, sizeof(*c));
	if (err)
		return err;
	c->rows = calloc(NP_MAX_ARMS * NP_MAX_WORKLOADS * NR_METRICS, sizeof(*c->rows));
	if (!c->rows)
		return -ENOMEM;
	for (uint32_t i = 0; !err && i < new->nr_arms; i++)
		err = compare_arm(c, old, new, new->arms[i], why, why_size);
	if (!err && !c->n)
		err = refuse(why, why_size, "they have no workload of the same arm in common");
	if (!err && !new->emulated)
		err = correct(c);
	for (uint32_t i = 0; !err && i < c->n; i++)
		judge(&c->rows[i], new->emulated);
	if (!err)
		add_facts(c, old, new);
	return err;
}

void np_compare_free(struct np_compare *c)
{
	free(c->rows);
	c->rows = NULL;
}

bool np_compared_fails(const struct np_compared *r, double threshold)
{
	return r->verdict == NP_WORSE && (isnan(r->change) || r->change > threshold);
}

uint32_t np_compare_worse(const struct np_compare *c, double threshold)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->n; i++)
		n += np_compared_fails(&c->rows[i], threshold);
	return n;
}
