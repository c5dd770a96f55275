// SPDX-License-Identifier: GPL-2.0-only
/* The lab's cache: what is kept, found, and pruned. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail /* cmocka has a macro of that name, of which we have no need */

#include "collector/base/fail.h"
#include "collector/lab/cache.h"
#include "tests/unit/temp_dir.h"

#define PART_SIZE 1000

/* A part of PART_SIZE bytes under that link, last used so long ago. */
static void keep(const char *kind, const char *hash, const char *link, time_t age)
{
	static const char bytes[PART_SIZE];
	struct timespec t[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = time(NULL) - age } };

	assert_int_equal(fs_mkdirs(in_dir("built")), 0);
	assert_int_equal(fs_write(in_dir("built/file"), bytes, sizeof(bytes)), 0);
	assert_int_equal(cache_keep(dir, in_dir("built"), kind, hash, in_dir(link)), 0);
	assert_int_equal(utimensat(AT_FDCWD, in_dir(link), t, AT_SYMLINK_NOFOLLOW), 0);
}

static void what_is_kept_is_found(void **state)
{
	char found[NP_PATH];
	struct stat st;

	(void)state;
	assert_int_equal(cache_find(in_dir("kernel-a"), found), -ENOENT);
	keep("kernels", "1234", "kernel-a", 5000);
	assert_int_equal(cache_find(in_dir("kernel-a"), found), 0);
	assert_string_equal(found, in_dir("kernels/1234"));
	assert_true(fs_exists(in_dir("kernels/1234/file")));
	assert_false(fs_exists(in_dir("built")));
	/* Finding it is a use. */
	assert_int_equal(lstat(in_dir("kernel-a"), &st), 0);
	assert_true(time(NULL) - st.st_mtime < 100);
}

static void a_link_moves_on_in_one_step(void **state)
{
	char found[NP_PATH];

	(void)state;
	keep("kernels", "old", "kernel-a", 0);
	keep("kernels", "new", "kernel-a", 0);
	assert_int_equal(cache_find(in_dir("kernel-a"), found), 0);
	assert_string_equal(found, in_dir("kernels/new"));
	cache_prune(dir, CACHE_BUDGET);
	assert_false(fs_exists(in_dir("kernels/old")));
	assert_true(fs_exists(in_dir("kernels/new")));
}

static void a_part_can_have_two_links(void **state)
{
	(void)state;
	keep("kernels", "one", "kernel-a", 0);
	assert_int_equal(cache_keep(dir, NULL, "kernels", "one", in_dir("kernel-b")), 0);
	assert_int_equal(unlink(in_dir("kernel-a")), 0);
	cache_prune(dir, CACHE_BUDGET);
	assert_true(fs_exists(in_dir("kernels/one/file")));
}

static void the_longest_unused_kernels_go_first(void **state)
{
	(void)state;
	keep("images", "tools", "current-x", 90000);
	keep("kernels", "a", "kernel-a", 8000);
	keep("kernels", "b", "kernel-b", 9000);
	keep("kernels", "c", "kernel-c", 7000);
	cache_prune(dir, 4 * PART_SIZE);
	assert_true(fs_exists(in_dir("kernels/b")));
	cache_prune(dir, 3 * PART_SIZE);
	assert_false(fs_exists(in_dir("kernels/b")));
	assert_false(fs_exists(in_dir("kernel-b")));
	assert_true(fs_exists(in_dir("kernels/a")));
	cache_prune(dir, 2 * PART_SIZE);
	assert_false(fs_exists(in_dir("kernels/a")));
	assert_true(fs_exists(in_dir("kernels/c")));
	/* The image is no kernel, however old. */
	cache_prune(dir, 0);
	assert_false(fs_exists(in_dir("kernels/c")));
	assert_true(fs_exists(in_dir("images/tools")));
}

static void what_a_run_may_be_using_stays(void **state)
{
	(void)state;
	keep("kernels", "a", "kernel-a", CACHE_IN_USE_S / 2);
	keep("kernels", "b", "kernel-b", CACHE_IN_USE_S * 2);
	cache_prune(dir, 0);
	assert_true(fs_exists(in_dir("kernels/a")));
	assert_false(fs_exists(in_dir("kernels/b")));
}

static void too_little_room_is_said_before_anything_is_built(void **state)
{
	char build[NP_PATH];

	(void)state;
	assert_int_equal(cache_build_dir(dir, 1, build), 0);
	assert_true(fs_exists(build));
	assert_int_equal(cache_build_dir(dir, UINT64_MAX, build), -ENOSPC);
	assert_int_equal(fail_code(), NP_EXIT_NO_SPACE);
	assert_non_null(strstr(fail_text(), dir));
	assert_false(fs_exists(build));
}

int main(void)
{
#define IN_A_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(what_is_kept_is_found),
		IN_A_FOLDER(a_link_moves_on_in_one_step),
		IN_A_FOLDER(a_part_can_have_two_links),
		IN_A_FOLDER(the_longest_unused_kernels_go_first),
		IN_A_FOLDER(what_a_run_may_be_using_stays),
		IN_A_FOLDER(too_little_room_is_said_before_anything_is_built),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
