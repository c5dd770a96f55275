// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_record FOLDER NESTPROF: what tests/lab/record.sh left there, read by
 * `NESTPROF report` here. Its counts are ftrace's and stat's, and each way in
 * which a recording can end left what can be read.
 */
#include "tests/lab/stat_sums.h"

#include "collector/base/proc.h"

static const char *nestprof;

/* What report says of a file, with its exit status. */
static char *report(const char *file, const char *option, int wanted)
{
	char path[NP_PATH], *text = NULL;
	const char *argv[] = { nestprof, "report", path, option, NULL };
	int status;

	assert_int_equal(fs_path(path, "%s/%s", folder, file), 0);
	status = proc_run(argv, &text);
	if (status != wanted)
		fail_msg("report %s: exit status %d: %s", file, status, text);
	return text;
}

static void has(const char *what, const char *text, const char *wanted)
{
	if (!strstr(text, wanted))
		fail_msg("%s has no \"%s\": %s", what, wanted, text);
}

static void file_has(const char *name, const char *wanted)
{
	char *text = text_of(name);

	has(name, text, wanted);
	free(text);
}

static void status_is(const char *name, int wanted)
{
	char file[64], *text;

	snprintf(file, sizeof(file), "%s.status", name);
	text = text_of(file);
	if (atoi(text) != wanted)
		fail_msg("%s: %s", file, text);
	free(text);
}

/* The object of its one interval. */
static json_t *interval_of(char *text)
{
	json_t *o;

	text[strcspn(text, "\n")] = '\0';
	o = json_loads(text, 0, NULL);
	assert_non_null(o);
	assert_string_equal(json_string_value(json_object_get(o, "type")), "interval");
	free(text);
	return o;
}

static void write_report(const char *file, const char *to)
{
	char path[NP_PATH], *text = report(file, "--json", 0);

	assert_int_equal(fs_path(path, "%s/%s", folder, to), 0);
	assert_int_equal(fs_write(path, text, strlen(text)), 0);
	free(text);
}

static void counts_are_those_of_ftrace(void **state)
{
	struct sums sums;

	(void)state;
	write_report("all.rec", "all.json");
	read_intervals(&sums, "all.json");
	assert_int_equal(sums.intervals, 1);
	assert_true(compare("hist", "kvm_exit", "exit_reason", sums.exits) > 10000);
	assert_true(compare("hist", "kvm_nested_vmexit_inject", "exit_code", sums.given) > 2000);
	assert_int_equal(compare("hist", "kvm_nested_vmenter", "isa", NULL), sums.entries);
	assert_int_equal(sums.lost, 0);
	assert_int_equal(sums.desyncs, 0);
	assert_int_equal(sums.unfinished, 0);
	assert_true(sums.to_shadow > 2000);
	assert_true(json_is_true(json_object_get(json_object_get(sums.end, "tracing"),
						 "measured")));
	json_decref(sums.end);
}

/* The same exit reason's line in the other's table. */
static const json_t *line_like(const json_t *line, const json_t *others)
{
	static const char *const same[] = { "kind", "reason", "cause" };
	const json_t *other;
	size_t i;

	json_array_foreach(others, i, other) {
		bool found = true;

		for (size_t k = 0; k < 3; k++)
			found &= json_equal(json_object_get(line, same[k]),
					    json_object_get(other, same[k])) ||
				 !json_object_get(line, same[k]);
		if (found)
			return other;
	}
	fail_msg("a line is missing: %s", json_dumps(line, 0));
	return NULL;
}

static uint32_t same_counts(const json_t *ours, const json_t *theirs, const char *table)
{
	static const char *const keys[] = { "exits", "to_l1", "l0_only", "synthetic", "resumed",
					    "caused", "l2_exits", "entries", "failed_entries",
					    "to_shadow", "from_shadow", "l1_trips", "l0_trips",
					    "phased" };
	const json_t *line, *other;
	uint32_t compared = 0;
	size_t i;

	ours = json_object_get(ours, table);
	theirs = json_object_get(theirs, table);
	assert_int_equal(json_array_size(ours), json_array_size(theirs));
	json_array_foreach(ours, i, line) {
		other = line_like(line, theirs);
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			const json_t *a = json_object_get(line, keys[k]);

			if (a && !json_equal(a, json_object_get(other, keys[k])))
				fail_msg("%s: %s\nstat: %s", keys[k], json_dumps(line, 0),
					 json_dumps(other, 0));
			compared += json_is_integer(a);
		}
	}
	return compared;
}

