// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/advise.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct np_estimate np_bill_total(const struct np_bill *b, const struct np_calibration *c)
{
	struct np_estimate sum = { 0, 0 };

	/* NaN times nothing would be NaN. */
	for (int i = 0; i < NP_NR_COSTS; i++)
		if (b->times[i])
			sum = np_sum(sum, np_times(c->cost[i], b->times[i]));
	return sum;
}

enum np_vmcs_shadow np_shadow_of(uint64_t field, unsigned int lacking)
{
	const struct np_vmcs_field *f = np_vmcs_field_find(field);

	return f && np_vmcs_field_is_shadowed(f, false, lacking) ? f->shadow : NP_SHADOW_NO;
}

static const char *lacked_by(uint64_t field, unsigned int lacking)
{
	const struct np_vmcs_field *f = np_vmcs_field_find(field);

	if (!f || f->needs == NP_NEEDS_ANY || !(lacking & 1u << f->needs))
		return NULL;
	return np_vmcs_needs_flag(f->needs);
}

bool np_exits(enum np_vmcs_shadow class, enum np_form form)
{
	return class == NP_SHADOW_NO || (class == NP_SHADOW_RO && form >= NP_WRITE);
}

enum np_cost np_cost_of(enum np_vmcs_shadow class, enum np_form form)
{
	if (!np_exits(class, form))
		return NP_COST_SHADOWED + form;
	return (class == NP_SHADOW_RO ? NP_COST_READ_ONLY : NP_COST_UNSHADOWED) + form;
}

/* Of vmcs12 to the shadow VMCS, and of what L1 can write back again. A high half comes along. */
static double copies_of(uint64_t field, enum np_vmcs_shadow class)
{
	return np_vmcs_is_high(field) ? 0 : class == NP_SHADOW_RW ? 2 : class == NP_SHADOW_RO;
}

/* What a field costs in a class. */
static struct np_bill bill_of(const struct np_use *use, enum np_vmcs_shadow class, double trips)
{
	struct np_bill b = { { 0 } };

	for (int form = 0; form < NP_FORMS; form++)
		b.times[np_cost_of(class, form)] += use->times[form];
	b.times[NP_COST_COPY] = copies_of(use->field, class) * trips;
	return b;
}

static double exits_of(const struct np_use *use, enum np_vmcs_shadow class)
{
	double sum = 0;

	for (int form = 0; form < NP_FORMS; form++)
		if (np_exits(class, form))
			sum += use->times[form];
	return sum;
}

bool np_is_used(const struct np_use *use)
{
	return exits_of(use, NP_SHADOW_NO) > 0.005;
}

static void add_bill(struct np_bill *b, const struct np_bill *more, double sign)
{
	for (int i = 0; i < NP_NR_COSTS; i++)
		b->times[i] += sign * more->times[i];
}

/* Both in one bill: what they have in common has no error. */
static struct np_bill change(const struct np_field_advice *f, enum np_vmcs_shadow to, double trips)
{
	struct np_bill b = bill_of(&f->use, to, trips), now = bill_of(&f->use, f->is, trips);

	add_bill(&b, &now, -1);
	return b;
}

/* Costs are additive: what is best for a field does not depend on the others. */
static void advise_field(struct np_field_advice *f, double trips, const struct np_calibration *c)
{
	const struct np_bill now = bill_of(&f->use, f->is, trips);

	f->now = np_bill_total(&now, c);
	f->best = f->is;
	for (int class = NP_SHADOW_NO; class <= NP_SHADOW_RW; class++) {
		const struct np_bill b = change(f, class, trips);

		f->as[class] = np_bill_total(&b, c);
		f->exits[class] = exits_of(&f->use, class);
		if (f->as[class].value < f->as[f->best].value)
			f->best = class;
	}
	f->proven = f->as[f->best].value + f->as[f->best].error < 0;
}

static struct np_field_advice *field_of(struct np_advice *a, uint64_t field, unsigned int lacking)
{
	struct np_field_advice *f = a->field;

