// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/fsutil.h"
#include "collector/base/log.h"
#include "collector/base/proc.h"

#define SH(script) ((const char *const[]){ "sh", "-c", script, NULL })

/* All there is to read, or until `want` is seen. */
static void read_text(int fd, const char *want, char *text, size_t size)
{
	size_t have = 0;
	ssize_t n;

	text[0] = '\0';
	while (have + 1 < size && (!want || !strstr(text, want))) {
		n = read(fd, text + have, size - 1 - have);
		if (n <= 0)
			break;
		have += n;
		text[have] = '\0';
	}
}

/* Gone, or a zombie that init has not reaped yet. */
static bool is_gone(pid_t pid)
{
	char path[64], line[256], *p;

	for (int i = 0; i < 200; i++) {
		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		if (fs_read_line(path, line, sizeof(line)) < 0)
			return true;
		p = strrchr(line, ')');
		if (p && p[2] == 'Z')
			return true;
		poll(NULL, 0, 10);
	}
	return false;
}

static int wait_status(struct proc *p)
{
	int status = -1;

	for (int i = 0; i < 500 && proc_poll(p, &status) == 0; i++)
		poll(NULL, 0, 10);
	return status;
}

static void test_run_gives_output_and_status(void **state)
{
	char *output;

	(void)state;
	assert_int_equal(proc_run(SH("echo out; echo err >&2; exit 3"), &output), 3);
	assert_non_null(strstr(output, "out\n"));
	assert_non_null(strstr(output, "err\n"));
	free(output);
	assert_int_equal(proc_run(SH("exit 0"), NULL), 0);
	assert_int_equal(proc_run(SH("kill -9 $$"), NULL), 128 + SIGKILL);
}

static void test_run_much_output(void **state)
{
	char *output;

	(void)state;
	assert_int_equal(proc_run(SH("head -c 300000 /dev/zero | tr '\\0' x"), &output), 0);
	assert_int_equal(strlen(output), 300000);
	free(output);
}

static void test_run_of_no_program(void **state)
{
	static const char *const argv[] = { "nestprof-no-such-program", NULL };
	char *output;

	(void)state;
	assert_int_equal(proc_run(argv, &output), 127);
	free(output);
}

static void test_stdin_is_not_ours(void **state)
{
	(void)state;
	assert_int_equal(proc_run(SH("read x"), NULL), 1); /* end of file, at once */
}

static void test_pipes(void **state)
{
	struct proc p;
	char text[64];

	(void)state;
	assert_int_equal(proc_start(&p, SH("read x; echo got $x"), PROC_PIPE_IN | PROC_PIPE_OUT),
			 0);
	assert_int_equal(write_all(p.in, "this\n", 5), 0);
	read_text(p.out, NULL, text, sizeof(text));
	assert_string_equal(text, "got this\n");
	assert_int_equal(wait_status(&p), 0);
	proc_stop(&p, 0);
	assert_int_equal(p.in, -1);
	assert_int_equal(p.out, -1);
}

static void test_pty_is_a_terminal(void **state)
{
	struct proc p;
	char text[64];

	(void)state;
	assert_int_equal(
		proc_start(&p, SH("test -t 0 && test -t 1 && test -t 2 && echo tty"), PROC_PTY), 0);
	read_text(p.out, "tty", text, sizeof(text));
	assert_non_null(strstr(text, "tty"));
	proc_stop(&p, 1000);
}

static void test_stop_ends_grandchildren(void **state)
{
	struct proc p;
	char text[64];
	pid_t grandchild;

	(void)state;
	assert_int_equal(proc_start(&p, SH("sleep 60 & echo $!; wait"), PROC_PIPE_OUT), 0);
	read_text(p.out, "\n", text, sizeof(text));
	grandchild = atoi(text);
	assert_true(grandchild > 0);
	proc_stop(&p, 1000);
	assert_int_equal(p.pid, 0);
	assert_true(is_gone(grandchild));
}

static void test_stop_kills_what_ignores_sigterm(void **state)
{
	struct proc p;
	char text[64];
	pid_t pid;
	double before = log_elapsed();

	(void)state;
	assert_int_equal(proc_start(&p, SH("trap '' TERM; echo up; while :; do sleep 1; done"),
				    PROC_PIPE_OUT),
			 0);
	read_text(p.out, "up", text, sizeof(text));
	pid = p.pid;
	proc_stop(&p, 100);
	assert_true(is_gone(pid));
	assert_true(log_elapsed() - before < 5);
}

static void test_stop_of_nothing(void **state)
{
	struct proc p = PROC_NONE;

	(void)state;
	proc_stop(&p, 1000);
	assert_int_equal(proc_poll(&p, NULL), -ESRCH);
}

/* SIGKILL of the parent takes the child along. */
static void test_child_dies_with_us(void **state)
{
	static const char *const sleeper[] = { "sleep", "60", NULL };
	int fds[2], status;
	pid_t parent, child;
	struct proc p;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	parent = fork();
	if (parent == 0) {
		if (proc_start(&p, sleeper, 0) < 0 ||
		    write(fds[1], &p.pid, sizeof(p.pid)) != sizeof(p.pid))
			_exit(1);
		pause();
		_exit(1);
	}
	assert_int_equal(read(fds[0], &child, sizeof(child)), sizeof(child));
	/* A moment, so that the child is past its prctl(). */
	poll(NULL, 0, 100);
	assert_int_equal(kill(child, 0), 0);
	assert_int_equal(kill(parent, SIGKILL), 0);
	assert_int_equal(waitpid(parent, &status, 0), parent);
	assert_true(is_gone(child));
	close(fds[0]);
	close(fds[1]);
}

/* Last: the flag stays. In a child, so that this process never sees it. */
static void test_interrupt_ends_a_run(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		np_catch_signals();
		alarm(20); /* not caught: a hang is a failure */
		if (np_interrupted())
			_exit(2);
		if (proc_run(SH("kill -INT $PPID; sleep 60"), NULL) != -EINTR)
			_exit(3);
		_exit(np_interrupted() ? 0 : 4);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run_gives_output_and_status),
		cmocka_unit_test(test_run_much_output),
		cmocka_unit_test(test_run_of_no_program),
		cmocka_unit_test(test_stdin_is_not_ours),
		cmocka_unit_test(test_pipes),
		cmocka_unit_test(test_pty_is_a_terminal),
		cmocka_unit_test(test_stop_ends_grandchildren),
		cmocka_unit_test(test_stop_kills_what_ignores_sigterm),
		cmocka_unit_test(test_stop_of_nothing),
		cmocka_unit_test(test_child_dies_with_us),
		cmocka_unit_test(test_interrupt_ends_a_run),
	};

	return cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}