static void counts_are_those_of_stat(void **state)
{
	json_t *ours = interval_of(report("all.rec", "--json", 0));
	json_t *theirs = interval_of(text_of("stat.out"));

	(void)state;
	assert_true(same_counts(ours, theirs, "groups") >= 5);
	assert_true(same_counts(ours, theirs, "exits") > 50);
	assert_true(same_counts(ours, theirs, "causes") > 5);
	json_decref(ours);
	json_decref(theirs);
}

static void report_is_the_same_everywhere(void **state)
{
	char *there = text_of("report.txt"), *here = report("all.rec", NULL, 0);

	(void)state;
	status_is("report", 0);
	assert_string_equal(there, here);
	has("report", here, "Round trips");
	has("report", here, "lost events: 0;");
	free(there);
	free(here);
}

static void intervals_add_up(void **state)
{
	char path[NP_PATH], *text;
	const char *argv[] = { nestprof, "report", path, "--json", "-I", "0.5", NULL };
	struct sums whole, parts;

	(void)state;
	assert_int_equal(fs_path(path, "%s/all.rec", folder), 0);
	assert_int_equal(proc_run(argv, &text), 0);
	assert_int_equal(fs_path(path, "%s/parts.json", folder), 0);
	assert_int_equal(fs_write(path, text, strlen(text)), 0);
	free(text);
	read_intervals(&whole, "all.json");
	read_intervals(&parts, "parts.json");
	assert_true(parts.intervals > 10);
	assert_memory_equal(whole.exits, parts.exits, sizeof(whole.exits));
	assert_memory_equal(whole.given, parts.given, sizeof(whole.given));
	assert_int_equal(whole.entries, parts.entries);
	json_decref(whole.end);
	json_decref(parts.end);
}

static void counts_only_has_no_times(void **state)
{
	char *text = report("second.rec", NULL, 0);

	(void)state;
	status_is("second", 130); /* SIGTERM before its time */
	has("second.rec", text, "CPUID");
	assert_null(strstr(text, "Round trips"));
	free(text);
}

static void vm_that_ended_ended_its_recording(void **state)
{
	char *text = report("vm.rec", "--by=vcpu", 0);

	(void)state;
	status_is("reader", 0);
	file_has("reader.err", "has ended");
	has("vm.rec", text, "web");
	free(text);
}

/* `there`: a reason of which exits were written before. */
static void cut_off(const char *file, const char *there)
{
	char *text = report(file, NULL, 14);

	has(file, text, "it was cut off");
	has(file, text, "what came before is shown");
	has(file, text, "L0 exits");
	has(file, text, there);
	free(text);
}

static void what_was_written_before_sigkill_is_there(void **state)
{
	(void)state;
	status_is("killed", 137);
	cut_off("killed.rec", "CPUID");
}

static void full_disk_leaves_what_was_written(void **state)
{
	(void)state;
	status_is("full", 8);
	file_has("full.err", "No space left on device");
	cut_off("full.rec", "IO_INSTRUCTION"); /* of L1's boot: the frames to come are larger */
}

static void pipe_whose_reader_left(void **state)
{
	(void)state;
	status_is("pipe", 0);
	cut_off("pipe.rec", "L0 exits");
}

static void file_that_exists_is_kept(void **state)
{
	(void)state;
	status_is("exists", 2);
	file_has("exists.err", "exists already");
	status_is("record", 0);
	status_is("rmmod", 0);
}

/* VmHWM: "VmHWM:\t   12345 kB". */
static void memory_is_bounded(void **state)
{
	char *text = text_of("memory");
	long kib = atol(text + strcspn(text, "0123456789"));

	(void)state;
	printf("peak memory of record: %ld KiB\n", kib);
	assert_true(kib > 1000 && kib < 64 * 1024);
	free(text);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_those_of_ftrace),
		cmocka_unit_test(counts_are_those_of_stat),
		cmocka_unit_test(report_is_the_same_everywhere),
		cmocka_unit_test(intervals_add_up),
		cmocka_unit_test(counts_only_has_no_times),
		cmocka_unit_test(vm_that_ended_ended_its_recording),
		cmocka_unit_test(what_was_written_before_sigkill_is_there),
		cmocka_unit_test(full_disk_leaves_what_was_written),
		cmocka_unit_test(pipe_whose_reader_left),
		cmocka_unit_test(file_that_exists_is_kept),
		cmocka_unit_test(memory_is_bounded),
	};

	if (argc != 3) {
		fprintf(stderr, "usage: check_record FOLDER NESTPROF\n");
		return 2;
	}
	folder = argv[1];
	nestprof = argv[2];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
