// SPDX-License-Identifier: GPL-2.0-only
#include "collector/bpf_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#define VERIFIER_LOG "-- BEGIN PROG LOAD LOG --"
#define VERIFIER_LOG_END "-- END PROG LOAD LOG --"

static char warning[200];
static char verdict[200];
static char line[sizeof(warning) + sizeof(verdict) + 2];

static void keep(char *to, size_t size, const char *from, size_t len)
{
	snprintf(to, size, "%.*s", (int)(len < size ? len : size - 1), from);
}

/* The last line of the log that is not a statistic. */
static void keep_verdict(char *log)
{
	char *next;

	for (char *at = log; at && *at; at = next) {
		size_t len = strcspn(at, "\n");

		next = at[len] ? at + len + 1 : NULL;
		if (!strncmp(at, VERIFIER_LOG_END, strlen(VERIFIER_LOG_END)))
			break;
		if (len && strncmp(at, "processed ", 10))
			keep(verdict, sizeof(verdict), at, len);
	}
}

static int on_message(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char *text, *log;

	if (level != LIBBPF_WARN || vasprintf(&text, fmt, ap) < 0)
		return 0;
	log = strstr(text, VERIFIER_LOG);
	if (log)
		keep_verdict(log + strcspn(log, "\n"));
	else if (!warning[0])
		keep(warning, sizeof(warning), text, strcspn(text, "\n"));
	free(text);
	return 0;
}

void bpf_log_catch(void)
{
	warning[0] = verdict[0] = '\0';
	libbpf_set_print(on_message);
}

const char *bpf_log_line(void)
{
	const char *said = !strncmp(warning, "libbpf: ", 8) ? warning + 8 : warning;

	snprintf(line, sizeof(line), "%s%s%s", said, said[0] && verdict[0] ? ": " : "", verdict);
	return line;
}
