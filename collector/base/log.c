// SPDX-License-Identifier: GPL-2.0-only
#include "collector/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define PLAIN_INTERVAL_S 10.0 /* off a terminal: one progress line this often */

static struct timespec start;
static char phase[160];
static char heard[160];
static double last_plain;

__attribute__((constructor)) static void remember_start(void)
{
	clock_gettime(CLOCK_MONOTONIC, &start);
}

double log_elapsed(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - start.tv_sec) + (now.tv_nsec - start.tv_nsec) / 1e9;
}

/* A dumb terminal (L0's serial console in the lab) cannot rewrite a line. */
static bool on_terminal(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) == 1 && !(term && !strcmp(term, "dumb"));
}

static int columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
		return size.ws_col;
	return 80;
}

static void erase_status(void)
{
	if (on_terminal(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static void show_status(void)
{
	char line[400];

	if (!phase[0] || !on_terminal(STDERR_FILENO))
		return;
	snprintf(line, sizeof(line), "[%6.1f s] %s%s%s", log_elapsed(), phase,
		 heard[0] ? ": " : "", heard);
	fprintf(stderr, "\r\033[K%.*s", columns() - 1, line);
	fflush(stderr);
}

static void say(const char *prefix, const char *fmt, va_list ap)
{
	erase_status();
	fprintf(stderr, "%s", prefix);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	show_status();
}

void log_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
}

void log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("nestprof: warning: ", fmt, ap);
	va_end(ap);
}

void log_phase(const char *fmt, ...)
{
	va_list ap;

	log_phase_end();
	va_start(ap, fmt);
	vsnprintf(phase, sizeof(phase), fmt, ap);
	va_end(ap);
	if (on_terminal(STDERR_FILENO))
		show_status();
	else
		fprintf(stderr, "[%6.1f s] %s\n", log_elapsed(), phase);
	last_plain = log_elapsed();
}

static void keep_printable(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; *from && n + 1 < size; from++)
		if ((unsigned char)*from >= ' ' && *from != 0x7f)
			to[n++] = *from;
	to[n] = '\0';
}

void log_phase_says(const char *text)
{
	keep_printable(heard, sizeof(heard), text);
	if (on_terminal(STDERR_FILENO)) {
		show_status();
	} else if (phase[0] && log_elapsed() - last_plain > PLAIN_INTERVAL_S) {
		fprintf(stderr, "[%6.1f s] %s: %s\n", log_elapsed(), phase, heard);
		last_plain = log_elapsed();
	}
}

void log_phase_end(void)
{
	if (phase[0] && on_terminal(STDERR_FILENO)) {
		heard[0] = '\0';
		show_status();
		fputc('\n', stderr);
	}
	phase[0] = heard[0] = '\0';
}

static bool coloured(int fd)
{
	const char *no = getenv("NO_COLOR");

	return on_terminal(fd) && !(no && no[0]);
}

const char *log_bold(int fd)
{
	return coloured(fd) ? "\033[1m" : "";
}

const char *log_reset(int fd)
{
	return coloured(fd) ? "\033[0m" : "";
}
