/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sources of another Debian suite, made from the machine's own: the same
 * mirror and the same keys, with the suite's name put in.
 */
#ifndef NESTPROF_APT_SOURCES_H
#define NESTPROF_APT_SOURCES_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/lab/apt.h"

/* A mirror, as apt lists it, with the keys that the machine trusts for it. */
struct apt_mirror {
	char uri[NP_PATH];
	char entry[NP_PATH];	/* where it is from: "FILE:N" */
	char signed_by[16384];	/* the field's text; "": whatever apt trusts */
};

/* Names of the fields, separated by '|', that apt_mirror_find() wants of apt-get indextargets. */
#define APT_MIRROR_FORMAT "$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)|$(SOURCESENTRY)"

/* The mirror that has Debian's main component under this label ("Debian", "Debian-Security"). */
int apt_mirror_find(struct apt_mirror *m, const char *targets, const char *label);

/* Reads m->signed_by from m->entry: stanza N of a .sources file, or line N of a .list. */
int apt_mirror_read_keys(struct apt_mirror *m);

/*
 * Writes a->sources for a suite, its security updates with it where the
 * machine has a mirror of those and `security` is set, and fetches the lists.
 */
int apt_use_suite(const struct apt *a, const char *suite, bool security);

#endif
