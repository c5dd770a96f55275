// SPDX-License-Identifier: GPL-2.0-only
/* The command doctor on fake hosts: its JSON (docs/json-doctor.md) and its exit code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is another */

#include <jansson.h>

#include "collector/base/fail.h"
#include "collector/commands.h"
#include "tests/unit/fake_hosts.h"

static char *path_before;

static int setup(void **state)
{
	(void)state;
	path_before = strdup(getenv("PATH"));
	fake_host_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	setenv("PATH", path_before, 1);
	free(path_before);
	fake_host_free();
	return 0;
}

/* What it prints, and its exit code. */
static int doctor(char *option, char **text)
{
	char path[NP_PATH], name[] = "nestprof doctor";
	char *argv[] = { name, option, NULL };
	int before, code;

	assert_int_equal(host_path(path, "/output"), 0);
	fflush(stdout);
	before = dup(STDOUT_FILENO);
	assert_non_null(freopen(path, "w", stdout));
	code = cmd_doctor(option ? 2 : 1, argv);
	fflush(stdout);
	assert_int_equal(dup2(before, STDOUT_FILENO), STDOUT_FILENO);
	close(before);
	assert_int_equal(fs_read(path, text, NULL), 0);
	return code;
}

static json_t *doctor_json(int *code)
{
	char option[] = "--json", *text;
	json_t *o;

	*code = doctor(option, &text);
	o = json_loads(text, 0, NULL);
	free(text);
	assert_non_null(o);
	return o;
}

static void assert_verdict(json_t *o, const char *command, bool can_run, int exit_code)
{
	json_t *v = json_object_get(o, command);

	assert_int_equal(json_is_true(json_object_get(v, "can_run")), can_run);
	assert_int_equal(json_integer_value(json_object_get(v, "exit_code")), exit_code);
	assert_int_equal(json_is_null(json_object_get(v, "in_the_way")), can_run);
}

static void assert_facts_are_whole(json_t *o)
{
	json_t *facts = json_object_get(o, "facts"), *f;
	const char *name, *state, *found, *remedy;
	json_t *needed_by;
	size_t i;
	int code;

	assert_true(json_array_size(facts) > 20);
	json_array_foreach(facts, i, f) {
		assert_int_equal(json_unpack_ex(f, NULL, JSON_STRICT,
						"{s:s, s:s, s:s, s:s, s:o, s:i}", "name", &name,
						"state", &state, "found", &found, "remedy", &remedy,
						"needed_by", &needed_by, "exit_code", &code),
				 0);
		assert_true(json_is_array(needed_by));
		assert_int_equal(json_array_size(needed_by) > 0, code != NP_EXIT_OK);
	}
}

static void test_intel_host(void **state)
{
	int code;
	json_t *o;

	(void)state;
	fake_intel_host();
	o = doctor_json(&code);
	assert_int_equal(code, NP_EXIT_OK);
	assert_string_equal(json_string_value(json_object_get(o, "schema")), "nestprof-doctor/1");
	assert_string_equal(json_string_value(json_object_get(o, "kernel")), "6.1.0-fake");
	assert_verdict(o, "ab", true, NP_EXIT_OK);
	assert_verdict(o, "lab", true, NP_EXIT_OK);
	assert_facts_are_whole(o);
	json_decref(o);
}

static void test_amd_host(void **state)
{
	int code;
	json_t *o;

	(void)state;
	fake_amd_host();
	o = doctor_json(&code);
	assert_int_equal(code, NP_EXIT_OK);
	assert_verdict(o, "ab", true, NP_EXIT_OK);
	assert_facts_are_whole(o);
	json_decref(o);
	fake_amd_host_without_npt();
	o = doctor_json(&code);
	assert_int_equal(code, NP_EXIT_ONLY_LAB);
	assert_verdict(o, "ab", false, NP_EXIT_NO_VMX);
	assert_verdict(o, "lab", true, NP_EXIT_OK);
	assert_facts_are_whole(o);
	json_decref(o);
}

static void test_intel_host_without_apt(void **state)
{
	int code;
	json_t *o;

	(void)state;
	fake_intel_host();
	fake_remove("/usr/bin/apt-get");
	o = doctor_json(&code);
	assert_int_equal(code, NP_EXIT_ONLY_AB);
	assert_verdict(o, "lab", false, NP_EXIT_MISSING);
	json_decref(o);
}

static void test_container(void **state)
{
	int code;
	json_t *o;

	(void)state;
	fake_container();
	o = doctor_json(&code);
	assert_int_equal(code, NP_EXIT_NEITHER);
	assert_facts_are_whole(o);
	json_decref(o);
}

static void test_text(void **state)
{
	char *text;

	(void)state;
	fake_amd_host_without_npt();
	assert_int_equal(doctor(NULL, &text), NP_EXIT_ONLY_LAB);
	assert_non_null(strstr(text, "\n  nested paging: enable it in the firmware"));
	assert_non_null(strstr(text, "\nab: cannot run here: nested paging (no npt"));
	assert_non_null(strstr(text, "\nlab: can run here\n"));
	assert_null(strchr(text, '\033'));
	free(text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_intel_host), TEST(test_amd_host), TEST(test_intel_host_without_apt),
		TEST(test_container),  TEST(test_text),
	};

	return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
