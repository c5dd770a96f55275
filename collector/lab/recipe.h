/* SPDX-License-Identifier: GPL-2.0-only */
/* What an image is made from. Its hash is the name under which one is looked up. */
#ifndef NESTPROF_RECIPE_H
#define NESTPROF_RECIPE_H

#include <stdbool.h>

struct recipe_package {
	const char *name;
	/* A library of nestprof's own, which it needs in L0; NULL for others. */
	const char *library;
	/* A tool to compare nestprof with: only where it is asked for. NULL for others. */
	const char *tracer;
};

/* Ends with a NULL name. */
extern const struct recipe_package recipe_packages[];

/* In each suite of Debian, the package that stands for the newest kernel. */
extern const char recipe_kernel[];

/* What an image can have besides; a bit each. */
enum image_parts {
	IMAGE_TRACERS = 1, /* perf and trace-cmd, in L0 */
	IMAGE_QEMU = 2,	   /* QEMU to run on this machine, with its emulation of CPUs */
};

/* Whether an image with these parts takes the package. */
bool recipe_takes(const struct recipe_package *p, unsigned parts);

/* SHA-256 of all of the above and of the way stage.c uses it, in hex. */
void recipe_hash(unsigned parts, char out[65]);

/* ... and of the packages' contents. */
void recipe_content_hash(const char *manifest, unsigned parts, char out[65]);

#endif