	for (; f < a->field + a->nr_fields; f++)
		if (f->use.field == field)
			return f;
	f = realloc(a->field, (a->nr_fields + 1) * sizeof(*f));
	if (!f)
		return NULL;
	a->field = f;
	f += a->nr_fields++;
	*f = (struct np_field_advice){ .use.field = field,
				       .is = np_shadow_of(field, lacking),
				       .lacks = lacked_by(field, lacking) };
	return f;
}

static int count_uses(struct np_advice *a, const struct np_advise_input *in, double exits)
{
	const struct np_fields *all = &in->run->fields;

	for (uint32_t i = 0; i < all->nr; i++) {
		const struct np_access *x = &all->access[i];
		struct np_field_advice *f;

		/* Not on behalf of an exit of L2. */
		if (x->reason == NP_REASON_NONE)
			continue;
		if (x->unknown) {
			a->unknown += x->count / exits;
			continue;
		}
		f = field_of(a, x->field, in->lacking);
		if (!f)
			return -ENOMEM;
		f->use.times[np_form(x->write, x->memory)] += x->count / exits;
	}
	return 0;
}

/* Those that KVM copies whether they are used or not. */
static int add_shadowed(struct np_advice *a, unsigned int lacking)
{
	const struct np_vmcs_field *all;
	size_t n;

	all = np_vmcs_fields(&n);
	for (size_t i = 0; i < n; i++)
		if (!np_vmcs_is_high(all[i].encoding) &&
		    np_vmcs_field_is_shadowed(&all[i], false, lacking) &&
		    !field_of(a, all[i].encoding, lacking))
			return -ENOMEM;
	return 0;
}

static int by_gain(const void *x, const void *y)
{
	const struct np_field_advice *a = x, *b = y;
	double u = a->as[a->best].value, v = b->as[b->best].value;

	if (u != v)
		return u < v ? -1 : 1;
	return a->use.field < b->use.field ? -1 : a->use.field > b->use.field;
}

/* With shadow VMCS on, L0 does not see how often L1 uses what is shadowed. */
static bool is_counted(const struct np_field_advice *f, bool shadow_on)
{
	return !shadow_on || f->is == NP_SHADOW_NO;
}

static void advise_fields(struct np_advice *a, const struct np_calibration *c)
{
	/* In one bill, for they have costs in common, and so the errors of these. */
	struct np_bill best = { { 0 } }, idle = { { 0 } };

	for (uint32_t i = 0; i < a->nr_fields; i++) {
		struct np_field_advice *f = &a->field[i];
		struct np_bill b;

		f->best = f->is;
		if (!f->counted)
			continue;
		advise_field(f, a->trips, c);
		b = change(f, f->best, a->trips);
		add_bill(&best, &b, 1);
		if (np_is_used(&f->use) || f->best == f->is)
			continue;
		add_bill(&idle, &b, 1);
		a->nr_idle++;
	}
	a->best = np_bill_total(&best, c);
	a->idle = np_bill_total(&idle, c);
	qsort(a->field, a->nr_fields, sizeof(*a->field), by_gain);
}

static void advise_counted(struct np_advice *a, bool shadow_on, const struct np_calibration *c)
{
	for (uint32_t i = 0; i < a->nr_fields; i++)
		a->field[i].counted = is_counted(&a->field[i], shadow_on);
	advise_fields(a, c);
}

static int add_share(struct np_advice *a, const struct np_advice *from, double share)
{
	a->trips += share * from->trips;
	for (uint32_t i = 0; i < from->nr_fields; i++) {
		const struct np_field_advice *x = &from->field[i];
		uint32_t before = a->nr_fields;
		struct np_field_advice *f = field_of(a, x->use.field, 0);

		if (!f)
			return -ENOMEM;
		if (a->nr_fields > before)
			f->counted = true;
		f->is = x->is;
		f->lacks = x->lacks;
		f->counted &= x->counted;
		for (int form = 0; form < NP_FORMS; form++)
			f->use.times[form] += share * x->use.times[form];
	}
	return 0;
}

