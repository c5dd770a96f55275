// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/base/out.h"
#include "collector/base/proc.h"
#include "collector/commands.h"
#include "collector/host/kvm_module.h"

static const struct command {
	const char *name, *text;
	int (*run)(int argc, char **argv);
} commands[] = {
#define X(name, text) { #name, text, cmd_##name },
	NP_COMMANDS(X)
#undef X
};

#define NR_COMMANDS (sizeof(commands) / sizeof(*commands))

static void usage(FILE *out)
{
	fputs("Usage: nestprof COMMAND [OPTION...]\n"
	      "Measures nested virtualization on KVM: what an exit of L2 costs, and why.\n\n",
	      out);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].text);
	fprintf(out, "\n'nestprof COMMAND --help' lists a command's options.\n");
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/* The one place that prints an error: one line, and the exit code with it. */
static int report(int result)
{
	const char *text = fail_text();

	log_phase_end();
	/* A host that is not as it was found is said even after Ctrl-C. */
	if (np_interrupted() && result != NP_EXIT_OK && result != NP_EXIT_RESTORE) {
		fprintf(stderr, "nestprof: interrupted; everything was put back\n");
		return NP_EXIT_INTERRUPTED;
	}
	if (result != NP_EXIT_OK && text)
		fprintf(stderr, "nestprof: %s\n", text);
	return result;
}

/* Help and version, too, are written to who cannot take them. */
static void check_stdout(int status, void *arg)
{
	bool lost = fflush(stdout) || ferror(stdout);

	(void)arg;
	if (status != NP_EXIT_OK || !lost || out_reader_is_gone(stdout))
		return; /* who has left need not be told */
	fprintf(stderr, "nestprof: cannot write to standard output: %s\n", strerror(errno));
	_exit(NP_EXIT_NO_SPACE);
}

/* ab and calibrate make up for it, doctor has it among its facts; the others say so. */
static void say_left_behind(const struct command *c)
{
	char what[200];
	int left;

	if (c->run == cmd_ab || c->run == cmd_calibrate || c->run == cmd_doctor)
		return;
	left = kvm_module_left_behind(what, sizeof(what));
	if (left == 1)
		log_warn("%s; 'nestprof ab --recover' puts them back", what);
	else if (left == -EBADMSG)
		log_warn("%s", what);
}

int main(int argc, char **argv)
{
	const struct command *c;
	static char name[64];

	/* Or glibc keeps what the kernel's BTF took for a moment: 10 MiB. */
	mallopt(M_MMAP_THRESHOLD, 128 << 10);
	on_exit(check_stdout, NULL);
	if (argc < 2) {
		usage(stderr);
		return NP_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return NP_EXIT_OK;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("nestprof %s\n", NP_VERSION);
		return NP_EXIT_OK;
	}
	c = find(argv[1]);
	if (!c) {
		fprintf(stderr, "nestprof: unknown command '%s'; see 'nestprof --help'\n", argv[1]);
		return NP_EXIT_USAGE;
	}
	/* argp names the program and its usage errors by these. */
	argp_err_exit_status = NP_EXIT_USAGE;
	snprintf(name, sizeof(name), "nestprof %s", c->name);
	argv[1] = name;
	np_catch_signals();
	say_left_behind(c);
	return report(c->run(argc - 1, argv + 1));
}
