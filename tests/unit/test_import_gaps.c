// SPDX-License-Identifier: GPL-2.0-only
/* Where a trace lost events: what was under way then is counted, and in no average. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/account.h"
#include "analysis/import/vcpus.h"
#include "analysis/recording/replay.h"

enum { CPUID = 10, RESUME = 24, L1_AT = 100, L2_AT = 5000, STEP = 100, LONG = 1000000 };

static struct np_account account;
static struct replay *replay;
static struct imp_vcpus *vcpus;
static uint64_t now, told_lost;

static int take_vcpu(void *arg, const struct rec_stream *s)
{
	(void)arg;
	return replay_stream(replay, s);
}

static int take_events(void *arg, uint32_t stream, const struct rec_event *e,
		       const struct imp_origin *from, uint32_t n)
{
	(void)arg, (void)from;
	return replay_events(replay, stream, e, n);
}

static int take_mark(void *arg, uint64_t ns, uint64_t missed)
{
	(void)arg;
	return replay_mark(replay, ns, missed);
}

static int at_end(struct stat_model *m, uint64_t from, uint64_t to, uint64_t lost, void *arg)
{
	(void)m, (void)from, (void)to, (void)arg;
	told_lost += lost;
	return 0;
}

static const struct imp_sink sink = { take_vcpu, take_events, take_mark, NULL };

static int begin(void **state)
{
	struct replay_options o = { .vcpu = NP_ANY_VCPU, .times = true, .phases_every = 1,
				    .start = LONG, .account = &account };

	(void)state;
	account = (struct np_account){ 0 };
	told_lost = 0;
	now = LONG;
	replay = replay_new(&o, at_end, NULL);
	vcpus = imp_vcpus_new(&sink);
	return replay && vcpus ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	imp_vcpus_free(vcpus);
	replay_free(replay);
	return 0;
}

static void event(int32_t tid, uint8_t type, uint16_t reason, uint64_t rip)
{
	struct imp_event e = { .ns = now += STEP, .type = type, .reason = reason, .rip = rip,
			       .tid = tid, .tgid = tid, .isa = NP_ISA_VMX };

	assert_int_equal(imp_vcpus_events(vcpus, &e, 1), 0);
}

/* It began after an event, and ended before another, much later. */
static void lose(uint64_t n)
{
	event(0, NP_EVENT_LOST, 0, 0);
	now += LONG;
	event(0, NP_EVENT_LOST, 0, n);
}

/* L2 exits, and L1 is given that. */
static void to_l1(int32_t tid, bool nested)
{
	event(tid, NP_EVENT_EXIT, CPUID, L2_AT);
	if (nested) {
		event(tid, NP_EVENT_VMEXIT, CPUID, L2_AT);
		event(tid, NP_EVENT_INJECT, CPUID, 0);
	}
	event(tid, NP_EVENT_ENTRY, 0, L1_AT);
}

static void to_l2(int32_t tid, bool nested)
{
	event(tid, NP_EVENT_EXIT, RESUME, L1_AT + 20);
	if (nested)
		event(tid, NP_EVENT_VMENTER, 0, L2_AT + 2);
	event(tid, NP_EVENT_ENTRY, 0, L2_AT + 2);
}

static void round_trip(int32_t tid, bool nested)
{
	to_l1(tid, nested);
	to_l2(tid, nested);
}

static const struct np_row *finish(void)
{
	assert_int_equal(imp_vcpus_finish(vcpus), 0);
	assert_int_equal(replay_end(replay, 0), 0);
	return &account.l2[CPUID];
}

static void check_trips(const struct np_row *row, uint64_t n, uint64_t steps)
{
	assert_int_equal(row->trip[NP_TRIP_L1].n, n);
	assert_int_equal(row->trip[NP_TRIP_L1].ns, n * steps * STEP);
	assert_int_equal(row->phases.n, n);
	assert_int_equal(row->phases.ns, n * steps * STEP);
}

static void without_a_gap_all_are_averaged(void **state)
{
	const struct np_row *row;

	(void)state;
	to_l2(7, true);
	for (int i = 0; i < 3; i++)
		round_trip(7, true);
	row = finish();
	assert_int_equal(row->exits, 3);
	check_trips(row, 3, 6);
	assert_int_equal(told_lost, 0);
}

static void a_gap_within_a_round_trip(void **state)
{
	const struct np_row *row;

	(void)state;
	to_l2(7, true);
	round_trip(7, true);
	to_l1(7, true);
	lose(2);
	to_l2(7, true);
	round_trip(7, true);
	row = finish();
	assert_int_equal(row->exits, 3);
	assert_int_equal(row->to_l1, 3);
	assert_int_equal(row->resumed, 2);
	check_trips(row, 2, 6);
	assert_int_equal(told_lost, 2);
}

/* L2 exited before, and goes on behind: what happened between nobody knows. */
static void a_gap_while_l0_deals_with_an_exit(void **state)
{
	const struct np_row *row;

	(void)state;
	to_l2(7, true);
	event(7, NP_EVENT_EXIT, CPUID, L2_AT);
	event(7, NP_EVENT_VMEXIT, CPUID, L2_AT);
	lose(1);
	event(7, NP_EVENT_ENTRY, 0, L2_AT);
	round_trip(7, true);
	row = finish();
	assert_int_equal(row->exits, 2);
	assert_int_equal(row->trip[NP_TRIP_L0].n, 0);
	check_trips(row, 1, 6);
}

/* A thread may have run on the CPU that lost events, whichever it runs on else. */
static void a_gap_is_every_vcpus(void **state)
{
	const struct np_row *row;

	(void)state;
	to_l2(7, true);
	to_l2(8, true);
	to_l1(7, true);
	to_l1(8, true);
	lose(5);
	to_l2(8, true);
	to_l2(7, true);
	round_trip(7, true);
	round_trip(8, true);
	row = finish();
	assert_int_equal(row->exits, 4);
	check_trips(row, 2, 6);
	assert_int_equal(told_lost, 5);
}

static void a_gap_without_nested_events(void **state)
{
	const struct np_row *row;

	(void)state;
	event(7, NP_EVENT_ENTRY, 0, L1_AT);
	to_l2(7, false);
	round_trip(7, false);
	to_l1(7, false);
	lose(3);
	to_l2(7, false);
	round_trip(7, false);
	row = finish();
	assert_int_equal(row->exits, 3);
	check_trips(row, 2, 3);
	assert_int_equal(told_lost, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_a_gap_all_are_averaged, begin, end),
		cmocka_unit_test_setup_teardown(a_gap_within_a_round_trip, begin, end),
		cmocka_unit_test_setup_teardown(a_gap_while_l0_deals_with_an_exit, begin, end),
		cmocka_unit_test_setup_teardown(a_gap_is_every_vcpus, begin, end),
		cmocka_unit_test_setup_teardown(a_gap_without_nested_events, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
