/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A temporary folder that bears our PID in its name, so that the next
 * nestprof can tell, and remove, what one left that was killed.
 */
#ifndef NESTPROF_WORKDIR_H
#define NESTPROF_WORKDIR_H

#include "collector/base/fsutil.h"

/* base/prefix-<pid>, new and empty; those of processes that are gone are removed. */
int workdir_make(char out[NP_PATH], const char *base, const char *prefix);

#endif
