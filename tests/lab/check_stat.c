// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_stat FOLDER: what tests/lab/stat.sh left there. The intervals of stat
 * add up to what ftrace counted, while VMs came and went, and each way in
 * which it can end was taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "analysis/exit_reason.h"
#include "collector/base/fsutil.h"
#include "collector/hist.h"

static const char *folder;

static char *text_of(const char *name)
{
	char path[NP_PATH], *text;

	assert_int_equal(fs_path(path, "%s/%s", folder, name), 0);
	if (fs_read(path, &text, NULL))
		fail_msg("cannot read %s", path);
	return text;
}

static int status_of(const char *name)
{
	char file[64], *text;
	int status;

	snprintf(file, sizeof(file), "%s.status", name);
	text = text_of(file);
	status = atoi(text);
	free(text);
	return status;
}

static void has(const char *name, const char *wanted)
{
	char *text = text_of(name);

	if (!strstr(text, wanted))
		fail_msg("%s has no \"%s\": %s", name, wanted, text);
	free(text);
}

static void is_empty(const char *name)
{
	char *text = text_of(name);

	assert_string_equal(text, "");
	free(text);
}

/* What the intervals say, summed up. */
static struct {
	uint64_t exits[NP_REASONS]; /* kvm_exit */
	uint64_t nested[NP_REASONS]; /* of L2 */
	uint64_t given[NP_REASONS]; /* to L1 */
	uint64_t entries, lost, desyncs, unfinished;
	uint32_t intervals;
	json_t *end;
} sums;

static uint64_t count(const json_t *row, const char *key)
{
	return json_integer_value(json_object_get(row, key));
}

static uint32_t reason(const json_t *row, const char *key)
{
	int index = np_exit_reason_find(NP_ISA_VMX, json_string_value(json_object_get(row, key)));

	assert_true(index >= 0);
	return index;
}

static void add_interval(const json_t *o)
{
	const json_t *row;
	size_t i;

	sums.intervals++;
	sums.lost += count(o, "lost");
	sums.unfinished = 0;
	json_array_foreach(json_object_get(o, "groups"), i, row) {
		sums.entries += count(row, "entries");
		sums.desyncs += count(row, "desyncs");
		sums.unfinished += count(row, "unfinished");
	}
	json_array_foreach(json_object_get(o, "exits"), i, row) {
		uint32_t r = reason(row, "reason");

		sums.exits[r] += count(row, "exits");
		if (!strcmp(json_string_value(json_object_get(row, "kind")), "L1 alone"))
			continue;
		sums.nested[r] += count(row, "exits");
		sums.given[r] += count(row, "to_l1") + count(row, "synthetic");
	}
	json_array_foreach(json_object_get(o, "causes"), i, row)
		sums.exits[reason(row, "cause")] += count(row, "exits");
}

static int read_intervals(void **state)
{
	char *text = text_of("all.json"), *save, *line;

	(void)state;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		json_error_t error;
		json_t *o = json_loads(line, 0, &error);
		const char *type = json_string_value(json_object_get(o, "type"));

		if (!type) {
			fprintf(stderr, "all.json: %s\n", error.text);
			return -1;
		}
		if (!strcmp(type, "end"))
			sums.end = json_incref(o);
		else
			add_interval(o);
		json_decref(o);
	}
	free(text);
	return 0;
}

static uint64_t compare(const char *event, const char *key, const uint64_t ours[NP_REASONS])
{
	char name[64], *text;
	struct hist h;
	uint32_t differ = 0;

	snprintf(name, sizeof(name), "hist.%s", event);
	text = text_of(name);
	assert_int_equal(hist_parse(&h, text, key), 0);
	assert_int_equal(h.dropped, 0);
	free(text);
	for (uint32_t i = 0; ours && i < NP_REASONS; i++) {
		if (!h.count[i] && !ours[i])
			continue;
		printf("%-26s %-20s %8llu %s %-8llu\n", event, np_exit_reason_name(NP_ISA_VMX, i),
		       (unsigned long long)h.count[i], h.count[i] == ours[i] ? "==" : "!=",
		       (unsigned long long)ours[i]);
		differ += h.count[i] != ours[i];
	}
	assert_int_equal(differ, 0);
	return h.hits;
}

