// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/export/fleet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/exit_reason.h"

const uint64_t fleet_bounds[FLEET_BUCKETS] = {
	1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000, 1000000, 10000000, 100000000,
};

int fleet_init(struct fleet *f, uint32_t max_vms)
{
	*f = (struct fleet){ .max = max_vms };
	snprintf(f->others.label, sizeof(f->others.label), FLEET_OTHERS);
	f->vm = calloc(max_vms, sizeof(*f->vm));
	return f->vm ? 0 : -ENOMEM;
}

void fleet_free(struct fleet *f)
{
	free(f->vm);
	f->vm = NULL;
}

void fleet_begin(struct fleet *f, double now)
{
	f->now = now;
}

static struct fleet_vm *vm_of(struct fleet *f, const struct stat_whose *w)
{
	char label[FLEET_LABEL];

	if (w->vm[0])
		snprintf(label, sizeof(label), "%s", w->vm);
	else
		snprintf(label, sizeof(label), "pid-%d", (int)w->tgid);
	for (uint32_t i = 0; i < f->nr; i++)
		if (!strcmp(f->vm[i].label, label))
			return &f->vm[i];
	if (f->nr == f->max || !strcmp(label, f->others.label)) {
		f->together++;
		return &f->others;
	}
	f->vm[f->nr] = (struct fleet_vm){ 0 };
	memcpy(f->vm[f->nr].label, label, sizeof(label));
	return &f->vm[f->nr++];
}

/* The last one is for whatever there is no room for. */
static struct fleet_row *row_of(struct fleet_vm *v, uint32_t reason)
{
	for (uint32_t i = 0; i < v->nr_rows; i++)
		if (v->row[i].reason == reason)
			return &v->row[i];
	if (v->nr_rows == FLEET_REASONS)
		return &v->row[FLEET_REASONS - 1];
	if (v->nr_rows == FLEET_REASONS - 1)
		reason = NP_REASON_OTHER;
	v->row[v->nr_rows] = (struct fleet_row){ .reason = reason };
	return &v->row[v->nr_rows++];
}

static enum fleet_kind kind_of(uint32_t isa, uint32_t reason)
{
	static const struct {
		const char *name;
		enum fleet_kind kind;
	} kinds[] = { { "VMREAD", FLEET_VMREAD },
		      { "VMWRITE", FLEET_VMWRITE },
		      { "VMRESUME", FLEET_VMENTRY },
		      { "VMLAUNCH", FLEET_VMENTRY } };
	const char *name = np_exit_reason_name(isa, reason);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return kinds[i].kind;
	return FLEET_REST;
}

static void add_row(struct fleet_vm *v, uint32_t reason, const struct np_row *from)
{
	struct fleet_row *to = row_of(v, reason);

	to->exits += from->exits;
	to->to_l1 += from->to_l1;
	to->l0_only += from->l0_only;
	v->l0_exits += from->exits;
	for (uint32_t i = 0; i < NP_REASONS; i++) {
		if (!from->caused[i])
			continue;
		to->l1[kind_of(v->isa, i)] += from->caused[i];
		v->l0_exits += from->caused[i];
	}
}

static void add_trips(struct fleet_trips *to, const struct np_hist *h, uint64_t ns)
{
	uint32_t at = 0;

	to->ns += ns;
	for (uint32_t i = 0; i < NP_HIST_BUCKETS; i++) {
		while (at < FLEET_BUCKETS && np_hist_low(i) > fleet_bounds[at])
			at++;
		to->n[at] += h->n[i];
	}
}

static bool is_empty(const struct np_row *r)
{
	uint64_t caused = 0;

	for (uint32_t i = 0; i < NP_REASONS; i++)
		caused |= r->caused[i];
	return !r->exits && !r->to_l1 && !r->l0_only && !caused;
}

int fleet_add(const struct stat_whose *whose, const struct np_account *window,
	      const struct np_trip_hists *trips, void *fleet)
{
	struct fleet *f = fleet;
	struct fleet_vm *v = vm_of(f, whose);

	v->isa = window->isa ?: v->isa;
	v->tgid = whose->tgid;
	v->seen = f->now;
	v->entries += window->entries;
	v->failed_entries += window->failed_entries;
	v->misfits += window->desyncs;
	for (uint32_t i = 0; i < NP_REASONS; i++) {
		const struct np_row *r = &window->l2[i];

		v->l1_alone += window->outside[i];
		v->l0_exits += window->outside[i];
		if (!is_empty(r))
			add_row(v, i, r);
		for (uint32_t k = 0; k < NP_TRIPS; k++)
			if (r->trip[k].n)
				add_trips(&v->trips[k], &trips->of[i][k], r->trip[k].ns);
	}
	return 0;
}

void fleet_end(struct fleet *f, double keep)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < f->nr; i++) {
		if (f->now - f->vm[i].seen > keep)
			continue;
		if (kept != i)
			f->vm[kept] = f->vm[i];
		kept++;
	}
	f->nr = kept;
}
