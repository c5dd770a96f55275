// SPDX-License-Identifier: GPL-2.0-only
/* What a recording says, event by event, and recordings that contradict themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "tests/unit/replay_report.h"

enum { CPUID = 10, VMREAD = 23, VMRESUME = 24 };

#define NO_MARK UINT64_MAX

/* What counts as what: one vCPU's run, by hand. */
static struct replay *by_hand(uint64_t interval)
{
	struct replay_options o = all(interval);
	struct rec_stream s = { 1, NP_ISA_VMX, whose(0) };
	struct replay *r = replay_new(&o, print, NULL);

	begin_report(STAT_BY_REASON);
	assert_int_equal(replay_stream(r, &s), 0);
	return r;
}

static int give(struct replay *r, const struct rec_event *e, uint32_t n, uint64_t mark)
{
	static struct rec_batch b;

	rec_batch_clear(&b);
	rec_batch_begin(&b, 1, e->ns);
	while (n--)
		assert_true(rec_batch_add(&b, e++));
	if (mark != NO_MARK)
		rec_batch_mark(&b, mark, 0);
	return replay_batch(r, &b);
}

static void has(const char *tables, const char *wanted)
{
	if (!strstr(tables, wanted))
		fail_msg("no %s in %s", wanted, tables);
}

static void loss_is_told_and_ends_what_was_handled(void **state)
{
	static const struct rec_event e[] = {
		{ START + 10, NP_EVENT_EXIT, NP_LEVEL_L2, CPUID },
		{ START + 20, NP_EVENT_INJECT, 0, CPUID },
		{ START + 30, NP_EVENT_EXIT, NP_LEVEL_L1, VMREAD },
		{ 17, NP_EVENT_LOST, 0, 0 },
		{ START + 40, NP_EVENT_EXIT, NP_LEVEL_L1, VMRESUME },
		{ START + 50, NP_EVENT_VMENTER, 0, 0 },
	};
	struct replay *r = by_hand(0);
	char *tables;

	(void)state;
	assert_int_equal(give(r, e, 6, NO_MARK), 0);
	assert_int_equal(replay_end(r, 0), 0);
	assert_int_equal(replay_lost(r), 17);
	replay_free(r);
	tables = end_report();
	has(tables, "\"lost\":17");
	has(tables, "\"caused\":0"); /* what CPUID cost is not known */
	free(tables);
}

static void loss_counts_where_it_was(void **state)
{
	static const struct rec_event e[] = {
		{ START + 10, NP_EVENT_EXIT, NP_LEVEL_L1, CPUID },
		{ 1, NP_EVENT_LOST, 0, 0 },
		{ START + 1500, NP_EVENT_EXIT, NP_LEVEL_L1, CPUID },
		{ 2, NP_EVENT_LOST, 0, 0 },
		{ START + 2500, NP_EVENT_EXIT, NP_LEVEL_L1, CPUID },
	};
	struct replay *r = by_hand(1000);
	char *tables;

	(void)state;
	assert_int_equal(give(r, e, 5, START + 3000), 0);
	assert_int_equal(replay_end(r, START + 3000), 0);
	replay_free(r);
	assert_int_equal(report.intervals, 3);
	tables = end_report();
	has(tables, "\"interval\":1,\"start\":0.0,\"seconds\":1e-6,\"by\":\"reason\",\"lost\":1");
	has(tables, "\"lost\":2");
	has(tables, "\"lost\":0");
	free(tables);
}

/* The recording has what the phases of a round trip take but for the first. */
static void phases_of_what_was_recorded(void **state)
{
	static const struct rec_event e[] = {
		{ START + 10, NP_EVENT_EXIT, NP_LEVEL_L2, CPUID },
		{ START + 20, NP_EVENT_INJECT, 0, CPUID },
		{ START + 40, NP_EVENT_EXIT, NP_LEVEL_L1, VMRESUME },
		{ START + 50, NP_EVENT_VMENTER, 0, 0 },
		{ START + 60, NP_EVENT_ENTRY, NP_LEVEL_L2, 0 },
		{ START + 110, NP_EVENT_EXIT, NP_EVENT_DETAILED, CPUID },
		{ START + 120, NP_EVENT_INJECT, 0, CPUID },
		{ START + 130, NP_EVENT_ENTRY, NP_LEVEL_L1, 0 },
		{ START + 170, NP_EVENT_EXIT, NP_LEVEL_L1, VMRESUME },
		{ START + 180, NP_EVENT_VMENTER, 0, 0 },
		{ START + 190, NP_EVENT_ENTRY, NP_LEVEL_L2, 0 },
		/* As long again, and nobody saw when L1's entry was done. */
		{ START + 210, NP_EVENT_EXIT, NP_EVENT_DETAILED, CPUID },
		{ START + 220, NP_EVENT_INJECT, 0, CPUID },
		{ START + 230, NP_EVENT_ENTRY, NP_LEVEL_L1, 0 },
		{ START + 270, NP_EVENT_EXIT, NP_LEVEL_L1, VMRESUME },
		{ START + 290, NP_EVENT_VMENTER, 0, NP_VMENTER_TOLD_LATE },
		{ START + 290, NP_EVENT_ENTRY, NP_LEVEL_L2, 0 },
	};
	struct replay_options o = all(0);
	struct rec_stream s = { 1, NP_ISA_VMX, whose(0) };
	struct replay *r;
	char *tables;

	(void)state;
	o.recorded_every = 2;
	r = replay_new(&o, print, NULL);
	begin_report(STAT_BY_REASON);
	assert_int_equal(replay_stream(r, &s), 0);
	assert_int_equal(give(r, e, sizeof(e) / sizeof(e[0]), NO_MARK), 0);
	assert_int_equal(replay_end(r, 0), 0);
	replay_free(r);
	tables = end_report();
	has(tables, "\"l1_trips\":3,\"l1_ns\":210");
	has(tables, "\"phased\":2,\"phase_l2_exit\":20.0,\"phase_l1\":40.0,");
	has(tables, "\"phase_entry\":10.0,\"phase_other\":0.0,\"phase_enter_l2\":10.0");
	free(tables);
}

