// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_stat FOLDER: what tests/lab/stat.sh left there. The intervals of stat
 * add up to what ftrace counted, while VMs came and went, and each way in
 * which it can end was taken.
 */
#include "tests/lab/stat_sums.h"

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

static struct sums sums;

static int read_all(void **state)
{
	(void)state;
	read_intervals(&sums, "all.json");
	return 0;
}

static void intervals_add_up_to_what_ftrace_counted(void **state)
{
	(void)state;
	assert_true(sums.intervals > 3);
	assert_true(compare("hist", "kvm_exit", "exit_reason", sums.exits) > 10000);
	assert_true(compare("hist", "kvm_nested_vmexit", "exit_reason", sums.slow) > 500);
	for (uint32_t i = 0; i < NP_REASONS; i++)
		assert_int_equal(sums.nested[i], sums.slow[i] + sums.fast[i]);
	assert_true(compare("hist", "kvm_nested_vmexit_inject", "exit_code", sums.given) > 500);
	assert_int_equal(compare("hist", "kvm_nested_vmenter", "isa", NULL), sums.entries);
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
	has("top.screen", "exits by reason"); /* words may be drawn over older ones, in part */
	has("top.screen", "CPUID");
	assert_string_equal(before, after); /* the terminal's modes */
	free(before);
	free(after);
}

/* Of a million that it goes to. Where the kernel refuses the programs' BTF it takes more. */
#define VERIFIED_MAX 100000

static void the_verifier_was_done_soon(void **state)
{
	char *text = text_of("verified"), *rest = NULL;
	unsigned most = 0, insns;

	(void)state;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		assert_int_equal(sscanf(line, "verified_insns: %u", &insns), 1);
		most = insns > most ? insns : most;
	}
	printf("verifier: at most %u instructions for one program\n", most);
	assert_in_range(most, 1000, VERIFIED_MAX);
	free(text);
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
		cmocka_unit_test(the_verifier_was_done_soon),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: check_stat FOLDER\n");
		return 2;
	}
	folder = argv[1];
	return cmocka_run_group_tests(tests, read_all, NULL);
}
