/* SPDX-License-Identifier: GPL-2.0-only */
/* What is made of the commands' own tables. */
#ifndef NESTPROF_DESCRIBED_H
#define NESTPROF_DESCRIBED_H

#include <argp.h>
#include <stddef.h>

struct described {
	const char *name, *text;
	const struct argp *argp;
};

extern const struct described described[];
extern const size_t nr_described;

/*
 * A manual page on stdout; `more` is roff from docs/man, for what the tables do
 * not say. No command (NULL): nestprof(1).
 */
void roff_page(const struct described *d, const char *date, const char *more);

void completion_bash(void);
void completion_zsh(void);

#endif
