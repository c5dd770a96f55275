// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_same A.json B.json: two runs of the lab measured the same, to the
 * byte, .environment aside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

static const char *paths[2];

/* A result without its environment, as text; also proves that it is one. */
static char *measured(const char *path)
{
	json_error_t error;
	json_t *j = json_load_file(path, 0, &error);
	char *text;

	if (!j)
		fail_msg("%s: %s", path, error.text);
	assert_true(json_array_size(json_object_get(j, "arms")) > 0);
	assert_int_equal(json_object_del(j, "environment"), 0);
	text = json_dumps(j, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
	json_decref(j);
	assert_non_null(text);
	return text;
}

static void two_runs_are_byte_identical(void **state)
{
	char *a = measured(paths[0]), *b = measured(paths[1]);

	(void)state;
	assert_string_equal(a, b);
	free(a);
	free(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(two_runs_are_byte_identical) };

	if (argc != 3) {
		fprintf(stderr, "usage: check_same A.json B.json\n");
		return 2;
	}
	paths[0] = argv[1];
	paths[1] = argv[2];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
