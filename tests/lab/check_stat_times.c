// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_stat_times FOLDER: the second part of what tests/lab/stat.sh left there.
 * Two VMs at once, with shadow VMCS: counts are ftrace's, phases add up to round
 * trips. And round trips are those that the runner in L1 measured, but for the
 * few instructions between the two clocks.
 */
#include "tests/lab/stat_sums.h"

#include <math.h>

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
	/* Means of whole numbers, rounded to a millionth each. */
	if (fabs(sum - number(row, "l1_mean")) > 1e-5)
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
	uint64_t n;
	double ns;
};

/* The runner looks at its clock after L2's first instruction, and before its HLT. */
static void add_trips(const json_t *row, void *arg)
{
	const char *reason = json_string_value(json_object_get(row, "reason"));
	struct trips *t = arg;

	if (!strcmp(reason, "HLT") || !strcmp(reason, "EPT_VIOLATION"))
		return;
	t->n += count(row, "l1_trips") + count(row, "l0_trips");
	t->ns += count(row, "l1_trips") * number(row, "l1_mean") +
		 count(row, "l0_trips") * number(row, "l0_mean");
}

static uint64_t runner_ticks(const char *workload)
{
	char *text = text_of("web.log"), said[64], *at;
	uint64_t ticks = 0;

	snprintf(said, sizeof(said), "@np result %s 202 ", workload);
	at = strstr(text, said);
	if (at)
		ticks = strtoull(at + strlen(said), NULL, 10);
	free(text);
	return ticks;
}

/*
 * What the runner has more than stat, per round trip: from kvm_entry, where one
 * clock is read, into L2, and from L2's exit to kvm_exit, where it is read again.
 * It is the same way whatever made L2 exit. The lab's CPU makes a tick a ns.
 */
static double between_clocks(const char *workload)
{
	struct trips t = { 0 };
	uint64_t ticks = runner_ticks(workload);
	char name[64];
	double more;

	snprintf(name, sizeof(name), "trips_%s.json", workload);
	for_each_line(name, add_trips, &t);
	assert_true(t.n >= 202 && ticks > 0);
	more = (ticks - t.ns) / t.n;
	printf("%-8s runner %llu ticks, stat %.0f ns in %llu round trips: %.1f more each\n",
	       workload, (unsigned long long)ticks, t.ns, (unsigned long long)t.n, more);
	return more;
}

static void round_trips_are_those_of_the_runner(void **state)
{
	double cpuid = between_clocks("cpuid"), vmcall = between_clocks("vmcall"),
	       pio = between_clocks("pio");

	(void)state;
	assert_true(cpuid > 0 && cpuid < 1000);
	/* The ways differ by the exit's own handling in the CPU and some of L2's instructions. */
	assert_true(fabs(vmcall - cpuid) < 50);
	assert_true(fabs(pio - cpuid) < 50);
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
