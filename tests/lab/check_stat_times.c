// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_stat_times FOLDER: the second part of what tests/lab/stat.sh left there.
 * Two VMs at once, with shadow VMCS: counts are ftrace's, phases add up to round
 * trips. And round trips are those that the runner in L1 measured, but for the
 * way between the two clocks, which is the same for all.
 */
#include "tests/lab/stat_sums.h"

#include <math.h>

#include "analysis/stats.h"

static struct sums sums;

static int read_on(void **state)
{
	(void)state;
	read_intervals(&sums, "on.json");
	return 0;
}

static void two_vms_add_up_to_what_ftrace_counted(void **state)
{
	(void)state;
	assert_true(compare("hist_on", "kvm_exit", "exit_reason", sums.exits) > 5000);
	assert_true(compare("hist_on", "kvm_nested_vmexit", "exit_reason", sums.nested) > 500);
	assert_true(compare("hist_on", "kvm_nested_vmexit_inject", "exit_code", sums.given) > 500);
	assert_int_equal(compare("hist_on", "kvm_nested_vmenter", "isa", NULL), sums.entries);
	assert_int_equal(sums.lost, 0);
	assert_int_equal(sums.desyncs, 0);
}

static void copies_to_the_shadow_are_counted(void **state)
{
	uint64_t calls = compare("hist_on", "to_shadow", "common_pid", NULL);

	(void)state;
	printf("nested_sync_vmcs12_to_shadow: kprobe %llu, stat %llu\n", (unsigned long long)calls,
	       (unsigned long long)sums.to_shadow);
	assert_true(calls > 500);
	assert_int_equal(calls, sums.to_shadow);
}

static double number(const json_t *row, const char *key)
{
	return json_number_value(json_object_get(row, key));
}

/* Of every line of every interval; all round trips had their phases measured. */
static void check_phases(const json_t *row)
{
	static const char *const phases[] = { "phase_l2_exit", "phase_l1", "phase_vmcs",
					      "phase_entry", "phase_other", "phase_enter_l2" };
	double sum = 0;

	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
		sum += number(row, phases[i]);
	assert_int_equal(count(row, "phased"), count(row, "l1_trips"));
	/* Means, in nine digits each. To the nanosecond: tests/unit/test_trips.c. */
	if (fabs(sum - number(row, "l1_mean")) > 1e-7 * sum)
		fail_msg("phases are %f, the round trip is %f", sum, number(row, "l1_mean"));
}

typedef void (*each_line)(const json_t *row, void *arg);

static void for_each_line(const char *name, each_line each, void *arg)
{
	char *text = text_of(name), *save, *line;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		json_t *o = json_loads(line, 0, NULL);
		const json_t *row;
		size_t i;

		json_array_foreach(json_object_get(o, "exits"), i, row)
			each(row, arg);
		json_decref(o);
	}
	free(text);
}

static void line_of_phases(const json_t *row, void *arg)
{
	if (!json_is_integer(json_object_get(row, "l1_trips")))
		return;
	check_phases(row);
	*(uint64_t *)arg += count(row, "l1_trips");
}

static void phases_add_up_to_round_trips(void **state)
{
	uint64_t trips = 0;

	(void)state;
	for_each_line("on.json", line_of_phases, &trips);
	assert_true(trips > 500); /* or nothing was tried */
}

struct trips {
	uint64_t n, ns;
};

static void add_trips(const json_t *row, void *arg)
{
	struct trips *t = arg;

	t->n += count(row, "l1_trips") + count(row, "l0_trips");
	t->ns += count(row, "l1_ns") + count(row, "l0_ns");
}

static uint64_t runner_ticks(const char *workload, int iterations)
{
	char *text = text_of("web.log"), said[64], *at;
	uint64_t ticks = 0;

	snprintf(said, sizeof(said), "@np result %s %d ", workload, iterations);
	at = strstr(text, said);
	if (at)
		ticks = strtoull(at + strlen(said), NULL, 10);
	free(text);
	return ticks;
}

static struct trips stat_trips(const char *workload, int iterations)
{
	struct trips t = { 0 };
	char name[64];

	snprintf(name, sizeof(name), "trips_%s.%d.json", workload, iterations);
	for_each_line(name, add_trips, &t);
	return t;
}

/* As tests/lab/stat.sh runs them. */
static const int lengths[] = { 202, 602, 1002, 1402 };
#define STEPS 3

/* What a run has more than the one before it. */
static double more_in_step(const char *workload, int step)
{
	int less = lengths[step], length = lengths[step + 1];
	struct trips few = stat_trips(workload, less), many = stat_trips(workload, length);
	uint64_t ticks = runner_ticks(workload, length) - runner_ticks(workload, less);
	double more = ((double)ticks - (many.ns - few.ns)) / (many.n - few.n);

	printf("%-8s runner %llu ticks, stat %llu ns in %llu round trips: %.1f more each\n",
	       workload, (unsigned long long)ticks, (unsigned long long)(many.ns - few.ns),
	       (unsigned long long)(many.n - few.n), more);
	assert_true(many.n - few.n >= 400 && few.n >= 202);
	return more;
}

/*
 * What the runner has more than stat, per round trip: from kvm_entry, where one
 * clock is read, into L2, and from L2's exit to kvm_exit, where it is read again.
 * It is the same way whatever made L2 exit. The runner warms up before its clock
 * runs, and stat sees L2 begin and end: a long run less a short one has neither,
 * unless a timer's interrupt, L0's or L1's, came in a round trip of one of them that
 * the runner does not time. That run is in two steps, once as the longer one and once
 * as the shorter, so that the step in the middle has none of it. The lab's CPU makes
 * a tick a ns.
 */
static double between_clocks(const char *workload)
{
	double more[STEPS];

	for (int i = 0; i < STEPS; i++)
		more[i] = more_in_step(workload, i);
	return np_sample_median(more, STEPS);
}

static void round_trips_are_those_of_the_runner(void **state)
{
	double cpuid = between_clocks("cpuid"), vmcall = between_clocks("vmcall"),
	       pio = between_clocks("pio");

	(void)state;
	assert_true(cpuid > 0 && cpuid < 2000);
	/* An interrupt of L0 on that way, of 20,000 ticks, makes 50 more of each. */
	assert_true(fabs(vmcall - cpuid) < 100);
	assert_true(fabs(pio - cpuid) < 100);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_vms_add_up_to_what_ftrace_counted),
		cmocka_unit_test(copies_to_the_shadow_are_counted),
		cmocka_unit_test(phases_add_up_to_round_trips),
		cmocka_unit_test(round_trips_are_those_of_the_runner),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: check_stat_times FOLDER\n");
		return 2;
	}
	folder = argv[1];
	return cmocka_run_group_tests(tests, read_on, NULL);
}
