/* SPDX-License-Identifier: GPL-2.0-only */
/* A command's options as --help shows them: the tables of all its argps, flat. */
#ifndef NESTPROF_DESCRIBE_OPTIONS_H
#define NESTPROF_DESCRIBE_OPTIONS_H

#include <argp.h>
#include <stdint.h>

#define MAX_OPTIONS 64

struct option_line {
	char letter; /* 0: none */
	const char *name, *arg, *doc;
	const char *header; /* of its group; NULL: none */
	int group;
};

struct option_list {
	uint32_t n;
	struct option_line line[MAX_OPTIONS];
};

/* By groups; within one as the tables have them. Ends the program when there are too many. */
void options_of(const struct argp *argp, struct option_list *l);

#endif
