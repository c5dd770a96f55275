// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/account.h"

#include <stdbool.h>
#include <string.h>

#include "bpf/nested_fsm.h"

_Static_assert(sizeof(struct np_row) % sizeof(uint64_t) == 0, "words and no rest");

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

static void add_trips(struct np_row *to, struct np_l2_row *row, const struct np_l2_tally *tally)
{
	const struct np_phase_sum *phases = np_row_phases(row);

	for (int kind = 0; kind < NP_TRIPS; kind++) {
		to->trip[kind].n += tally->trip[kind].n;
		to->trip[kind].ns += tally->trip[kind].ns;
	}
	if (!phases)
		return;
	to->phases.n += phases->n;
	to->phases.ns += phases->ns;
	for (int i = 0; i < NP_PHASES; i++)
		to->phases.phase[i] += phases->phase[i];
}

/* Exits of L1 by cause, where they are kept by reason. */
static void add_causes(uint64_t *to, const __u64 *from)
{
	for (uint32_t i = 0; i < NP_CAUSES; i++)
		to[np_reason_of_cause(i)] += from[i];
}

/* What an exit of the log will be counted as. */
static uint32_t reason_told(uint8_t logged)
{
	return np_reason_of_cause(np_cause(np_reason_index(logged)));
}

/* What was handled as usual is counted as often as it was. */
static void add_usual(struct np_row *to, const struct np_usual *u)
{
	to->exits += u->times;
	to->to_l1 += u->times;
	to->resumed += u->times;
	for (uint32_t i = 0; i < u->n && i < NP_LOG; i++)
		to->caused[reason_told(u->log[i])] += u->times;
}

/* An exit of L2 that is under way is in no row yet. */
static void add_under_way(struct np_row *to, const struct np_vcpu *v, uint32_t index)
{
	if (v->open < NP_REASONS && v->row_of[v->open] == index)
		to->exits++;
	if (v->handling < NP_REASONS && v->row_of[v->handling] == index &&
	    !(v->odd & NP_ODD_SYNTHETIC)) {
		to->exits++;
		to->to_l1++;
	}
}

static void add_row(struct np_row *to, const struct np_vcpu *state, uint32_t index,
		    const struct np_pools *pools)
{
	struct np_l2_row *row = &pools->rows[index - 1];
	const struct np_l2_tally *tally = &pools->tallies[index];
	const struct np_fate *f = &row->fate;

	to->exits += f->exits;
	to->to_l1 += f->to_l1;
	to->l0_only += f->l0_only;
	to->synthetic += f->synthetic;
	to->resumed += f->resumed;
	to->slow += row->slow;
	add_causes(to->caused, row->caused);
	add_usual(to, &tally->usual);
	add_under_way(to, state, index);
	add_trips(to, row, tally);
}

static void add_rows_sum(struct np_row *to, const struct np_row *from)
{
	uint64_t *t = (uint64_t *)to;

	add(t, (const uint64_t *)from, sizeof(*to) / sizeof(*t));
}

/* What changes whenever counters move between the state and a row. */
struct stamp {
	uint64_t state, entries;
};

static struct stamp stamp_of(const struct np_vcpu *v)
{
	return (struct stamp){ __atomic_load_n(&v->state, __ATOMIC_ACQUIRE),
			       __atomic_load_n(&v->entries, __ATOMIC_ACQUIRE) };
}

static bool still(const struct np_vcpu *v, const struct stamp *then)
{
	struct stamp now = stamp_of(v);

	return now.state == then->state && now.entries == then->entries;
}

/*
 * The programs may be counting meanwhile: an exit that moves from the state to the
 * row must be counted once, lest a counter go back.
 */
static void add_row_at_once(struct np_row *to, const struct np_vcpu *v, uint32_t index,
			    const struct np_pools *pools)
{
	struct np_vcpu seen = *v;
	struct np_row row;

	for (int tries = 0; tries < 100; tries++) {
		struct stamp stamp = stamp_of(v);

		seen.state = stamp.state;
		memset(&row, 0, sizeof(row));
		add_row(&row, &seen, index, pools);
		if (!(seen.odd & NP_ODD_MOVING) && still(v, &stamp))
			break;
	}
	add_rows_sum(to, &row);
}

