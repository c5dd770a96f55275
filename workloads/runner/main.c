// SPDX-License-Identifier: GPL-2.0-only
/* The workload runner: serves protocol.h on stdin and stdout; as PID 1, on L1's console. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "workloads/runner/init.h"
#include "workloads/runner/linux_vm.h"
#include "workloads/runner/macros.h"
#include "workloads/runner/native.h"
#include "workloads/runner/native_macro.h"
#include "workloads/runner/protocol.h"
#include "workloads/runner/symbols.h"
#include "workloads/runner/vm.h"

#define DEFAULT_TIMEOUT_S 60

/* In L1's initramfs; else they are said. */
static struct linux_files linux_files = { NP_L2_KERNEL, NP_L2_INITRD };
static bool native;	  /* without a guest */
static const char *guest; /* ... and what would be its init; or NULL */

__attribute__((format(printf, 1, 2))) static int say(const char *fmt, ...)
{
	char line[NP_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	strcat(line, "\n");
	return write_all(STDOUT_FILENO, line, strlen(line));
}

static int say_error(void)
{
	int err = say(NP_SAYS NP_ERROR " %s", fail_text());

	fail_clear();
	return err;
}

/* Length, 0 at the end of input. -E2BIG, -EPROTO: a line too long, or one without its end. */
static int read_line(char line[NP_LINE_MAX])
{
	size_t len = 0;
	ssize_t n;
	char c;

	while ((n = read(STDIN_FILENO, &c, 1)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (c == '\n')
			break;
		if (len < NP_LINE_MAX)
			line[len++] = c;
	}
	if (n == 0)
		return len ? -EPROTO : 0;
	if (len == NP_LINE_MAX)
		return -E2BIG;
	line[len] = '\0';
	return len + 1;
}

static const struct l2_code *find_code(const char *name)
{
	for (const struct l2_code *c = l2_codes; c->name; c++)
		if (name && strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static bool parse_number(const char *text, uint32_t *n)
{
	unsigned long long v;
	char *end;

	if (!text || text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	v = strtoull(text, &end, 10);
	*n = v;
	return !*end && !errno && v >= 1 && v <= NP_MAX_ITERATIONS;
}

static int parse_timeout(const char *text, uint32_t *seconds)
{
	*seconds = DEFAULT_TIMEOUT_S;
	if (text && !parse_number(text, seconds))
		return fail(NP_EXIT_L1, -EINVAL, "not a number of seconds: \"%.64s\"", text);
	return 0;
}

static int prepare(const char *name, const char *timeout)
{
	const struct macro *macro = macro_find(name);
	uint32_t timeout_s;
	int err = parse_timeout(timeout, &timeout_s);

	if (!err && !macro)
		err = fail(NP_EXIT_L1, -ENOENT, "no workload with a Linux is called \"%.64s\"",
			   name ? name : "");
	if (!err)
		err = native ? native_macro_prepare(guest, macro, timeout_s)
			     : macro_prepare(&linux_files, macro, timeout_s);
	return err ? err : say(NP_SAYS NP_PREPARED " %s", name);
}

static int measure(const struct l2_code *code, const struct macro *macro, uint32_t iterations,
		   uint32_t timeout_s, uint64_t *ticks)
{
	if (native && code)
		return native_run(code, iterations, ticks);
	if (native)
		return native_macro_run(guest, macro->name, iterations, timeout_s, ticks);
	if (code)
		macro_end();
	return code ? vm_run(code, iterations, ticks)
		    : macro_run(&linux_files, macro, iterations, timeout_s, ticks);
}

static int run(const char *name, const char *iterations, const char *timeout)
{
	const struct l2_code *code = find_code(name);
	const struct macro *macro = code ? NULL : macro_find(name);
	uint32_t n = 0, timeout_s;
	uint64_t ticks = 0;
	int err;

	if (!code && !macro)
		return fail(NP_EXIT_L1, -ENOENT, "no workload is called \"%.64s\"",
			    name ? name : "");
	if (!parse_number(iterations, &n))
		return fail(NP_EXIT_L1, -EINVAL, "not a number of iterations (1 to %u): \"%.64s\"",
			    NP_MAX_ITERATIONS, iterations ? iterations : "");
	err = parse_timeout(timeout, &timeout_s);
	if (!err)
		err = measure(code, macro, n, timeout_s, &ticks);
	return err ? err : say(NP_SAYS NP_RESULT " %s %u %llu", name, n, (unsigned long long)ticks);
}

static int say_symbol(const char *address)
{
	char symbol[NP_SYMBOL_SIZE];
	int err = symbol_of(address, symbol);

	return err ? err : say(NP_SAYS NP_SYMBOL " %s", symbol);
}

/* 0, also after an error that was said; 1 after "quit"; negative when nobody listens. */
static int obey(char *line)
{
	char *rest, *verb = strtok_r(line, " \r", &rest);
	char *name = strtok_r(NULL, " \r", &rest);
	char *iterations = strtok_r(NULL, " \r", &rest);
	char *timeout = strtok_r(NULL, " \r", &rest);
	int err;

	if (!verb)
		return 0;
	if (strcmp(verb, NP_QUIT) == 0)
		return 1;
	if (strcmp(verb, NP_SYMBOL) == 0 && !iterations)
		err = say_symbol(name);
	else if (strcmp(verb, NP_PREPARE) == 0 && !timeout)
		err = prepare(name, iterations);
	else if (strcmp(verb, NP_RUN) != 0)
		err = fail(NP_EXIT_L1, -EINVAL, "not a command: \"%.64s\"", verb);
	else if (strtok_r(NULL, " \r", &rest))
		err = fail(NP_EXIT_L1, -EINVAL, "too many words after \"" NP_RUN "\"");
	else
		err = run(name, iterations, timeout);
	return fail_text() ? say_error() : err;
}

static void serve(void)
{
	char line[NP_LINE_MAX];
	struct utsname u;
	int r, err;

	uname(&u);
	err = say(NP_SAYS NP_READY " %s", u.release);
	while (!err && (r = read_line(line)) != 0) {
		if (r > 0)
			err = obey(line);
		else if (r == -E2BIG)
			err = say(NP_SAYS NP_ERROR " a line of more than %d bytes",
				  NP_LINE_MAX - 1);
		else if (r == -EPROTO)
			err = say(NP_SAYS NP_ERROR " the input ended within a line");
		else
			err = r;
	}
}

int main(int argc, char **argv)
{
	bool init = getpid() == 1;

	native = argc > 1 && !strcmp(argv[1], NP_NATIVE);
	if (native)
		guest = argv[2];
	else if (!init && argc == 3)
		linux_files = (struct linux_files){ argv[1], argv[2] };
	if (init && init_begin() < 0)
		say_error();
	else
		serve();
	if (init)
		init_end();
	return 0;
}
