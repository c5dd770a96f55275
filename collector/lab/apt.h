/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * apt turned to folders of its own, in which nothing is installed: it
 * resolves, fetches and verifies, and the machine's packages stay as they are.
 */
#ifndef NESTPROF_APT_H
#define NESTPROF_APT_H

#include <stdbool.h>

#include "collector/base/fsutil.h"

#define APT_OPTION (NP_PATH + 40)
#define APT_MAX_OPTIONS 12

struct apt {
	char archives[NP_PATH]; /* where packages are fetched to */
	char sources[NP_PATH];	/* for sources of its own: a file to write */
	int nr_options;
	char option[APT_MAX_OPTIONS][APT_OPTION];
};

/* Makes the folders below `dir`. Sources are the machine's own, or those written to a->sources. */
int apt_open(struct apt *a, const char *dir, bool own_sources);

/*
 * Runs apt-get or apt-cache. *output (may be NULL) is malloc'ed. A failure is
 * fail()ed with apt's own first error line.
 */
int apt_run(const struct apt *a, const char *tool, const char *const words[], char **output);

/* A package's .deb, without what it depends on, into a->archives. */
int apt_download(const struct apt *a, const char *package);

#endif
