/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lab's cache: what is made once is kept under the hash of what is in it,
 * and found by a link that is named after what it was made from.
 *
 *   CACHE/lock                 one builder at a time
 *   CACHE/current-<recipe>     -> images/<hash>: QEMU, Bochs and the like
 *   CACHE/kernel-<source>      -> kernels/<hash>
 *   CACHE/build-<pid>/         under way
 */
#ifndef NESTPROF_CACHE_H
#define NESTPROF_CACHE_H

#include <stdint.h>

#include "collector/base/fsutil.h"

#define CACHE_BUDGET (1ull << 30) /* bytes of all that is kept */
#define CACHE_IN_USE_S 600	 /* what was used since is spared */

/* $NESTPROF_CACHE, else $XDG_CACHE_HOME/nestprof, else ~/.cache/nestprof. */
int lab_cache_dir(char out[NP_PATH]);

/* Makes the cache if it is not there, and waits for other builders: a file to close, or -errno. */
int cache_lock(const char *cache);

/* A folder to build in, if there is room for `need` bytes. With the lock held. */
int cache_build_dir(const char *cache, uint64_t need, char out[NP_PATH]);

/* What the link points to, as a path; -ENOENT when it is not there. Counts as a use. */
int cache_find(const char *link, char out[NP_PATH]);

/* Moves a folder in as KIND/HASH (NULL: it is there), and points the link to it. */
int cache_keep(const char *cache, const char *built, const char *kind, const char *hash,
	       const char *link);

/*
 * Removes what no link points at, and of kernels, which are many, the longest
 * unused until all is within the budget. With the lock held.
 */
void cache_prune(const char *cache, uint64_t budget);

#endif
