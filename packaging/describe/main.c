// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: describe man COMMAND DATE FILE | describe bash | describe zsh
 * Manual pages and completions, from the tables that --help is made of.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fsutil.h"
#include "collector/commands.h"
#include "packaging/describe/described.h"

const struct described described[] = {
#define X(name, text) { #name, text, &name##_argp },
	NP_COMMANDS(X)
#undef X
};
const size_t nr_described = sizeof(described) / sizeof(*described);

static int page(const char *command, const char *date, const char *file)
{
	const struct described *d = NULL;
	char *more;
	int err = fs_read(file, &more, NULL);

	for (size_t i = 0; i < nr_described; i++)
		if (!strcmp(described[i].name, command))
			d = &described[i];
	if (err || (!d && strcmp(command, "nestprof"))) {
		fprintf(stderr, "describe: %s: %s\n", err ? file : command,
			err ? strerror(-err) : "no such command");
		return 1;
	}
	roff_page(d, date, more);
	free(more);
	return 0;
}

int main(int argc, char **argv)
{
	int status = 0;

	if (argc == 5 && !strcmp(argv[1], "man"))
		status = page(argv[2], argv[3], argv[4]);
	else if (argc == 2 && !strcmp(argv[1], "bash"))
		completion_bash();
	else if (argc == 2 && !strcmp(argv[1], "zsh"))
		completion_zsh();
	else
		status = 2;
	return fflush(stdout) || ferror(stdout) ? 1 : status;
}
