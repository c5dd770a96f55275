// SPDX-License-Identifier: GPL-2.0-only
/*
 * One micro-hypervisor whose code is written anew, at the same addresses, and then runs:
 * while it handles L2's exits, what is counted is what it was told to do then.
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

#include "analysis/fields_json.h"
#include "collector/base/fsutil.h"
#include "tests/lab/check_fields.h"
#include "tests/lab/micro_sequence.h"
#include "workloads/runner/protocol.h"

enum { CPUID = 10 };

#define ITERATIONS 100 /* fields.sh */
#define TIMES 2	       /* it goes through the sequences */

/*
 * Those for CPUID. L1 tries each sequence when it is set, which is after the HLT that ended
 * the run before: these are among those for HLT.
 */
static uint64_t add_rows(struct np_fields *f, json_t *accesses)
{
	uint64_t timed = 0;
	json_t *row;
	size_t i;

	json_array_foreach(accesses, i, row) {
		struct np_access a;
		const char *wrong = np_access_from_json(row, &a);

		if (wrong)
			fail_msg("accesses[%zu]: %s", i, wrong);
		if (a.reason != CPUID)
			continue;
		assert_int_equal(np_fields_add(f, &a), 0);
		timed += a.timed;
	}
	return timed;
}

/* An object a line for each interval: how many there were. */
static uint32_t read_intervals(struct np_fields *f, const char *path, uint64_t *timed)
{
	FILE *in = fopen(path, "r");
	uint32_t n = 0;
	json_t *o;

	assert_non_null(in);
	while ((o = json_loadf(in, JSON_DISABLE_EOF_CHECK, NULL))) {
		assert_int_equal(json_integer_value(json_object_get(o, "interval")), ++n);
		assert_int_equal(json_integer_value(json_object_get(o, "lost")), 0);
		assert_int_equal(json_integer_value(json_object_get(o, "unknown")), 0);
		*timed += add_rows(f, json_object_get(o, "accesses"));
		json_decref(o);
	}
	fclose(in);
	return n;
}

void check_fields_changing(const char *dir, uint32_t seed, uint32_t n)
{
	const struct told_exits exits = { TIMES * (ITERATIONS + NP_WARM_UP), 0 };
	const struct told_exits at_first = { 1 + NP_WARM_UP, 0 }; /* before L1 is ready */
	struct np_fields expected = { 0 }, rows = { 0 }, is = { 0 };
	uint64_t timed = 0;
	uint32_t intervals;
	char path[NP_PATH];

	check_fields_expect(&expected, MICRO_BASE, &at_first, false, 0);
	for (uint32_t i = 0; i < n; i++) {
		char text[512];
		struct micro_sequence s;

		micro_sequence_random(&s, seed, i);
		snprintf(text, sizeof(text), "%s,%s", MICRO_BASE, s.text);
		check_fields_expect(&expected, text, &exits, false, 0);
	}
	fs_path(path, "%s/changing.json", dir);
	intervals = read_intervals(&rows, path, &timed);
	check_fields_without_addresses(&is, &rows);
	printf("%u sequences, each in place of the one before, %u times: %llu accesses expected, "
	       "%llu counted in %u intervals, %llu at entries\n", n, TIMES,
	       (unsigned long long)(np_fields_total(&expected, false) +
				    np_fields_total(&expected, true)),
	       (unsigned long long)(np_fields_total(&is, false) + np_fields_total(&is, true)),
	       intervals, (unsigned long long)timed);
	assert_true(intervals > 0);
	assert_true(timed < np_fields_total(&is, false) / 2); /* the others at L1's next exit */
	check_fields_same(&is, &expected);
	np_fields_free(&expected);
	np_fields_free(&rows);
	np_fields_free(&is);
}
