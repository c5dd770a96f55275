// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nested state machine against a naive model, over random events: the
 * model keeps a log of them all, and finds where each one belongs by looking
 * at its neighbours in the log, long after it happened.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/account.h"
#include "bpf/nested_fsm.h"
#include "tests/unit/fsm_pools.h"

enum { CPUID = 10, VMREAD = 23, VMOFF = 26, VMON = 27 };

static struct np_vcpu vcpu, *v = &vcpu;

static void fresh(uint32_t rows)
{
	fresh_pools(1, 1 + rows);
	fresh_vcpu(v, 0);
}

enum kind { L1_EXIT, L2_EXIT, CHECK, INJECT, VMENTER, GAP, NR_KINDS };

struct event {
	enum kind kind;
	uint32_t reason;
};

#define LOG 400
static struct event events[LOG + 1];
static int nr_events;

static bool uses_vmx_anew(const struct event *e)
{
	return e->kind == L1_EXIT && (e->reason == VMOFF || e->reason == VMON);
}

/* The nearest event before or after (step -1 or 1) that can change a state. */
static const struct event *neighbour(int i, int step)
{
	for (i += step; i >= 0 && i < nr_events; i += step)
		if (events[i].kind != CHECK)
			return &events[i];
	return NULL;
}

static bool neighbour_is(int i, int step, enum kind kind)
{
	const struct event *e = neighbour(i, step);

	return e && e->kind == kind;
}

/* The nearest event other than a plain exit of L1. */
static const struct event *border(int i, int step)
{
	for (i += step; i >= 0 && i < nr_events; i += step)
		if (events[i].kind != CHECK &&
		    (events[i].kind != L1_EXIT || uses_vmx_anew(&events[i])))
			return &events[i];
	return NULL;
}

/* The exit that L1 was handling when the event happened, or NULL. */
static const struct event *handled_at(int i)
{
	const struct event *e = border(i, -1);

	return e && e->kind == INJECT ? e : NULL;
}

struct model {
	uint64_t outside[NP_REASONS], pending[NP_REASONS];
	struct np_row l2[NP_REASONS];
	uint64_t entries, failed, checks, desyncs;
};

/* Where it is lean, some of them are counted together. */
static void place_l1_exit(struct model *m, int i)
{
	uint32_t reason = np_reason_of_cause(np_cause(events[i].reason));
	const struct event *from = uses_vmx_anew(&events[i]) ? NULL : handled_at(i);
	const struct event *to = border(i, 1);

	if (from && to && to->kind == VMENTER)
		m->l2[from->reason].caused[reason]++;
	else if (from && !to)
		m->pending[reason]++;
	else
		m->outside[reason]++;
	m->failed += neighbour_is(i, -1, VMENTER);
	m->desyncs += neighbour_is(i, -1, L2_EXIT);
}

static void place_l2_exit(struct model *m, int i)
{
	struct np_row *fate = &m->l2[events[i].reason];
	const struct event *next = neighbour(i, 1);

	fate->exits++;
	if (next && next->kind == INJECT && next->reason == events[i].reason)
		fate->to_l1++;
	else if (next && next->kind != GAP)
		fate->l0_only++;
	m->desyncs += neighbour_is(i, -1, L1_EXIT) || neighbour_is(i, -1, INJECT);
}

static void place_inject(struct model *m, int i)
{
	const struct event *last = neighbour(i, -1);

	if (!(last && last->kind == L2_EXIT && last->reason == events[i].reason))
		m->l2[events[i].reason].synthetic++;
	m->desyncs += !(last && (last->kind == L2_EXIT || last->kind == VMENTER));
}

static void place_vmenter(struct model *m, const struct event *handled)
{
	if (handled)
		m->l2[handled->reason].resumed++;
}

static void place(struct model *m, int i)
{
	switch (events[i].kind) {
	case L1_EXIT:
		return place_l1_exit(m, i);
	case L2_EXIT:
		return place_l2_exit(m, i);
	case INJECT:
		return place_inject(m, i);
	case VMENTER:
		m->entries++;
		place_vmenter(m, handled_at(i));
		return;
	case CHECK:
		m->checks++;
		m->desyncs += !neighbour_is(i, -1, L2_EXIT);
		return;
	default:
		return;
	}
}

static struct np_account account;

static void look(void)
{
	memset(&account, 0, sizeof(account));
	np_account_add_vcpu(&account, v, &pools);
}

static void add_up(struct np_row *to, struct np_row *from)
{
	uint64_t *t = (uint64_t *)to, *f = (uint64_t *)from;

	for (size_t i = 0; i < sizeof(*to) / sizeof(*t); i++)
		t[i] += f[i];
	memset(from, 0, sizeof(*from));
}

/* Reasons that have no row of their own are added up in the last. */
static void put_together(struct model *m)
{
	for (uint32_t r = 0; r < NP_REASON_OTHER; r++)
		if (v->row_of[r] == v->shared_row)
			add_up(&m->l2[NP_REASON_OTHER], &m->l2[r]);
}

