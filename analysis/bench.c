// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/bench.h"

#include <math.h>
#include <string.h>

/* The exits that everyone publishes, and whose handling hardly depends on the kernel. */
static const char *const telling[] = { "cpuid", "vmcall" };

/* One form is suggested when it is that near, and each other that much farther. */
#define NEAR 2.0
#define FARTHER 1.5

static const struct np_workload_result *measured(const struct np_result *r, const char *workload)
{
	const struct np_arm_result *a = np_result_arm(r, NP_ARM_SINGLE);
	const struct np_workload_result *w = a ? np_arm_workload(a, workload) : NULL;

	return w && !w->error[0] && w->untraced.n ? w : NULL;
}

double np_bench_nanoseconds(const struct np_bench *b, double ticks)
{
	return b->machine.tsc_khz ? ticks * 1e6 / b->machine.tsc_khz : NAN;
}

/* NaN where the clock's rate is needed and not known. */
static double in_unit(const struct np_bench *b, double ticks, enum np_unit unit)
{
	return unit == NP_UNIT_CYCLES ? ticks : np_bench_nanoseconds(b, ticks) / 1000;
}

static double factor_to(const struct np_published *p, double value)
{
	if (!(value > 0))
		return INFINITY;
	return value < p->least ? p->least / value : value > p->most ? value / p->most : 1;
}

static bool is_telling(const char *workload)
{
	for (size_t i = 0; i < sizeof(telling) / sizeof(*telling); i++)
		if (!strcmp(telling[i], workload))
			return true;
	return false;
}

/* Faster than all that was published of one level is one level, too. */
static double nearness(const struct np_published *p, double value)
{
	return p->form == NP_FORM_SINGLE && value > 0 && value < p->least ? 1
									   : factor_to(p, value);
}

static void find_nearest(struct np_bench *b)
{
	const struct np_published *p;

	for (int form = 0; form < NP_NR_FORMS; form++)
		b->near[form] = (struct np_nearness){ INFINITY, NULL };
	for (uint32_t i = 0; (p = np_published_at(i)); i++) {
		const struct np_workload_result *w = measured(b->result, p->workload);
		struct np_nearness *n = &b->near[p->form];
		double factor;

		if (!w || !is_telling(p->workload))
			continue;
		factor = nearness(p, in_unit(b, np_sample_median(w->untraced.ticks, w->untraced.n),
					     p->unit));
		if (factor < n->factor)
			*n = (struct np_nearness){ factor, p };
	}
}

static bool stands_out(const struct np_bench *b, enum np_form form)
{
	for (int other = 0; other < NP_NR_FORMS; other++)
		if (other != (int)form && b->near[other].factor < FARTHER * b->near[form].factor)
			return false;
	return b->near[form].factor <= NEAR;
}

static enum np_suggestion nested_vmx(const struct np_bench *b)
{
	if (stands_out(b, NP_FORM_SINGLE))
		return NP_NESTED_AS_SINGLE;
	if (stands_out(b, NP_FORM_SHADOWED))
		return NP_NESTED_SHADOW;
	return stands_out(b, NP_FORM_NESTED) ? NP_NESTED_TRAPS : NP_NESTED_UNCLEAR;
}

static enum np_suggestion suggest(const struct np_bench *b)
{
	bool vmx = !strcmp(b->machine.backend, "kvm_intel");
	bool svm = !strcmp(b->machine.backend, "kvm_amd");

	if (!b->near[NP_FORM_SINGLE].figure && !b->near[NP_FORM_SHADOWED].figure)
		return NP_NOTHING_MEASURED;
	if (!vmx && !svm)
		return NP_OTHER_BACKEND;
	if (!b->machine.in_vm)
		return NP_BARE_METAL;
	return svm ? NP_NESTED_SVM : nested_vmx(b);
}

void np_bench_judge(struct np_bench *b, const struct np_result *r,
		    const struct np_bench_machine *machine)
{
	*b = (struct np_bench){ .result = r, .machine = *machine };
	find_nearest(b);
	b->suggestion = suggest(b);
}
