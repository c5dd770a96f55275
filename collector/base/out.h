/* SPDX-License-Identifier: GPL-2.0-only */
/* What a command prints on standard output, at its end. */
#ifndef NESTPROF_OUT_H
#define NESTPROF_OUT_H

#include <stdbool.h>
#include <stdio.h>

/* `err`, or fail()s when standard output did not take all that was printed. */
int out_end(int err);

/* Whether nobody is left to read from a pipe. */
bool out_reader_is_gone(FILE *out);

/* Prints `text` and frees it; without any, there was no memory for it (-ENOMEM). */
int out_text(char *text);

#endif
