// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/fsutil.h"

static char dir[] = "/tmp/nestprof-fs-XXXXXX";

static const char *in_dir(const char *name)
{
	static char path[2][NP_PATH];
	static int turn;

	turn = !turn;
	assert_int_equal(fs_path(path[turn], "%s/%s", dir, name), 0);
	return path[turn];
}

static int setup(void **state)
{
	(void)state;
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return fs_remove(dir);
}

static void test_write_and_read(void **state)
{
	static const size_t sizes[] = { 0, 1, 4094, 4095, 4096, 4097, 100000 };
	char *data = malloc(100000), *back;
	size_t len;

	(void)state;
	assert_non_null(data);
	for (size_t i = 0; i < 100000; i++)
		data[i] = i * 7;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(fs_write(in_dir("f"), data, sizes[i]), 0);
		assert_int_equal(fs_read(in_dir("f"), &back, &len), 0);
		assert_int_equal(len, sizes[i]);
		assert_memory_equal(back, data, len);
		assert_int_equal(back[len], '\0');
		free(back);
	}
	free(data);
}

static void test_reads_proc(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(fs_read("/proc/self/status", &text, NULL), 0);
	assert_non_null(strstr(text, "Pid:"));
	free(text);
}

static void test_errors(void **state)
{
	char *text, line[8];

	(void)state;
	assert_int_equal(fs_read(in_dir("none"), &text, NULL), -ENOENT);
	assert_int_equal(fs_read(dir, &text, NULL), -EISDIR);
	assert_int_equal(fs_read_line(in_dir("none"), line, sizeof(line)), -ENOENT);
	assert_int_equal(fs_write(in_dir("none/f"), "x", 1), -ENOENT);
	assert_int_equal(fs_write_atomic(in_dir("none/f"), "x", 1), -ENOENT);
	assert_int_equal(fs_copy(in_dir("none"), in_dir("f")), -ENOENT);
	assert_false(fs_exists(in_dir("f")));
}

static void test_full_disk(void **state)
{
	(void)state;
	assert_int_equal(fs_write("/dev/full", "x", 1), -ENOSPC);
}

static void test_read_line(void **state)
{
	char line[8];

	(void)state;
	assert_int_equal(fs_write(in_dir("f"), "one\ntwo\n", 8), 0);
	assert_int_equal(fs_read_line(in_dir("f"), line, sizeof(line)), 0);
	assert_string_equal(line, "one");
	assert_int_equal(fs_write(in_dir("f"), "much longer", 11), 0);
	assert_int_equal(fs_read_line(in_dir("f"), line, sizeof(line)), 0);
	assert_string_equal(line, "much lo");
	assert_int_equal(fs_write(in_dir("f"), "", 0), 0);
	assert_int_equal(fs_read_line(in_dir("f"), line, sizeof(line)), 0);
	assert_string_equal(line, "");
}

static void test_write_atomic_leaves_no_temporary(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(fs_write_atomic(in_dir("f"), "old", 3), 0);
	assert_int_equal(fs_write_atomic(in_dir("f"), "newer", 5), 0);
	assert_int_equal(fs_read(in_dir("f"), &text, NULL), 0);
	assert_string_equal(text, "newer");
	free(text);
	assert_int_equal(unlink(in_dir("f")), 0);
	assert_int_equal(rmdir(dir), 0); /* empty */
	assert_int_equal(mkdir(dir, 0700), 0);
}

static void test_write_atomic_that_fails_keeps_the_old(void **state)
{
	(void)state;
	assert_int_equal(fs_mkdirs(in_dir("d/sub")), 0);
	assert_int_equal(fs_write_atomic(in_dir("d"), "x", 1), -EISDIR);
	assert_int_equal(fs_remove(in_dir("d")), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(mkdir(dir, 0700), 0);
}

static void test_mkdirs_and_remove(void **state)
{
	(void)state;
	assert_int_equal(fs_mkdirs(in_dir("a/b/c")), 0);
	assert_int_equal(fs_mkdirs(in_dir("a/b/c")), 0);
	assert_int_equal(fs_write(in_dir("a/b/f"), "x", 1), 0);
	assert_int_equal(fs_mkdirs(in_dir("a/b/f/g")), -ENOTDIR);
	assert_int_equal(fs_remove(in_dir("a")), 0);
	assert_false(fs_exists(in_dir("a")));
	assert_int_equal(fs_remove(in_dir("a")), 0);
}

static void test_remove_does_not_follow_links(void **state)
{
	(void)state;
	assert_int_equal(fs_mkdirs(in_dir("kept")), 0);
	assert_int_equal(fs_write(in_dir("kept/f"), "x", 1), 0);
	assert_int_equal(fs_mkdirs(in_dir("gone")), 0);
	assert_int_equal(symlink(in_dir("kept"), in_dir("gone/link")), 0);
	assert_int_equal(fs_remove(in_dir("gone")), 0);
	assert_true(fs_exists(in_dir("kept/f")));
}

static void test_copy(void **state)
{
	struct stat st;
	char *text;

	(void)state;
	assert_int_equal(fs_write(in_dir("from"), "content", 7), 0);
	assert_int_equal(chmod(in_dir("from"), 0750), 0);
	assert_int_equal(fs_copy(in_dir("from"), in_dir("to")), 0);
	assert_int_equal(fs_read(in_dir("to"), &text, NULL), 0);
	assert_string_equal(text, "content");
	free(text);
	assert_int_equal(stat(in_dir("to"), &st), 0);
	assert_int_equal(st.st_mode & 0100, 0100);
	assert_int_equal(fs_copy(in_dir("from"), in_dir("none/to")), -ENOENT);
}

static void test_path_is_never_cut_off(void **state)
{
	char path[NP_PATH], longer[NP_PATH + 1];

	(void)state;
	memset(longer, 'x', NP_PATH);
	longer[NP_PATH] = '\0';
	assert_int_equal(fs_path(path, "%s", longer), -ENAMETOOLONG);
	longer[NP_PATH - 1] = '\0';
	assert_int_equal(fs_path(path, "%s", longer), 0);
	assert_int_equal(strlen(path), NP_PATH - 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_write_and_read),
		TEST(test_reads_proc),
		TEST(test_errors),
		TEST(test_full_disk),
		TEST(test_read_line),
		TEST(test_write_atomic_leaves_no_temporary),
		TEST(test_write_atomic_that_fails_keeps_the_old),
		TEST(test_mkdirs_and_remove),
		TEST(test_remove_does_not_follow_links),
		TEST(test_copy),
		TEST(test_path_is_never_cut_off),
	};

	return cmocka_run_group_tests_name("fsutil", tests, NULL, NULL);
}
