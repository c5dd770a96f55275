/* SPDX-License-Identifier: GPL-2.0-only */
/* What makes times on this host vary, each with what to do about it. */
#ifndef NESTPROF_NOISE_H
#define NESTPROF_NOISE_H

#include <stdbool.h>
#include <stddef.h>

struct noise {
	const char *name;  /* one word: "turbo" */
	const char *found, *remedy;
};

/*
 * Calls `each` for what is there, of frequency governor, turbo, SMT, DAMON, unpinned vCPUs
 * (`pinned` says whether they are) and load. A host of one CPU, as in the lab, has none.
 */
void noise_find(bool pinned, void (*each)(const struct noise *n, void *arg), void *arg);

/* As warnings; `names` gets "turbo,smt", or "none". */
void noise_warn(bool pinned, char *names, size_t size);

#endif