static void compare(struct model *m)
{
	look();
	put_together(m);
	for (uint32_t r = 0; r < NP_REASONS; r++) {
		assert_int_equal(account.outside[r], m->outside[r]);
		assert_int_equal(account.unfinished[r], m->pending[r]);
		assert_memory_equal(&account.l2[r], &m->l2[r], sizeof(m->l2[r]));
	}
	assert_int_equal(v->entries, m->entries);
	assert_int_equal(v->failed_entries, m->failed);
	assert_int_equal(v->nested_vmexits, m->checks);
	assert_int_equal(v->desyncs, m->desyncs);
}

/* What must hold after any event whatsoever. */
static void check_invariants(void)
{
	uint64_t exits = 0, injects = 0, all[NP_REASONS], sum = 0;
	struct np_l2_totals t;

	for (int i = 0; i < nr_events; i++) {
		exits += events[i].kind == L1_EXIT || events[i].kind == L2_EXIT;
		injects += events[i].kind == INJECT;
	}
	look();
	np_account_l2_totals(&account, &t);
	np_account_by_reason(&account, all);
	for (uint32_t r = 0; r < NP_REASONS; r++) {
		const struct np_row *row = &account.l2[r];

		assert_true(row->to_l1 + row->l0_only <= row->exits);
		assert_true(row->resumed <= row->to_l1 + row->synthetic);
		sum += all[r];
	}
	assert_int_equal(t.to_l1 + t.synthetic, injects);
	assert_int_equal(account.totals.nested_injects, injects);
	assert_true(t.resumed <= v->entries);
	assert_int_equal(sum, exits);
	assert_int_equal(account.totals.exits, exits);
}

static bool l2_ran_last(void)
{
	const struct event *last = neighbour(nr_events, -1);

	return last && (last->kind == L2_EXIT || last->kind == VMENTER);
}

static void feed(struct event e, bool tell_level)
{
	switch (e.kind) {
	case L1_EXIT:
	case L2_EXIT:
		if (!tell_level)
			e.kind = l2_ran_last() ? L2_EXIT : L1_EXIT;
		if (!tell_level)
			np_fsm_exit(&pools, v, e.reason, NP_LEVEL_UNKNOWN, false);
		else
			np_fsm_exit(&pools, v, e.reason,
				    e.kind == L2_EXIT ? NP_LEVEL_L2 : NP_LEVEL_L1, false);
		break;
	case CHECK:
		np_fsm_nested_vmexit(v);
		break;
	case INJECT:
		np_fsm_inject(&pools, v, e.reason, false);
		break;
	case VMENTER:
		np_fsm_vmenter(&pools, v, false);
		break;
	default:
		np_fsm_gap(&pools, v);
	}
	events[nr_events++] = e;
}

/* Mostly what KVM would do next; `chaos` percent of the time anything at all. */
static struct event next_event(uint32_t chaos, uint32_t reasons)
{
	const struct event *last = neighbour(nr_events, -1);
	struct event e = { L1_EXIT, rand() % reasons };

	if ((uint32_t)rand() % 100 < chaos) {
		e.kind = rand() % NR_KINDS;
	} else if (last && last->kind == VMENTER) {
		e.kind = rand() % 10 ? L2_EXIT : INJECT;
	} else if (last && last->kind == L2_EXIT) {
		e.kind = rand() % 3 ? INJECT : L2_EXIT;
		if (e.kind == INJECT && rand() % 8)
			e.reason = last->reason;
	} else {
		e.kind = rand() % 4 ? L1_EXIT : VMENTER;
	}
	return e;
}

static void random_sequence(uint32_t seed, uint32_t chaos, uint32_t reasons, uint32_t rows,
			    bool tell_level)
{
	struct model *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	srand(seed);
	fresh(rows);
	nr_events = 0;
	while (nr_events < LOG) {
		feed(next_event(chaos, reasons), tell_level);
		check_invariants();
	}
	for (int i = 0; i < nr_events; i++)
		place(m, i);
	compare(m);
	free(m);
}

static void random_sequences(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 200; seed++)
		random_sequence(seed, seed % 5 * 20, seed % 3 ? 30 : NP_REASONS,
				seed % 7 ? NP_REASONS : seed % 11, seed % 4);
}

/* The model itself, on a log short enough to place by hand. */
static void model_on_a_known_log(void **state)
{
	struct model *m = calloc(1, sizeof(*m));

	(void)state;
	assert_non_null(m);
	fresh(NP_REASONS);
	nr_events = 0;
	feed((struct event){ VMENTER, 0 }, true);
	feed((struct event){ L2_EXIT, CPUID }, true);
	feed((struct event){ INJECT, CPUID }, true);
	feed((struct event){ L1_EXIT, VMREAD }, true);
	feed((struct event){ VMENTER, 0 }, true);
	for (int i = 0; i < nr_events; i++)
		place(m, i);
	assert_int_equal(m->l2[CPUID].caused[VMREAD], 1);
	assert_int_equal(m->l2[CPUID].to_l1, 1);
	assert_int_equal(m->l2[CPUID].resumed, 1);
	assert_int_equal(m->entries, 2);
	assert_int_equal(m->desyncs + m->outside[VMREAD] + m->failed, 0);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(model_on_a_known_log),
		cmocka_unit_test(random_sequences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
