// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/account.h"

#include <stdbool.h>
#include <string.h>

/* The kernel's __u64 is unsigned long long; uint64_t is not. */
static const uint64_t *u64s(const __u64 *counts)
{
	return (const uint64_t *)counts;
}

static void add(uint64_t *to, const uint64_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] += from[i];
}

static void subtract(uint64_t *to, const uint64_t *after, const uint64_t *before, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = after[i] - before[i];
}

static uint64_t sum(const uint64_t *counts, size_t n)
{
	uint64_t s = 0;

	while (n--)
		s += *counts++;
	return s;
}

/* Where the account keeps what was caused by exits of this reason. */
static uint32_t caused_place(const struct np_vcpu *v, uint32_t reason)
{
	return v->row_of[reason] == NP_ROW_SHARED + 1 ? NP_REASON_OTHER : reason;
}

/* The shared row belongs to several reasons, but is to be added once. */
static void add_caused(struct np_account *a, const struct np_vcpu *v)
{
	bool seen[NP_ROWS] = { false };

	for (uint32_t i = 0; i < NP_REASONS; i++) {
		uint32_t row = v->row_of[i] - 1u;

		if (row >= NP_ROWS || seen[row])
			continue;
		seen[row] = true;
		add(a->l2[caused_place(v, i)].caused, u64s(v->caused[row]), NP_REASONS);
	}
}

static void add_fates(struct np_account *a, const struct np_vcpu *v)
{
	for (uint32_t i = 0; i < NP_REASONS; i++) {
		const struct np_fate *f = &v->fate[i];
		struct np_row *row = &a->l2[i];

		row->exits += f->exits;
		row->to_l1 += f->to_l1;
		row->l0_only += f->l0_only;
		row->synthetic += f->synthetic;
		row->resumed += f->resumed;
		a->totals.exits += f->exits;
		a->totals.nested_injects += f->to_l1 + f->synthetic;
	}
}

void np_account_add_vcpu(struct np_account *a, const struct np_vcpu *v)
{
	a->isa = v->isa;
	add_fates(a, v);
	add_caused(a, v);
	add(a->outside, u64s(v->outside), NP_REASONS);
	add(a->unfinished, u64s(v->pending), NP_REASONS);
	a->entries += v->entries;
	a->failed_entries += v->failed_entries;
	a->desyncs += v->desyncs;
	a->totals.exits += sum(u64s(v->caused[0]), NP_ROWS * NP_REASONS) +
			   sum(u64s(v->outside), NP_REASONS) + sum(u64s(v->pending), NP_REASONS);
	a->totals.nested_vmexits += v->nested_vmexits;
	a->totals.nested_vmenters += v->entries;
}

static void diff_row(struct np_row *to, const struct np_row *after, const struct np_row *before)
{
	to->exits = after->exits - before->exits;
	to->to_l1 = after->to_l1 - before->to_l1;
	to->l0_only = after->l0_only - before->l0_only;
	to->synthetic = after->synthetic - before->synthetic;
	to->resumed = after->resumed - before->resumed;
	subtract(to->caused, after->caused, before->caused, NP_REASONS);
}

static void diff_totals(struct np_totals *to, const struct np_totals *after,
			const struct np_totals *before)
{
	to->exits = after->exits - before->exits;
	to->nested_vmexits = after->nested_vmexits - before->nested_vmexits;
	to->nested_injects = after->nested_injects - before->nested_injects;
	to->nested_vmenters = after->nested_vmenters - before->nested_vmenters;
	to->lost = after->lost - before->lost;
}

void np_account_diff(struct np_account *to, const struct np_account *after,
		     const struct np_account *before)
{
	to->isa = after->isa;
	for (uint32_t i = 0; i < NP_REASONS; i++)
		diff_row(&to->l2[i], &after->l2[i], &before->l2[i]);
	subtract(to->outside, after->outside, before->outside, NP_REASONS);
	memcpy(to->unfinished, after->unfinished, sizeof(to->unfinished));
	memcpy(to->carried, before->unfinished, sizeof(to->carried));
	to->entries = after->entries - before->entries;
	to->failed_entries = after->failed_entries - before->failed_entries;
	to->desyncs = after->desyncs - before->desyncs;
	diff_totals(&to->totals, &after->totals, &before->totals);
}

void np_account_by_reason(const struct np_account *a, uint64_t out[NP_REASONS])
{
	for (uint32_t i = 0; i < NP_REASONS; i++)
		out[i] = a->l2[i].exits + a->outside[i] + a->unfinished[i] - a->carried[i];
	for (uint32_t l2 = 0; l2 < NP_REASONS; l2++)
		add(out, a->l2[l2].caused, NP_REASONS);
}

void np_account_l2_totals(const struct np_account *a, struct np_l2_totals *t)
{
	memset(t, 0, sizeof(*t));
	for (uint32_t i = 0; i < NP_REASONS; i++) {
		const struct np_row *row = &a->l2[i];

		t->exits += row->exits;
		t->to_l1 += row->to_l1;
		t->l0_only += row->l0_only;
		t->synthetic += row->synthetic;
		t->resumed += row->resumed;
		add(t->caused, row->caused, NP_REASONS);
	}
	t->caused_total = sum(t->caused, NP_REASONS);
}
