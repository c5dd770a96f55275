// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_micro SEED N: N random sequences, one a line, for micro.sh.
 * check_micro SEED N DIR: what that left in DIR. Per L2 exit L0 must have
 * counted what L1 was told to do: all of it with shadow VMCS off, with it on
 * what KVM does not shadow. Nothing is rounded.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/result_json.h"
#include "collector/base/fsutil.h"
#include "tests/lab/micro_sequence.h"
#include "workloads/runner/protocol.h"

enum { CPUID = 10, HLT = 12, VMREAD = 23, VMRESUME = 24, VMWRITE = 25 };

static const char *dir;
static uint32_t seed, nr_sequences;

static struct np_result *load(uint32_t index)
{
	struct np_result *r = NULL;
	char why[200] = "unreadable", pattern[NP_PATH], *text = NULL;
	glob_t found = { 0 };

	fs_path(pattern, "%s/%u/2*/result.json", dir, index);
	if (glob(pattern, 0, NULL, &found) || fs_read(found.gl_pathv[0], &text, NULL) ||
	    np_result_from_json(text, &r, why, sizeof(why)))
		fail_msg("%s: %s", pattern, why);
	free(text);
	globfree(&found);
	return r;
}

static void assert_counts(const struct np_workload_result *w, const struct micro_counts *expected)
{
	const struct np_account *a = &w->account;
	const struct np_row *cpuid = &a->l2[CPUID];
	uint64_t all[NP_REASONS], exits = cpuid->exits + a->l2[HLT].exits;

	assert_int_equal(cpuid->exits, w->iterations + NP_WARM_UP);
	assert_int_equal(a->l2[HLT].exits, 2);
	assert_int_equal(cpuid->caused[VMREAD], expected->reads * cpuid->exits);
	assert_int_equal(cpuid->caused[VMWRITE], expected->writes * cpuid->exits);
	assert_int_equal(cpuid->caused[VMRESUME], cpuid->exits);
	/* L1 does the same on HLT, and nothing else anywhere. */
	np_account_by_reason(a, all);
	assert_int_equal(all[VMREAD], expected->reads * exits);
	assert_int_equal(all[VMWRITE], expected->writes * exits);
	assert_int_equal(all[VMRESUME], exits);
}

static void assert_verified(const struct np_workload_result *w)
{
	assert_true(w->nr_witnesses > 0);
	for (uint32_t i = 0; i < w->nr_witnesses; i++)
		assert_int_equal(w->witnesses[i].theirs, w->witnesses[i].ours);
	assert_int_equal(w->lost, 0);
	assert_int_equal(w->account.desyncs, 0);
}

static void check_arm(const struct np_result *r, const char *name, const struct micro_counts *c)
{
	const struct np_arm_result *arm = np_result_arm(r, name);
	const struct np_workload_result *w = arm ? np_arm_workload(arm, "cpuid") : NULL;

	assert_non_null(w);
	printf("%-10s VMREAD %u, VMWRITE %u per L2 exit expected; counted %llu and %llu of %llu\n",
	       name, c->reads, c->writes, (unsigned long long)w->account.l2[CPUID].caused[VMREAD],
	       (unsigned long long)w->account.l2[CPUID].caused[VMWRITE],
	       (unsigned long long)w->account.l2[CPUID].exits);
	assert_counts(w, c);
	assert_verified(w);
}

static void counts_are_the_sequence(void **state)
{
	(void)state;
	assert_true(nr_sequences > 0);
	for (uint32_t i = 0; i < nr_sequences; i++) {
		struct np_result *r = load(i);
		struct micro_sequence s;
		char all[sizeof(MICRO_BASE) + sizeof(s.text)];

		micro_sequence_random(&s, seed, i);
		snprintf(all, sizeof(all), MICRO_BASE ",%s", s.text);
		printf("seed %u, sequence %u: %s\n", seed, i, all);
		assert_string_equal(np_result_env(r, "l1_kernel"), "micro");
		assert_string_equal(np_result_env(r, "l1_sequence"), all);
		check_arm(r, NP_ARM_OFF, &s.off);
		check_arm(r, NP_ARM_ON, &s.on);
		np_result_free(r);
	}
}

static void assert_says(const char *file, const char *line)
{
	char path[NP_PATH], *text;

	fs_path(path, "%s/%s", dir, file);
	assert_int_equal(fs_read(path, &text, NULL), 0);
	text[strcspn(text, "\r\n")] = '\0';
	assert_string_equal(text, line);
	free(text);
}

/* A line, and L1's end: its QEMU ended by itself, or micro.sh would have waited for ever. */
static void says_what_is_missing(void **state)
{
	(void)state;
	assert_says("no_vmx.log", "@np error this CPU has no VMX (CPUID.1:ECX bit 5)");
	assert_says("no_ept.log", "@np error this CPU's VMX lacks EPT");
	assert_says("no_unrestricted.log", "@np error this CPU's VMX lacks unrestricted guest");
}

static void print_sequences(void)
{
	for (uint32_t i = 0; i < nr_sequences; i++) {
		struct micro_sequence s;

		micro_sequence_random(&s, seed, i);
		puts(s.text);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_the_sequence),
		cmocka_unit_test(says_what_is_missing),
	};

	if (argc != 3 && argc != 4) {
		fprintf(stderr, "usage: check_micro SEED N [DIR]\n");
		return 2;
	}
	seed = strtoul(argv[1], NULL, 10);
	nr_sequences = strtoul(argv[2], NULL, 10);
	dir = argv[3];
	if (dir)
		return cmocka_run_group_tests(tests, NULL, NULL);
	print_sequences();
	return 0;
}
