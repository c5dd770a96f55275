// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_caps FOLDER NESTPROF: what tests/lab/caps.sh left there. With CAP_BPF and
 * CAP_PERFMON stat and record count what root's stat and ftrace do; with less stat says
 * what is missing.
 */
#include "tests/lab/stat_sums.h"

#include "collector/base/proc.h"

static const char *nestprof;
static struct sums root, caps, counts, recorded;

static void write_report(void)
{
	char path[NP_PATH], *text;
	const char *const argv[] = { nestprof, "report", path, "--json", NULL };

	assert_int_equal(fs_path(path, "%s/caps.rec", folder), 0);
	assert_int_equal(proc_run(argv, &text), 0);
	assert_int_equal(fs_path(path, "%s/recorded.json", folder), 0);
	assert_int_equal(fs_write(path, text, strlen(text)), 0);
	free(text);
}

static int read_all(void **state)
{
	(void)state;
	read_intervals(&root, "root.json");
	read_intervals(&caps, "caps.json");
	read_intervals(&counts, "counts.json");
	write_report();
	read_intervals(&recorded, "recorded.json");
	return 0;
}

static void has(const char *name, const char *wanted)
{
	char *text = text_of(name);

	if (!strstr(text, wanted))
		fail_msg("%s has no \"%s\": %s", name, wanted, text);
	free(text);
}

/* A kernel whose modules have no BTF, as 5.10: counts only, and nothing there takes more rights. */
static bool counts_only(void)
{
	char *text = text_of("caps.json.err");
	bool only = strstr(text, "round trips are not timed");

	free(text);
	return only;
}

static void counts_are_the_same(const struct sums *a, const struct sums *b)
{
	assert_memory_equal(a->exits, b->exits, sizeof(a->exits));
	assert_memory_equal(a->nested, b->nested, sizeof(a->nested));
	assert_memory_equal(a->given, b->given, sizeof(a->given));
	assert_int_equal(a->entries, b->entries);
	assert_int_equal(a->unfinished, b->unfinished);
	assert_int_equal(a->lost + b->lost, 0);
	assert_int_equal(a->desyncs + b->desyncs, 0);
}

static void ftrace_counts_the_same(void **state)
{
	char path[NP_PATH];

	(void)state;
	assert_int_equal(fs_path(path, "%s/hist.kvm_exit", folder), 0);
	if (!fs_exists(path))
		skip(); /* this kernel has no hist triggers */
	assert_true(compare("hist", "kvm_exit", "exit_reason", caps.exits) > 2000);
	assert_true(compare("hist", "kvm_nested_vmexit", "exit_reason", caps.slow) > 450);
	assert_true(compare("hist", "kvm_nested_vmexit_inject", "exit_code", caps.given) > 450);
	assert_int_equal(compare("hist", "kvm_nested_vmenter", "isa", NULL), caps.entries);
}

static void root_counts_the_same(void **state)
{
	(void)state;
	assert_true(root.entries > 450);
	counts_are_the_same(&caps, &root);
	counts_are_the_same(&counts, &root);
	counts_are_the_same(&recorded, &root);
}

/* The last interval: the run's one. */
static json_t *interval_of(const char *name)
{
	char *text = text_of(name);
	json_t *o;

	text[strcspn(text, "\n")] = '\0';
	o = json_loads(text, 0, NULL);
	assert_non_null(o);
	free(text);
	return o;
}

static void failed_entries_are_the_same(void **state)
{
	json_t *a = interval_of("caps.json"), *b = interval_of("root.json");

	(void)state;
	assert_int_equal(json_array_size(json_object_get(a, "failures")), 2);
	assert_true(json_equal(json_object_get(a, "failures"), json_object_get(b, "failures")));
	json_decref(a);
	json_decref(b);
}

/* Two clocks that stand beside each other: the same round trips, though not as long. */
static void round_trips_are_those_of_root(const char *name)
{
	json_t *a = interval_of(name), *b = interval_of("root.json"), *row;
	uint64_t all = 0, with_phases = 0;
	size_t i;

	assert_int_equal(json_array_size(json_object_get(a, "exits")),
			 json_array_size(json_object_get(b, "exits")));
	json_array_foreach(json_object_get(a, "exits"), i, row) {
		const json_t *roots = json_array_get(json_object_get(b, "exits"), i);
		uint64_t trips = count(row, "l1_trips"), phased = count(row, "phased");

		assert_int_equal(reason(row, "reason"), reason(roots, "reason"));
		assert_int_equal(trips, count(roots, "l1_trips"));
		assert_int_equal(count(row, "l0_trips"), count(roots, "l0_trips"));
		all += trips;
		with_phases += phased;
	}
	printf("%llu round trips, %llu with phases\n", (unsigned long long)all,
	       (unsigned long long)with_phases);
	assert_true(all > 450);
	assert_in_range(with_phases, all / 20, all / 14);
	json_decref(a);
	json_decref(b);
}

static void round_trips_are_the_same(void **state)
{
	(void)state;
	if (counts_only())
		skip();
	round_trips_are_those_of_root("caps.json");
	round_trips_are_those_of_root("recorded.json");
}

static void says_what_it_runs_with(void **state)
{
	(void)state;
	has("other.err", "CAP_SYS_PTRACE");
	if (counts_only()) {
		has("caps.rec.err", "no times in the recording");
		has("fields.err", "cannot be told on this kernel");
		return;
	}
	has("caps.json.err", "CAP_SYS_ADMIN is missing");
	has("caps.json.err", "copies of the shadow VMCS are not counted");
	has("caps.rec.err", "CAP_SYS_ADMIN is missing");
	has("fields.err", "CAP_SYS_ADMIN");
}

static void says_what_is_missing(void **state)
{
	(void)state;
	has("only_bpf.err", "CAP_PERFMON is missing");
	has("only_perfmon.err", "CAP_BPF is missing");
	has("none.err", "both are missing");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ftrace_counts_the_same),
		cmocka_unit_test(root_counts_the_same),
		cmocka_unit_test(failed_entries_are_the_same),
		cmocka_unit_test(round_trips_are_the_same),
		cmocka_unit_test(says_what_it_runs_with),
		cmocka_unit_test(says_what_is_missing),
	};

	if (argc != 3) {
		fprintf(stderr, "usage: check_caps FOLDER NESTPROF\n");
		return 2;
	}
	folder = argv[1];
	nestprof = argv[2];
	return cmocka_run_group_tests(tests, read_all, NULL);
}
