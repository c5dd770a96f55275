// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_fields_recorded DIR NESTPROF: what fields_recorded.sh left in DIR. fields of the
 * recording says the same as fields that ran beside it: count for count, nothing rounded.
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

static const char *dir, *nestprof;

static json_t *load_live(int run)
{
	char path[1024];
	json_t *o;

	snprintf(path, sizeof(path), "%s/live%d.json", dir, run);
	o = json_load_file(path, 0, NULL);
	if (!o)
		fail_msg("%s: unreadable", path);
	return o;
}

static json_t *load_recorded(int run)
{
	char command[2048];
	json_t *o;
	FILE *p;

	snprintf(command, sizeof(command), "'%s' fields --json '%s/fields%d.rec'", nestprof, dir,
		 run);
	p = popen(command, "r");
	assert_non_null(p);
	o = json_loadf(p, 0, NULL);
	assert_int_equal(pclose(p), 0);
	assert_non_null(o);
	return o;
}

/* What makes a row another one. */
static int is_same(json_t *a, json_t *b)
{
	static const char *const keys[] = { "pid", "vcpu", "l2_reason", "field", "encoding",
					    "access", "operand", "address", "unknown" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!json_equal(json_object_get(a, keys[i]), json_object_get(b, keys[i])))
			return 0;
	return 1;
}

static json_int_t integer(json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void finds(json_t *row, json_t *rows)
{
	json_t *other;
	size_t i;

	json_array_foreach(rows, i, other)
		if (is_same(row, other)) {
			assert_int_equal(integer(row, "count"), integer(other, "count"));
			return;
		}
	fail_msg("nowhere else: %s", json_dumps(row, 0));
}

static void compare(int run)
{
	json_t *live = load_live(run), *recorded = load_recorded(run), *row;
	json_t *a = json_object_get(live, "accesses"), *b = json_object_get(recorded, "accesses");
	json_int_t timed = 0;
	size_t i;

	assert_true(integer(live, "reads") > 300);
	assert_int_equal(integer(live, "lost") + integer(recorded, "lost"), 0);
	assert_int_equal(integer(live, "reads"), integer(recorded, "reads"));
	assert_int_equal(integer(live, "writes"), integer(recorded, "writes"));
	assert_int_equal(json_array_size(a), json_array_size(b));
	json_array_foreach(a, i, row) {
		finds(row, b);
		timed += integer(row, "timed");
	}
	printf("run %d: %lld reads, %lld writes, %lld unknown, in %zu rows: the same, %lld of them "
	       "timed\n", run, (long long)integer(live, "reads"),
	       (long long)integer(live, "writes"), (long long)integer(live, "unknown"),
	       json_array_size(a), (long long)timed);
	assert_int_equal(integer(live, "unknown"), 0);
	assert_true(timed < integer(live, "reads")); /* the hook on entries does not stay for it */
	json_decref(live);
	json_decref(recorded);
}

static void with_shadow_vmcs_off(void **state)
{
	(void)state;
	compare(0);
}

static void with_shadow_vmcs_on(void **state)
{
	(void)state;
	compare(1);
}

static void where_others_were_before(void **state)
{
	(void)state;
	compare(2);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_shadow_vmcs_off),
		cmocka_unit_test(with_shadow_vmcs_on),
		cmocka_unit_test(where_others_were_before),
	};

	if (argc != 3) {
		fprintf(stderr, "usage: check_fields_recorded DIR NESTPROF\n");
		return 2;
	}
	dir = argv[1];
	nestprof = argv[2];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