static void intervals_add_up_to_what_ftrace_counted(void **state)
{
	(void)state;
	assert_true(sums.intervals > 3);
	assert_true(compare("kvm_exit", "exit_reason", sums.exits) > 10000);
	assert_true(compare("kvm_nested_vmexit", "exit_reason", sums.nested) > 500);
	assert_true(compare("kvm_nested_vmexit_inject", "exit_code", sums.given) > 500);
	assert_int_equal(compare("kvm_nested_vmenter", "isa", NULL), sums.entries);
	assert_int_equal(sums.unfinished, 0); /* no state survives a VM */
}

static void nothing_was_lost_and_the_cost_is_told(void **state)
{
	const json_t *tracing = json_object_get(sums.end, "tracing");

	(void)state;
	assert_int_equal(sums.lost, 0);
	assert_int_equal(sums.desyncs, 0);
	assert_int_equal(count(sums.end, "lost"), 0);
	assert_int_equal(count(sums.end, "intervals"), sums.intervals);
	assert_true(json_is_true(json_object_get(tracing, "measured")));
	assert_true(json_number_value(json_object_get(tracing, "ns_per_run")) > 0);
}

/* How many processes' VMs the lines of vcpu.csv name. */
static uint32_t count_vms(void)
{
	char *text = text_of("vcpu.csv"), *save, *line;
	long last = 0;
	uint32_t n = 0;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		long pid;

		if (sscanf(line, "%*d,%*f,%*f,%*[^,],%ld,", &pid) != 1 &&
		    sscanf(line, "%*d,%*f,%*f,,%ld,", &pid) != 1)
			continue;
		n += pid != last;
		last = pid;
	}
	free(text);
	return n;
}

static void two_at_once_and_both_ways_to_be_told_to_end(void **state)
{
	(void)state;
	assert_int_equal(status_of("all.json"), 0);
	assert_int_equal(status_of("vcpu.csv"), 0);
	has("vcpu.csv", ",web,");
	assert_true(count_vms() >= 4);
	has("vcpu.csv.err", "lost events: 0;");
}

static void vm_that_ended_ends_the_run(void **state)
{
	(void)state;
	assert_int_equal(status_of("vm.txt"), 0);
	has("vm.txt.err", "has ended");
	has("vm.txt", "CPUID");
	has("vm.txt", "lost events: 0;");
}

static void command_ends_the_run(void **state)
{
	(void)state;
	assert_int_equal(status_of("command"), 0);
	has("command.txt", "IO_INSTRUCTION");
	has("command.err", "done"); /* its output is not among ours */
}

static void interrupted_before_its_time(void **state)
{
	(void)state;
	assert_int_equal(status_of("cut.txt"), 130);
	has("cut.txt", "lost events: 0;");
	has("cut.txt.err", "interrupted");
	is_empty("left_behind");
}

static void reader_that_left_is_no_failure(void **state)
{
	(void)state;
	is_empty("pipe.err");
	has("pipe.txt", "0.000 s to 0.1");
}

static void wrong_targets_are_named(void **state)
{
	(void)state;
	assert_int_equal(status_of("nobody"), 7);
	has("nobody.err", "there are: web (PID ");
	assert_int_equal(status_of("no_vm"), 7);
	has("no_vm.err", "runs no virtual machine");
}

static void kvm_intel_was_unloaded_meanwhile(void **state)
{
	(void)state;
	assert_int_equal(status_of("rmmod"), 0);
	has("all.json.err", "kvm_intel was unloaded");
}

static void top_ran_beside(void **state)
{
	char *before = text_of("top.before"), *after = text_of("top.after");

	(void)state;
	assert_int_equal(status_of("top"), 0);
	is_empty("top.err");
	has("top.screen", "L0 exits/s");
	has("top.screen", "web");
	has("top.screen", "exits by reason");
	has("top.screen", "CPUID");
	assert_string_equal(before, after); /* the terminal's modes */
	free(before);
	free(after);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_add_up_to_what_ftrace_counted),
		cmocka_unit_test(nothing_was_lost_and_the_cost_is_told),
		cmocka_unit_test(two_at_once_and_both_ways_to_be_told_to_end),
		cmocka_unit_test(vm_that_ended_ends_the_run),
		cmocka_unit_test(command_ends_the_run),
		cmocka_unit_test(interrupted_before_its_time),
		cmocka_unit_test(reader_that_left_is_no_failure),
		cmocka_unit_test(wrong_targets_are_named),
		cmocka_unit_test(kvm_intel_was_unloaded_meanwhile),
		cmocka_unit_test(top_ran_beside),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: check_stat FOLDER\n");
		return 2;
	}
	folder = argv[1];
	return cmocka_run_group_tests(tests, read_intervals, NULL);
}
