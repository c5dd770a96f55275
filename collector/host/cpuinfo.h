/* SPDX-License-Identifier: GPL-2.0-only */
/* What /proc/cpuinfo says of the first CPU. */
#ifndef NESTPROF_CPUINFO_H
#define NESTPROF_CPUINFO_H

#include <stdbool.h>

/* The value of "key\t: value"; malloc'ed, or NULL. */
char *cpuinfo(const char *key);

/* Is it one of the words of this text? False for NULL. */
bool has_word(const char *text, const char *word);

#endif