int np_advise_together(struct np_advice *a, const struct np_advice *const *of, uint32_t n,
		       const struct np_calibration *c)
{
	int err = 0;

	memset(a, 0, sizeof(*a));
	for (uint32_t i = 0; !err && i < n; i++)
		err = add_share(a, of[i], 1.0 / n);
	if (err)
		np_advice_free(a);
	else
		advise_fields(a, c);
	return err;
}

/* What is timed has no halts, and each iteration as many of the others. */
static double exits_per_iteration(const struct np_advise_input *in)
{
	double repetitions = (double)in->run->traced_iterations / in->run->iterations;
	double all = in->run->traced_iterations + repetitions * in->warm_up;

	struct np_l2_totals t;

	np_account_l2_totals(&in->run->account, &t);
	return (t.exits - repetitions * in->halts) / all;
}

struct np_estimate np_ticks_per_exit(const struct np_advise_input *in)
{
	const struct np_samples *s = &in->run->untraced;

	return np_times(np_median(s->ticks, s->n), 1 / exits_per_iteration(in));
}

/* What L1's accesses cost with shadow VMCS on, less what they cost with it off. */
static struct np_bill accesses_bill(const struct np_advice *a)
{
	struct np_bill b = { { 0 } };

	for (uint32_t i = 0; i < a->nr_fields; i++)
		for (int form = 0; form < NP_FORMS; form++) {
			double times = a->field[i].use.times[form];

			b.times[np_cost_of(a->field[i].is, form)] += times;
			b.times[NP_COST_TRAPPED + form] -= times;
		}
	return b;
}

static void predict_exits(const struct np_advice *a, const struct np_l2_totals *t,
			  struct np_prediction *p)
{
	p->exits_now = p->exits_then = (struct np_estimate){ np_per_l2_exit(t->caused_total,
									    t->exits), 0 };
	for (uint32_t i = 0; i < a->nr_fields; i++) {
		const struct np_field_advice *f = &a->field[i];

		p->exits_then.value -= exits_of(&f->use, NP_SHADOW_NO) - exits_of(&f->use, f->is);
	}
	p->exits_then.error = a->unknown;
}

static void predict_ticks(const struct np_advice *a, const struct np_advise_input *in,
			  const struct np_calibration *c, struct np_prediction *p)
{
	const struct np_bill accesses = accesses_bill(a);
	const struct np_bill sync = { .times[NP_COST_SYNC] = a->trips };
	struct np_estimate unknown = { 0, a->unknown ? a->unknown *
					  c->cost[NP_COST_TRAPPED + NP_READ].value : 0 };

	p->ticks_now = np_ticks_per_exit(in);
	p->accesses = np_sum(np_bill_total(&accesses, c), unknown);
	p->sync = np_bill_total(&sync, c);
	p->ticks_then = np_sum(np_sum(p->ticks_now, p->accesses), p->sync);
}

int np_advise(struct np_advice *a, const struct np_advise_input *in,
	      const struct np_calibration *c)
{
	struct np_l2_totals t;
	int err;

	memset(a, 0, sizeof(*a));
	np_account_l2_totals(&in->run->account, &t);
	if (!in->run->has_account || !in->run->has_fields || !t.exits || !in->run->iterations)
		return -ENODATA;
	a->trips = np_per_l2_exit(t.to_l1 + t.synthetic, t.exits);
	err = count_uses(a, in, t.exits);
	if (!err && !in->shadow_on) {
		predict_exits(a, &t, &a->on);
		predict_ticks(a, in, c, &a->on);
		a->has_prediction = true;
	}
	if (!err)
		err = add_shadowed(a, in->lacking);
	if (!err)
		advise_counted(a, in->shadow_on, c);
	else
		np_advice_free(a);
	return err;
}

void np_advice_free(struct np_advice *a)
{
	free(a->field);
	a->field = NULL;
	a->nr_fields = 0;
}