static void too_late_is_counted_and_told(void **state)
{
	static const struct rec_event e[] = { { START + 10, NP_EVENT_EXIT, NP_LEVEL_L1, CPUID } };
	struct replay *r = by_hand(1000);
	char *tables;

	(void)state;
	assert_int_equal(give(r, e, 1, START + 5000), 0);
	assert_int_equal(give(r, e, 1, NO_MARK), 0);
	assert_int_equal(replay_late(r), 1);
	assert_int_equal(replay_end(r, 0), 0);
	replay_free(r);
	tables = end_report();
	free(tables);
	assert_int_equal(report.intervals, 6);
}

static void contradictions_are_damage(void **state)
{
	static const struct rec_event gone[] = { { START + 10, NP_EVENT_GONE, 0, 0 } };
	struct rec_stream s = { 1, NP_ISA_VMX, whose(0) };
	struct replay *r = by_hand(0);

	(void)state;
	assert_int_equal(replay_stream(r, &s), -EBADMSG); /* it is there already */
	for (s.stream = 2; s.stream <= NP_MAX_VCPUS; s.stream++)
		assert_int_equal(replay_stream(r, &s), 0);
	assert_int_equal(replay_stream(r, &s), -EBADMSG); /* more than there can be */
	assert_int_equal(give(r, gone, 1, NO_MARK), 0);
	assert_int_equal(give(r, gone, 1, NO_MARK), -EBADMSG); /* of nobody */
	assert_int_equal(replay_stream(r, &s), 0);
	replay_free(r);
	free(end_report());
}

static int print_nothing(struct stat_model *m, uint64_t from, uint64_t to, uint64_t lost,
			 void *arg)
{
	(void)m;
	(void)from;
	(void)to;
	(void)lost;
	(void)arg;
	return 0;
}

static void absurd_times_end(void **state)
{
	static const struct rec_event e[] = {
		{ 1ull << 63, NP_EVENT_EXIT, NP_LEVEL_L2, CPUID },
		{ UINT64_MAX, NP_EVENT_ENTRY, NP_LEVEL_L2, 0 },
	};
	struct replay_options o = all(100000000);
	struct rec_stream s = { 1, NP_ISA_VMX, whose(0) };
	struct replay *r = replay_new(&o, print_nothing, NULL);

	(void)state;
	assert_int_equal(replay_stream(r, &s), 0);
	assert_int_equal(give(r, e, 2, UINT64_MAX - 1), -E2BIG);
	replay_free(r);
	r = by_hand(0);
	assert_int_equal(give(r, e, 2, UINT64_MAX - 1), 0);
	assert_int_equal(replay_end(r, 0), 0);
	replay_free(r);
	free(end_report());
}

/* Rows and pages come back: as many VMs as you like, one after another. */
static void vms_that_come_and_go_leave_nothing(void **state)
{
	struct replay_options o = all(0);
	struct replay *r = replay_new(&o, print, NULL);
	char *tables;

	(void)state;
	begin_report(STAT_BY_REASON);
	for (uint32_t i = 0; i < 2000; i++) {
		struct rec_stream s = { 1, NP_ISA_VMX, whose(0) };
		struct rec_event e[41] = { 0 };

		for (uint32_t j = 0; j < 40; j++)
			e[j] = (struct rec_event){ START + i * 100 + j,
						   j % 2 ? NP_EVENT_ENTRY : NP_EVENT_EXIT,
						   NP_LEVEL_L2, j / 2 };
		e[40] = (struct rec_event){ START + i * 100 + 40, NP_EVENT_GONE, 0, 0 };
		assert_int_equal(replay_stream(r, &s), 0);
		assert_int_equal(give(r, e, 41, NO_MARK), 0);
	}
	assert_int_equal(replay_end(r, 0), 0);
	replay_free(r);
	tables = end_report();
	/* None had to share a row: each of the 20 reasons came 2000 times. */
	assert_null(strstr(tables, "\"reason\":\"OTHER\""));
	has(tables, "\"l2_exits\":40000");
	free(tables);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loss_is_told_and_ends_what_was_handled),
		cmocka_unit_test(loss_counts_where_it_was),
		cmocka_unit_test(phases_of_what_was_recorded),
		cmocka_unit_test(too_late_is_counted_and_told),
		cmocka_unit_test(contradictions_are_damage),
		cmocka_unit_test(absurd_times_end),
		cmocka_unit_test(vms_that_come_and_go_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
