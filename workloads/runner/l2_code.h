/* SPDX-License-Identifier: GPL-2.0-only */
/* The workloads' code, as l2_code.S embeds it. */
#ifndef NESTPROF_L2_CODE_H
#define NESTPROF_L2_CODE_H

#include <stddef.h>
#include <stdint.h>

struct l2_code {
	const char *name;
	const void *code;
	size_t size;
	uint64_t machine;    /* NP_L2_* */
	uint64_t pages;	     /* from NP_L2_MEMORY on */
	uint64_t pages_each; /* ... and of each iteration */
};

extern const struct l2_code l2_codes[]; /* ends with a name of NULL */

#endif
