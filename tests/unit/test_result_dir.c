// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/result_json.h"
#include "collector/base/fail.h"
#include "collector/result_dir.h"
#include "tests/unit/sample_result.h"

/* After fail.h: it defines a macro fail(). */
#include <cmocka.h>

#define STAMP "[0-9][0-9][0-9][0-9][01][0-9][0-3][0-9]-[0-2][0-9][0-5][0-9][0-6][0-9]"

static char top[64], base[NP_PATH];

static int setup(void **state)
{
	(void)state;
	fail_clear();
	snprintf(top, sizeof(top), "/tmp/nestprof-test-XXXXXX");
	if (!mkdtemp(top))
		return -1;
	return fs_path(base, "%s/made/on/the/way", top);
}

static int teardown(void **state)
{
	(void)state;
	return fs_remove(top);
}

static const char *name_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static bool there(const char *dir, const char *name)
{
	char path[NP_PATH];

	assert_int_equal(fs_path(path, "%s/%s", dir, name), 0);
	return fs_exists(path);
}

static void test_names(void **state)
{
	char dir[3][NP_PATH];

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(result_dir_create(base, dir[i]), 0);
		assert_true(fs_exists(dir[i]));
		assert_int_equal(fnmatch(STAMP "*", name_of(dir[i]), 0), 0);
	}
	/* Within a second there are at least two of three; the clock may tick once. */
	assert_true(!fnmatch(STAMP "-2", name_of(dir[1]), 0) ||
		    !fnmatch(STAMP "-2", name_of(dir[2]), 0));
	assert_string_not_equal(dir[0], dir[1]);
	assert_string_not_equal(dir[1], dir[2]);
}

static void test_latest(void **state)
{
	char dir[NP_PATH], link[NP_PATH], to[NP_PATH];

	(void)state;
	for (int i = 0; i < 2; i++) {
		ssize_t n;

		assert_int_equal(result_dir_create(base, dir), 0);
		assert_int_equal(result_dir_publish(base, dir), 0);
		assert_int_equal(fs_path(link, "%s/latest", base), 0);
		n = readlink(link, to, sizeof(to) - 1);
		assert_true(n > 0);
		to[n] = '\0';
		assert_string_equal(to, name_of(dir));
	}
}

/* A folder of that name is someone's own: it stays, and nothing is left beside it. */
static void test_latest_is_a_folder(void **state)
{
	char dir[NP_PATH], link[NP_PATH], temp[64];

	(void)state;
	assert_int_equal(result_dir_create(base, dir), 0);
	assert_int_equal(fs_path(link, "%s/latest", base), 0);
	assert_int_equal(mkdir(link, 0777), 0);
	assert_true(result_dir_publish(base, dir) < 0);
	assert_non_null(strstr(fail_text(), link));
	snprintf(temp, sizeof(temp), ".latest.%d", (int)getpid());
	assert_false(there(base, temp));
}

static void test_files(void **state)
{
	struct np_result *r = sample_result(), *back = NULL;
	char dir[NP_PATH], path[NP_PATH], why[200], *text;

	(void)state;
	assert_int_equal(result_dir_create(base, dir), 0);
	assert_int_equal(result_dir_write(dir, r, false), 0);
	assert_int_equal(fs_path(path, "%s/result.json", dir), 0);
	assert_int_equal(fs_read(path, &text, NULL), 0);
	assert_int_equal(np_result_from_json(text, &back, why, sizeof(why)), 0);
	assert_int_equal(back->nr_arms, 3);
	assert_true(there(dir, "result.csv"));
	assert_false(there(dir, "exits.svg"));
	free(text);
	np_result_free(back);
	np_result_free(r);
}

/* Not to be able to draw is a warning; here there is no gnuplot in PATH. */
static void test_charts_are_not_needed(void **state)
{
	struct np_result *r = sample_result();
	char dir[NP_PATH], *path = strdup(getenv("PATH"));
	int err;

	(void)state;
	assert_int_equal(result_dir_create(base, dir), 0);
	setenv("PATH", top, 1);
	err = result_dir_write(dir, r, true);
	setenv("PATH", path, 1);
	assert_int_equal(err, 0);
	assert_null(fail_text());
	assert_true(there(dir, "result.json"));
	assert_false(there(dir, "exits.svg"));
	free(path);
	np_result_free(r);
}

static void test_base_is_a_file(void **state)
{
	char dir[NP_PATH];

	(void)state;
	assert_int_equal(fs_path(base, "%s/file", top), 0);
	assert_int_equal(fs_write(base, "x", 1), 0);
	assert_true(result_dir_create(base, dir) < 0);
	assert_int_equal(fail_code(), NP_EXIT_NO_SPACE);
	assert_non_null(strstr(fail_text(), base));
}

static void test_folder_went_away(void **state)
{
	struct np_result *r = sample_result();
	char dir[NP_PATH];

	(void)state;
	assert_int_equal(result_dir_create(base, dir), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(result_dir_write(dir, r, true), -ENOENT);
	assert_int_equal(fail_code(), NP_EXIT_NO_SPACE);
	assert_non_null(strstr(fail_text(), "result.json"));
	np_result_free(r);
}

/* Files cannot grow beyond a limit here, as on a full disk. */
static void test_full_disk(void **state)
{
	struct np_result *r = sample_result();
	struct rlimit limit, small;
	char dir[NP_PATH];
	int err;

	(void)state;
	assert_int_equal(result_dir_create(base, dir), 0);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	small = (struct rlimit){ 4096, limit.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	err = result_dir_write(dir, r, false);
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_int_equal(err, -EFBIG);
	assert_int_equal(fail_code(), NP_EXIT_NO_SPACE);
	assert_non_null(strstr(fail_text(), dir));
	assert_false(fs_exists(dir)); /* nothing half-written, no empty folder */
	np_result_free(r);
}

static void test_too_long(void **state)
{
	char dir[NP_PATH];

	(void)state;
	memset(base, 'x', NP_PATH - 1);
	base[NP_PATH - 1] = '\0';
	assert_true(result_dir_create(base, dir) < 0);
	assert_int_equal(fail_code(), NP_EXIT_NO_SPACE);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_names),		      T(test_latest),	     T(test_latest_is_a_folder),
		T(test_files),		      T(test_charts_are_not_needed),
		T(test_base_is_a_file),	      T(test_folder_went_away),
		T(test_full_disk),	      T(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
