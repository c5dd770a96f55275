// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/result_print.h"
#include "tests/unit/sample_result.h"

static char *page(const struct np_result *r)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	assert_int_equal(np_result_print(r, f, "", ""), 0);
	fclose(f);
	return text;
}

static char *csv(const struct np_result *r)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	assert_int_equal(np_result_print_csv(r, f), 0);
	fclose(f);
	return text;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" in:\n%s", part, text);
}

static void assert_fits(const char *text)
{
	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		if (len > 100)
			fail_msg("%zu columns: %.*s", len, (int)len, line);
		line += len + (line[len] == '\n');
	}
}

static void test_verdict_comes_first(void **state)
{
	struct np_result *r = sample_result();
	char *text = page(r);

	(void)state;
	assert_ptr_equal(strstr(text, "shadow VMCS removes 31 % of the nesting overhead of cpuid "
				      "(24,110 -> 17,000 ticks; single 1,030)\n"), text);
	has(text, "\ncpuid    shadow-on           17,000.1          16.50         5.3    1,000");
	has(text, "one tick is one emulated instruction");
	has(text, "6.1.0-37-cloud-amd64");
	lacks(text, "To be aware of");
	assert_fits(text);
	free(text);
	np_result_free(r);
}

static void test_columns_add_up(void **state)
{
	struct np_result *r = sample_result();
	char *text = page(r);

	(void)state;
	/* 16.30 + 3.10 + 4.00 + 4.20 + 1.00 in columns, 1.07 of four more reasons. */
	has(text, "pio      shadow-off  16.30     3.10      4.00    4.20     1.00   1.07 29.67\n");
	free(text);
	np_result_free(r);
}

static void test_slower_is_said(void **state)
{
	struct np_result *r = sample_result();
	char *text;

	(void)state;
	sample_times(&r->arms[2]->workloads[0]->untraced, 25264, 3);
	text = page(r);
	has(text, "shadow VMCS adds 5.0 % to the nesting overhead of cpuid (24,110 -> 25,264 ");
	free(text);
	np_result_free(r);
}

static void test_overlap_is_no_difference(void **state)
{
	struct np_result *r = sample_result();
	struct np_samples *off = &r->arms[1]->workloads[0]->untraced;
	struct np_samples *on = &r->arms[2]->workloads[0]->untraced;
	char *text;

	(void)state;
	*off = (struct np_samples){ 2, { 24110, 20000 } };
	*on = (struct np_samples){ 2, { 17000, 20000 } };
	text = page(r);
	has(text, "no difference shown for cpuid");
	lacks(text, "overhead of cpuid");
	free(text);
	np_result_free(r);
}

static void test_parts(void **state)
{
	struct np_result *r = sample_empty();
	char *text = page(r);

	(void)state;
	has(text, "nothing to compare");
	assert_fits(text);
	free(text);

	sample_on(r);
	text = page(r);
	has(text, "no comparison for cpuid: shadow-off was not measured");
	has(text, "cpuid    shadow-on     1.01   1.04");
	free(text);

	sample_off(r);
	text = page(r);
	has(text, "removes 29 % of the round trip of cpuid");
	has(text, "single not measured");
	assert_fits(text);
	free(text);
	np_result_free(r);
}

static void test_what_went_wrong(void **state)
{
	struct np_result *r = sample_result();
	struct np_workload_result *w = r->arms[1]->workloads[2];
	char *text;

	(void)state;
	memset(w->error, 'e', sizeof(w->error) - 1);
	memcpy(w->error, "L1\033died ", 8);
	w->lost = 3;
	w->account.desyncs = 4;
	w->nr_witnesses = 12;
	for (uint32_t i = 0; i < 12; i++)
		w->witnesses[i] = (struct np_witness){ "ftrace hist", "kvm_exit CPUID", i, 2 };
	text = page(r);
	has(text, "shadow-off, pio: failed: L1?died");
	has(text, "shadow-off, pio: 3 events lost");
	has(text, "shadow-off, pio: 4 events that did not fit");
	has(text, "shadow-off, pio: ftrace hist counted 0 of kvm_exit CPUID, nestprof 2");
	has(text, "... and 3 more counts that disagree");
	has(text, "\n1 of 12 counts are equal to the kernel's own");
	has(text, "no comparison for pio: shadow-off was not measured");
	free(text);
	np_result_free(r);
}

/* As wide as it can get: every name as long as it may be. */
static void test_width(void **state)
{
	struct np_result *r = sample_result();
	char *text;

	(void)state;
	for (uint32_t i = 0; i < r->nr_arms; i++)
		for (uint32_t k = 0; k < r->arms[i]->nr_workloads; k++)
			memset(r->arms[i]->workloads[k]->name, 'a' + k, NP_NAME - 1);
	sample_workload(np_result_add_arm(r, "another-arm-of-a-very-long-name"), "cpuid",
			123456789.5, 1e9);
	for (uint32_t i = 0; i < 40; i++)
		r->arms[1]->workloads[1]->account.l2[sample_reason("VMCALL")].caused[i] = 900000;
	np_result_set_env(r, "packages", "%0200d and more", 7);
	np_result_set_env(r, "words", "%s", "many words that together are longer than what a "
		 "single line of the page has room for, so that they need a second one");
	text = page(r);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (!strstr(line, "0000000"))
			assert_fits(line);
	free(text);
	np_result_free(r);
}

static void test_one_repetition(void **state)
{
	struct np_result *r = sample_result();
	char *text;

	(void)state;
	r->arms[1]->workloads[0]->untraced.n = 1;
	text = page(r);
	lacks(text, "1 repetition: too few"); /* the emulated CPU repeats itself exactly */
	free(text);
	r->emulated = false;
	text = page(r);
	has(text, "shadow-off, cpuid: 1 repetition: too few to prove any difference");
	free(text);
	np_result_free(r);
}

static void test_full_disk(void **state)
{
	struct np_result *r = sample_result();
	FILE *f = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(f);
	setvbuf(f, NULL, _IONBF, 0);
	assert_true(np_result_print(r, f, "", "") < 0);
	assert_true(np_result_print_csv(r, f) < 0);
	fclose(f);
	np_result_free(r);
}

static void test_csv(void **state)
{
	struct np_result *r = sample_result();
	char *text = csv(r);

	(void)state;
	assert_ptr_equal(strstr(text, "arm,workload,metric,value,unit\n"), text);
	has(text, "\nshadow-off,cpuid,round_trip.mean,24110.125,ticks\n");
	has(text, "\nshadow-on,cpuid,per_l2_exit.VMREAD,1.04,exits per L2 exit\n");
	has(text, "\nshadow-on,pio,l2_exit_reasons.IO_INSTRUCTION,1000,exits\n");
	has(text, "\nsingle,cpuid,l1_exits_outside.CPUID,1000,exits\n");
	has(text, "\nsingle,cpuid,per_l2_exit.total,,exits per L2 exit\n");
	has(text, "\n,cpuid,overhead_reduction_percent,30.805893,%\n");
	lacks(text, "nan");
	free(text);
	np_result_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdict_comes_first),
		cmocka_unit_test(test_columns_add_up),
		cmocka_unit_test(test_slower_is_said),
		cmocka_unit_test(test_overlap_is_no_difference),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_what_went_wrong),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_one_repetition),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_csv),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
