/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a kernel comes from: a suite of Debian, packages that are here, or files. */
#ifndef NESTPROF_KERNEL_SOURCE_H
#define NESTPROF_KERNEL_SOURCE_H

#include <stdbool.h>

#include "collector/lab/kernels.h"

struct kernel_source {
	const struct lab_kernel_choice *choice;
	const char *suite; /* NULL: files */
	bool security;	   /* the suite has security updates in an archive of their own */
	bool debs;	   /* the files are packages */
	char modules[NP_PATH]; /* of a file that is no package */
	char key[65];	   /* the same for the same source; of files, by their contents */
};

/* fail()s with NP_EXIT_USAGE when there is no such kernel. */
int kernel_source_find(struct kernel_source *s, const struct lab_kernel_choice *choice);

/* Whether `release` or the package's version is the one that was asked for by its number. */
bool kernel_version_fits(const char *wanted, const char *release, const char *package);

/*
 * Gets it into `build`: the kernel's and the modules' path, and a manifest of
 * what it is made from (malloc'ed).
 */
int kernel_source_get(const struct kernel_source *s, const char *build, char kernel[NP_PATH],
		      char modules[NP_PATH], char **manifest);

#endif
