// SPDX-License-Identifier: GPL-2.0-only
#include "collector/record/others.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/fail.h"

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:=+@%"

/* A word, as a shell takes it. */
static void print_word(FILE *out, const char *word)
{
	if (*word && !word[strspn(word, PLAIN)]) {
		fprintf(out, " %s", word);
		return;
	}
	fputs(" '", out);
	for (; *word; word++)
		fputs(*word == '\'' ? "'\\''" : (char[]){ *word, '\0' }, out);
	fputc('\'', out);
}

static void print_events(FILE *out, const struct record_options *o)
{
	if (!o->target.counts_only)
		fputs(" -e kvm:kvm_entry", out);
	fputs(" -e kvm:kvm_exit -e 'kvm:kvm_nested_*'", out);
}

static void print_command(FILE *out, const struct record_options *o, const char *before)
{
	if (!o->command && !o->target.duration)
		return;
	fputs(before, out);
	if (!o->command)
		fprintf(out, " sleep %g", o->target.duration);
	for (char **word = o->command; word && *word; word++)
		print_word(out, *word);
}

static const char *file_of(const struct record_options *o, const char *usual)
{
	return strcmp(o->file, RECORD_FILE) ? o->file : usual;
}

/* Its buffers are each CPU's; no build-ids, which take a look at every file that ran. */
static void print_perf(FILE *out, const struct record_options *o)
{
	fputs("perf record", out);
	if (o->target.pid)
		fprintf(out, " -p %llu", (unsigned long long)o->target.pid);
	else
		fputs(" -a", out);
	print_events(out, o);
	fputs(" -m 8M -B -o", out);
	print_word(out, file_of(o, "perf.data"));
	print_command(out, o, " --");
}

/* It follows threads, not processes. */
static void print_trace_cmd(FILE *out, const struct record_options *o)
{
	fputs("trace-cmd record", out);
	if (o->target.pid)
		fprintf(out, " -P \"$(ls /proc/%llu/task | paste -sd,)\"",
			(unsigned long long)o->target.pid);
	print_events(out, o);
	fputs(" -b 16384 -o", out);
	print_word(out, file_of(o, "trace.dat"));
	print_command(out, o, "");
}

static int check(const struct record_options *o)
{
	const char *what = NULL;

	if (o->fields)
		what = "--fields";
	else if (o->target.shadow_sync)
		what = "--shadow-sync";
	else if (o->target.vm)
		what = "--vm; name its process with -p";
	else if (o->target.vcpu != NP_ANY_VCPU)
		what = "--vcpu; it is an option of 'nestprof report', too";
	if (!what)
		return 0;
	return fail(NP_EXIT_USAGE, -EINVAL, "neither perf nor trace-cmd can do %s", what);
}

int others_print(const struct record_options *o, enum record_with with)
{
	int err = check(o);

	if (err)
		return err;
	if (with == RECORD_WITH_PERF)
		print_perf(stdout, o);
	else
		print_trace_cmd(stdout, o);
	putchar('\n');
	if (fflush(stdout))
		return fail(NP_EXIT_NO_SPACE, -errno, "cannot write: %s", strerror(errno));
	return 0;
}