uint32_t np_place_of(const struct np_vcpu *v, uint32_t reason)
{
	return v->row_of[reason] == v->shared_row ? NP_REASON_OTHER : reason;
}

/* The shared row belongs to several reasons, but is to be added once. */
static void add_rows(struct np_account *a, const struct np_vcpu *v, const struct np_pools *pools)
{
	bool shared = false;

	for (uint32_t i = 0; i < NP_REASONS; i++) {
		if (!v->row_of[i] || (v->row_of[i] == v->shared_row && shared))
			continue;
		shared |= v->row_of[i] == v->shared_row;
		add_row_at_once(&a->l2[np_place_of(v, i)], v, v->row_of[i], pools);
	}
}

static void add_unfinished(struct np_account *a, const struct np_vcpu *v)
{
	uint32_t logged = v->logged & ~NP_LOG_ENTERING;

	for (uint32_t i = 0; i < NP_CAUSES; i++)
		a->unfinished[np_reason_of_cause(i)] += v->pending[i];
	for (uint32_t i = 0; logged <= NP_LOG && i < logged; i++)
		a->unfinished[reason_told(v->log[i])]++;
}

static void add_totals(struct np_account *a)
{
	a->totals.exits = sum(a->outside, NP_REASONS) + sum(a->unfinished, NP_REASONS);
	a->totals.nested_injects = 0;
	for (uint32_t i = 0; i < NP_REASONS; i++) {
		a->totals.exits += a->l2[i].exits + sum(a->l2[i].caused, NP_REASONS);
		a->totals.nested_injects += a->l2[i].to_l1 + a->l2[i].synthetic;
	}
}

static void add_syncs(struct np_account *a, const struct np_vcpu *v)
{
	for (int i = 0; i < NP_SYNCS; i++) {
		a->sync[i].n += v->sync[i].n;
		a->sync[i].ns += v->sync[i].ns;
	}
}

void np_account_add_vcpu(struct np_account *a, const struct np_vcpu *v,
			 const struct np_pools *pools)
{
	a->isa = v->isa;
	add_rows(a, v, pools);
	add_unfinished(a, v);
	add_syncs(a, v);
	add_causes(a->outside, v->outside);
	add_totals(a);
	a->entries += v->entries;
	a->failed_entries += v->failed_entries;
	a->desyncs += v->desyncs;
	a->totals.nested_vmexits += v->nested_vmexits;
	a->totals.nested_vmenters += v->entries;
}

/* Whatever comes after isa is a counter, or a level: a vCPU's own, both. */
void np_account_add(struct np_account *to, const struct np_account *from)
{
	size_t first = offsetof(struct np_account, l2);

	if (from->isa)
		to->isa = from->isa;
	add((uint64_t *)((char *)to + first), (const uint64_t *)((const char *)from + first),
	    (sizeof(*to) - first) / sizeof(uint64_t));
}

static void diff_row(struct np_row *to, const struct np_row *after, const struct np_row *before)
{
	to->exits = after->exits - before->exits;
	to->to_l1 = after->to_l1 - before->to_l1;
	to->l0_only = after->l0_only - before->l0_only;
	to->synthetic = after->synthetic - before->synthetic;
	to->resumed = after->resumed - before->resumed;
	to->slow = after->slow - before->slow;
	subtract(to->caused, after->caused, before->caused, NP_REASONS);
	to->phases.n = after->phases.n - before->phases.n;
	to->phases.ns = after->phases.ns - before->phases.ns;
	for (int i = 0; i < NP_PHASES; i++)
		to->phases.phase[i] = after->phases.phase[i] - before->phases.phase[i];
	for (int kind = 0; kind < NP_TRIPS; kind++) {
		to->trip[kind].n = after->trip[kind].n - before->trip[kind].n;
		to->trip[kind].ns = after->trip[kind].ns - before->trip[kind].ns;
	}
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
	for (int i = 0; i < NP_SYNCS; i++) {
		to->sync[i].n = after->sync[i].n - before->sync[i].n;
		to->sync[i].ns = after->sync[i].ns - before->sync[i].ns;
	}
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
