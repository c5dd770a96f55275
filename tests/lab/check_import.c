// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_import FOLDER NESTPROF: one run that nestprof, perf and trace-cmd recorded at once
 * (tests/lab/import.sh): report counts the same from all three, reason by reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "collector/base/fsutil.h"
#include "collector/base/proc.h"

static const char *folder, *nestprof;

/* Notes go to the test's own stderr: where they come among the lines is not always the same. */
static json_t *report(const char *file)
{
	char path[NP_PATH];
	const char *argv[] = { nestprof, "report", "--json", path, NULL };
	struct proc p;
	json_t *interval;

	assert_int_equal(fs_path(path, "%s/%s", folder, file), 0);
	assert_int_equal(proc_start(&p, argv, PROC_PIPE_OUT), 0);
	interval = json_loadfd(p.out, JSON_DISABLE_EOF_CHECK, NULL);
	proc_stop(&p, 1000);
	if (!interval)
		fail_msg("report %s: no interval", file);
	return interval;
}

static json_int_t number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static const json_t *group(const json_t *interval)
{
	return json_array_get(json_object_get(interval, "groups"), 0);
}

/* Of one kind and reason; NULL: it has none. */
static const json_t *find(const json_t *interval, const json_t *like)
{
	const json_t *exits = json_object_get(interval, "exits"), *e;
	size_t i;

	json_array_foreach(exits, i, e)
		if (json_equal(json_object_get(e, "kind"), json_object_get(like, "kind")) &&
		    json_equal(json_object_get(e, "reason"), json_object_get(like, "reason")))
			return e;
	return NULL;
}

static void compare_with(const json_t *ours, const json_t *theirs, const char *name)
{
	static const char *const sums[] = { "l0_exits", "l2_exits", "entries" };
	static const char *const of_exit[] = { "exits", "to_l1", "l0_only", "caused" };
	const json_t *e;
	size_t i;

	for (i = 0; i < sizeof(sums) / sizeof(*sums); i++)
		if (number(group(ours), sums[i]) != number(group(theirs), sums[i]))
			fail_msg("%s of %s: %lld, not %lld", sums[i], name,
				 number(group(theirs), sums[i]), number(group(ours), sums[i]));
	assert_int_equal(json_array_size(json_object_get(ours, "exits")),
			 json_array_size(json_object_get(theirs, "exits")));
	json_array_foreach(json_object_get(ours, "exits"), i, e) {
		const json_t *same = find(theirs, e);

		for (size_t k = 0; k < sizeof(of_exit) / sizeof(*of_exit); k++)
			if (number(e, of_exit[k]) != number(same, of_exit[k]))
				fail_msg("%s of %s, in %s: %lld, not %lld", of_exit[k],
					 json_string_value(json_object_get(e, "reason")), name,
					 number(same, of_exit[k]), number(e, of_exit[k]));
	}
	printf("%s: %lld exits of L0, %lld of L2, %lld entries: as nestprof recorded\n", name,
	       number(group(theirs), "l0_exits"), number(group(theirs), "l2_exits"),
	       number(group(theirs), "entries"));
}

static void all_three_count_the_same(void **state)
{
	json_t *ours = report("run.rec"), *perf = report("run.data"), *dat = report("run.dat");

	(void)state;
	assert_true(number(group(ours), "l2_exits") > 800);
	compare_with(ours, perf, "perf.data");
	compare_with(ours, dat, "trace.dat");
	json_decref(ours);
	json_decref(perf);
	json_decref(dat);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(all_three_count_the_same) };

	if (argc != 3)
		return 2;
	folder = argv[1];
	nestprof = argv[2];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
