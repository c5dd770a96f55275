// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/export/fleet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/exit_reason.h"
#include "analysis/utf8.h"

int fleet_init(struct fleet *f, uint32_t max_vms)
{
	memset(f, 0, sizeof(*f));
	f->max = max_vms;
	f->before = -1;
	snprintf(f->others.label, sizeof(f->others.label), FLEET_OTHERS);
	f->vm = calloc(max_vms, sizeof(*f->vm));
	return f->vm ? 0 : -ENOMEM;
}

void fleet_free(struct fleet *f)
{
	free(f->vm);
	free(f->slot);
	f->vm = NULL;
	f->slot = NULL;
}

void fleet_begin(struct fleet *f, double now)
{
	f->before = f->now;
	f->now = now;
	for (uint32_t i = 0; i < f->nr; i++)
		f->vm[i].now = f->vm[i].ended;
	f->others.now = f->others.ended;
}

static void escape(char out[FLEET_LABEL], const char *text)
{
	size_t n = 0;

	while (*text && n + 4 < FLEET_LABEL) {
		int len = np_utf8_length(text);

		if (*text == '\\' || *text == '"')
			n += snprintf(out + n, FLEET_LABEL - n, "\\%c", *text);
		else if (*text == '\n')
			n += snprintf(out + n, FLEET_LABEL - n, "\\n");
		else
			n += snprintf(out + n, FLEET_LABEL - n, "%.*s", len ?: 3,
				      len ? text : NP_UTF8_INSTEAD);
		text += len ?: 1;
	}
	out[n] = '\0';
}

struct fleet_vm *fleet_vm_of(struct fleet *f, pid_t tgid, const char *name)
{
	char label[FLEET_LABEL];

	escape(label, name);
	if (!name[0])
		snprintf(label, sizeof(label), "pid-%d", (int)tgid);
	for (uint32_t i = 0; i < f->nr; i++)
		if (!strcmp(f->vm[i].label, label))
			return &f->vm[i];
	if (f->nr == f->max || !strcmp(label, f->others.label)) {
		f->together = true;
		return &f->others;
	}
	f->vm[f->nr] = (struct fleet_vm){ 0 };
	memcpy(f->vm[f->nr].label, label, sizeof(label));
	return &f->vm[f->nr++];
}

/* The last one is for whatever there is no room for. */
static struct fleet_row *row_of(struct fleet_counts *c, uint32_t reason)
{
	for (uint32_t i = 0; i < c->nr_rows; i++)
		if (c->row[i].reason == reason)
			return &c->row[i];
	if (c->nr_rows == FLEET_REASONS)
		return &c->row[FLEET_REASONS - 1];
	if (c->nr_rows == FLEET_REASONS - 1)
		reason = NP_REASON_OTHER;
	c->row[c->nr_rows] = (struct fleet_row){ .reason = reason };
	return &c->row[c->nr_rows++];
}

static enum fleet_kind kind_of(uint32_t isa, uint32_t reason)
{
	static const struct {
		const char *name;
		enum fleet_kind kind;
	} kinds[] = { { "VMREAD", FLEET_VMREAD },
		      { "VMWRITE", FLEET_VMWRITE },
		      { "VMRESUME", FLEET_VMENTRY },
		      { "VMLAUNCH", FLEET_VMENTRY },
		      { "VMRUN", FLEET_VMENTRY } };
	const char *name = np_exit_reason_name(isa, reason);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return kinds[i].kind;
	return FLEET_REST;
}

static bool is_empty(const struct np_row *r)
{
	uint64_t any = r->exits | r->to_l1 | r->l0_only;

	for (uint32_t i = 0; i < NP_REASONS; i++)
		any |= r->caused[i];
	return !any;
}

static void count_row(struct fleet_counts *c, uint32_t isa, uint32_t reason,
		      const struct np_row *from)
{
	struct fleet_row *to = row_of(c, reason);

	to->exits += from->exits;
	to->to_l1 += from->to_l1;
	to->l0_only += from->l0_only;
	c->l0_exits += from->exits;
	for (uint32_t k = 0; k < NP_TRIPS; k++)
		c->trip_ns[k] += from->trip[k].ns;
	for (uint32_t i = 0; i < NP_REASONS; i++) {
		if (!from->caused[i])
			continue;
		to->l1[kind_of(isa, i)] += from->caused[i];
		c->l0_exits += from->caused[i];
	}
}

void fleet_count(struct fleet_counts *c, const struct np_account *a)
{
	c->entries += a->entries;
	c->failed_entries += a->failed_entries;
	c->misfits += a->desyncs;
	for (uint32_t i = 0; i < NP_REASONS; i++) {
		c->l1_alone += a->outside[i];
		c->l0_exits += a->outside[i];
		if (!is_empty(&a->l2[i]))
			count_row(c, a->isa, i, &a->l2[i]);
	}
}

uint32_t fleet_bucket(uint32_t hist_bucket)
{
	uint32_t at = 0;

	while (at < FLEET_BUCKETS && np_hist_low(hist_bucket) > fleet_bounds[at])
		at++;
	return at;
}

int fleet_window(const struct stat_whose *whose, const struct np_account *window,
		 const struct np_trip_hists *trips, void *fleet)
{
	struct fleet *f = fleet;
	struct fleet_vm *v = fleet_vm_of(f, whose->tgid, whose->vm);

	v->isa = window->isa ?: v->isa;
	v->tgid = whose->tgid;
	v->seen = f->now;
	fleet_count(&v->ended, window);
	fleet_count(&v->now, window);
	for (uint32_t i = 0; i < NP_REASONS * NP_TRIPS; i++)
		for (uint32_t k = 0; k < NP_HIST_BUCKETS; k++)
			if (trips->of[i / NP_TRIPS][i % NP_TRIPS].n[k])
				v->trips[i % NP_TRIPS][fleet_bucket(k)] +=
					trips->of[i / NP_TRIPS][i % NP_TRIPS].n[k];
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
