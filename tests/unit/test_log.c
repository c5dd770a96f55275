// SPDX-License-Identifier: GPL-2.0-only
/* What log.c writes to stderr when that is a file, and when it is a terminal. */
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/log.h"

static void read_until_quiet(int fd, char *text, size_t size)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t have = 0;

	while (have + 1 < size && poll(&p, 1, 200) == 1) {
		ssize_t n = read(fd, text + have, size - 1 - have);

		assert_true(n > 0);
		have += n;
	}
	text[have] = '\0';
}

/* What `speak` writes to a stderr that is `to`, read from `from`. */
static void capture(int to, int from, void (*speak)(void), char *text, size_t size)
{
	int before = dup(STDERR_FILENO);

	assert_true(before >= 0);
	fflush(stderr);
	assert_int_equal(dup2(to, STDERR_FILENO), STDERR_FILENO);
	speak();
	fflush(stderr);
	assert_int_equal(dup2(before, STDERR_FILENO), STDERR_FILENO);
	close(before);
	read_until_quiet(from, text, size);
}

static void on_pipe(void (*speak)(void), char *text, size_t size)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	capture(fds[1], fds[0], speak, text, size);
	close(fds[0]);
	close(fds[1]);
}

static void on_terminal(void (*speak)(void), char *text, size_t size)
{
	struct winsize w = { .ws_row = 24, .ws_col = 40 };
	int master, slave;

	assert_int_equal(openpty(&master, &slave, NULL, NULL, &w), 0);
	capture(slave, master, speak, text, size);
	close(slave);
	close(master);
}

static void one_phase(void)
{
	log_phase("boot %s", "L0");
	log_phase_says("a \033[31mline\007 of the guest");
	log_note("a note");
	log_warn("odd: %d", 7);
	log_phase_end();
}

static void test_plain_lines_off_a_terminal(void **state)
{
	char text[1024], expect[] = "s] boot L0\na note\nnestprof: warning: odd: 7\n";
	char *p;

	(void)state;
	on_pipe(one_phase, text, sizeof(text));
	assert_int_equal(text[0], '[');
	p = strstr(text, "s] ");
	assert_non_null(p);
	assert_string_equal(p, expect);
	assert_null(strchr(text, '\r'));
	assert_null(strchr(text, '\033'));
}

static void test_guest_cannot_write_to_the_terminal(void **state)
{
	char text[4096];

	(void)state;
	on_terminal(one_phase, text, sizeof(text));
	assert_non_null(strstr(text, "boot L0: a [31mline of the"));
	assert_null(strchr(text, '\007'));
	assert_null(strstr(text, "\033[31m"));
	assert_non_null(strstr(text, "\r\033[K")); /* rewritten in place */
}

static void long_phase(void)
{
	log_phase("%s", "boot");
	log_phase_says("0123456789012345678901234567890123456789012345678901234567890123456789");
	log_phase_end();
}

static void test_status_stays_on_one_line(void **state)
{
	char text[4096];

	(void)state;
	on_terminal(long_phase, text, sizeof(text));
	for (char *p = strtok(text, "\r\n"); p; p = strtok(NULL, "\r\n"))
		assert_true(strlen(p) <= strlen("\033[K") + 39);
}

static void test_end_without_a_phase(void **state)
{
	char text[64];

	(void)state;
	on_terminal(log_phase_end, text, sizeof(text));
	assert_string_equal(text, "");
}

static void test_colour_only_on_a_terminal(void **state)
{
	int master, slave, fds[2];

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	assert_int_equal(pipe(fds), 0);
	unsetenv("NO_COLOR");
	assert_string_equal(log_bold(fds[1]), "");
	assert_string_not_equal(log_bold(slave), "");
	assert_string_not_equal(log_reset(slave), "");
	setenv("NO_COLOR", "1", 1);
	assert_string_equal(log_bold(slave), "");
	setenv("NO_COLOR", "", 1);
	assert_string_not_equal(log_bold(slave), "");
	unsetenv("NO_COLOR");
	close(master);
	close(slave);
	close(fds[0]);
	close(fds[1]);
}

static void test_elapsed_grows(void **state)
{
	double before = log_elapsed();

	(void)state;
	usleep(2000);
	assert_true(log_elapsed() >= before + 0.002);
	assert_true(log_elapsed() < before + 60);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_lines_off_a_terminal),
		cmocka_unit_test(test_guest_cannot_write_to_the_terminal),
		cmocka_unit_test(test_status_stays_on_one_line),
		cmocka_unit_test(test_end_without_a_phase),
		cmocka_unit_test(test_colour_only_on_a_terminal),
		cmocka_unit_test(test_elapsed_grows),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
