// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/turtles.h"

#include <math.h>
#include <string.h>

#include "analysis/exit_reason.h"
#include "analysis/published.h"

#define PAPER "Turtles 2010" /* as published.def names it */

static const struct {
	const char *workload, *benchmark;
	double off, on;
} overheads[] = {
#define OVERHEAD(workload, benchmark, off, on) { #workload, #benchmark, off, on },
#include "analysis/turtles.def"
}, exits[] = {
#define EXITS(workload, off, on) { #workload, NULL, off, on },
#include "analysis/turtles.def"
};

#define NR(table) (sizeof(table) / sizeof(*(table)))

/* Of several figures the middle. */
static double published(const char *workload, enum np_form form)
{
	const struct np_published *p;

	for (uint32_t i = 0; (p = np_published_at(i)); i++)
		if (p->form == form && !strcmp(p->workload, workload) &&
		    !strcmp(p->source->name, PAPER))
			return (p->least + p->most) / 2;
	return NAN;
}

void np_turtles_paper(const char *workload, struct np_turtles_paper *p)
{
	double single = published(workload, NP_FORM_SINGLE);

	p->overhead_off = published(workload, NP_FORM_NESTED) / single - 1;
	p->overhead_on = published(workload, NP_FORM_SHADOWED) / single - 1;
	p->exits_off = p->exits_on = NAN;
	p->benchmark = NULL;
	for (size_t i = 0; i < NR(overheads); i++)
		if (!strcmp(overheads[i].workload, workload)) {
			p->benchmark = overheads[i].benchmark;
			p->overhead_off = overheads[i].off / 100;
			p->overhead_on = overheads[i].on / 100;
		}
	for (size_t i = 0; i < NR(exits); i++)
		if (!strcmp(exits[i].workload, workload)) {
			p->exits_off = exits[i].off;
			p->exits_on = exits[i].on;
		}
}

const char *np_turtles_paper_workload(uint32_t i)
{
	return i < NR(overheads) ? overheads[i].workload : NULL;
}

double np_turtles_reduction(double overhead_off, double overhead_on)
{
	return overhead_off > 0 ? 1 - overhead_on / overhead_off : NAN;
}

void np_turtles_transitions(const struct np_workload_result *w, struct np_transitions *t)
{
	uint64_t by_reason[NP_REASONS] = { 0 }, all = 0, vmcs = 0;
	struct np_l2_totals l2;

	*t = (struct np_transitions){ NAN, NAN, NAN };
	if (!w || !w->has_account || !w->traced_iterations)
		return;
	np_account_l2_totals(&w->account, &l2);
	np_account_by_reason(&w->account, by_reason);
	for (uint32_t i = 0; i < NP_REASONS; i++)
		all += by_reason[i];
	if (w->account.isa == NP_ISA_VMX)
		vmcs = by_reason[np_exit_reason_find(NP_ISA_VMX, "VMREAD")] +
		       by_reason[np_exit_reason_find(NP_ISA_VMX, "VMWRITE")];
	t->l2 = (double)l2.exits / w->traced_iterations;
	t->vmcs = (double)vmcs / w->traced_iterations;
	t->other = (double)(all - l2.exits - vmcs) / w->traced_iterations;
}

double np_turtles_model(double ticks, const struct np_transitions *t, double cycles)
{
	return ticks + (t->l2 + t->vmcs + t->other) * cycles;
}

bool np_turtles_has_model(const struct np_result *r, const struct np_uarch *u)
{
	return u && r->emulated && np_result_isa(r) != NP_ISA_SVM;
}
