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

#include "bpf/nested_fsm.h"

enum { CPUID = 10, VMREAD = 23, VMOFF = 26, VMON = 27 };

static struct np_vcpu vcpu, *v = &vcpu;

static void fresh(void)
{
	memset(v, 0, sizeof(*v));
	v->isa = NP_ISA_VMX;
	np_fsm_init(v);
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
	struct np_fate fate[NP_REASONS];
	uint64_t caused[NP_REASONS][NP_REASONS];
	bool has_row[NP_REASONS];
	uint64_t entries, failed, checks, desyncs;
};

/* Whether L1 had shown too many kinds of exits to hold this kind back, too. */
static bool one_kind_too_many(const struct event *from, int i)
{
	bool seen[NP_REASONS] = { false };
	int kinds = 0;

	for (int j = from - events + 1; j < i; j++) {
		if (events[j].kind != L1_EXIT || seen[events[j].reason])
			continue;
		if (events[j].reason == events[i].reason)
			return kinds >= NP_TOUCHED;
		seen[events[j].reason] = true;
		kinds++;
	}
	return kinds >= NP_TOUCHED;
}

static void place_l1_exit(struct model *m, int i)
{
	uint32_t reason = events[i].reason;
	const struct event *from = uses_vmx_anew(&events[i]) ? NULL : handled_at(i);
	const struct event *to = border(i, 1);
	bool at_once = from && one_kind_too_many(from, i);

	if (at_once || (from && to && to->kind == VMENTER))
		m->caused[from->reason][reason]++;
	else if (from && !to)
		m->pending[reason]++;
	else
		m->outside[reason]++;
	if (at_once)
		m->has_row[from->reason] = true;
	m->failed += neighbour_is(i, -1, VMENTER);
	m->desyncs += neighbour_is(i, -1, L2_EXIT);
}

static void place_l2_exit(struct model *m, int i)
{
	struct np_fate *fate = &m->fate[events[i].reason];
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
		m->fate[events[i].reason].synthetic++;
	m->desyncs += !(last && (last->kind == L2_EXIT || last->kind == VMENTER));
}

static void place_vmenter(struct model *m, const struct event *handled)
{
	if (handled) {
		m->fate[handled->reason].resumed++;
		m->has_row[handled->reason] = true;
	}
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

/* What L1 did for one reason is in its row; reasons that share one add up. */
static void compare_caused(const struct model *m)
{
	for (uint32_t row = 1; row <= NP_ROWS; row++) {
		for (uint32_t r = 0; r < NP_REASONS; r++) {
			uint64_t sum = 0;

			for (uint32_t l2 = 0; l2 < NP_REASONS; l2++)
				sum += v->row_of[l2] == row ? m->caused[l2][r] : 0;
			assert_int_equal(v->caused[row - 1][r], sum);
		}
	}
}

static void compare(const struct model *m)
{
	for (uint32_t r = 0; r < NP_REASONS; r++) {
		assert_int_equal(v->outside[r], m->outside[r]);
		assert_int_equal(v->pending[r], m->pending[r]);
		assert_memory_equal(&v->fate[r], &m->fate[r], sizeof(m->fate[r]));
		assert_int_equal(!!v->row_of[r], m->has_row[r]);
	}
	compare_caused(m);
	assert_int_equal(v->entries, m->entries);
	assert_int_equal(v->failed_entries, m->failed);
	assert_int_equal(v->nested_vmexits, m->checks);
	assert_int_equal(v->desyncs, m->desyncs);
}

static uint64_t sum(const __u64 *counts, size_t n)
{
	uint64_t s = 0;

	while (n--)
		s += *counts++;
	return s;
}

/* What must hold after any event whatsoever. */
static void check_invariants(void)
{
	uint64_t exits = 0, injects = 0, given = 0, resumed = 0, l2 = 0;

	for (int i = 0; i < nr_events; i++) {
		exits += events[i].kind == L1_EXIT || events[i].kind == L2_EXIT;
		injects += events[i].kind == INJECT;
	}
	for (uint32_t r = 0; r < NP_REASONS; r++) {
		const struct np_fate *f = &v->fate[r];

		assert_true(f->to_l1 + f->l0_only <= f->exits);
		assert_true(f->resumed <= f->to_l1 + f->synthetic);
		given += f->to_l1 + f->synthetic;
		resumed += f->resumed;
		l2 += f->exits;
	}
	assert_int_equal(given, injects);
	assert_true(resumed <= v->entries);
	assert_int_equal(l2 + sum(v->outside, NP_REASONS) + sum(v->pending, NP_REASONS) +
				 sum(v->caused[0], NP_ROWS * NP_REASONS),
			 exits);
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
			np_fsm_exit(v, e.reason, NP_LEVEL_UNKNOWN);
		else
			np_fsm_exit(v, e.reason, e.kind == L2_EXIT ? NP_LEVEL_L2 : NP_LEVEL_L1);
		break;
	case CHECK:
		np_fsm_nested_vmexit(v);
		break;
	case INJECT:
		np_fsm_inject(v, e.reason);
		break;
	case VMENTER:
		np_fsm_vmenter(v);
		break;
	default:
		np_fsm_gap(v);
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

static void random_sequence(uint32_t seed, uint32_t chaos, uint32_t reasons, bool tell_level)
{
	struct model *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	srand(seed);
	fresh();
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
		random_sequence(seed, seed % 5 * 20, seed % 3 ? 30 : NP_REASONS, seed % 4);
}

/* The model itself, on a log short enough to place by hand. */
static void model_on_a_known_log(void **state)
{
	struct model *m = calloc(1, sizeof(*m));

	(void)state;
	assert_non_null(m);
	fresh();
	nr_events = 0;
	feed((struct event){ VMENTER, 0 }, true);
	feed((struct event){ L2_EXIT, CPUID }, true);
	feed((struct event){ INJECT, CPUID }, true);
	feed((struct event){ L1_EXIT, VMREAD }, true);
	feed((struct event){ VMENTER, 0 }, true);
	for (int i = 0; i < nr_events; i++)
		place(m, i);
	assert_int_equal(m->caused[CPUID][VMREAD], 1);
	assert_int_equal(m->fate[CPUID].to_l1, 1);
	assert_int_equal(m->fate[CPUID].resumed, 1);
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
