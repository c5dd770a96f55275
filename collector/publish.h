/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of `ab` and `lab`: the result as files, and as a page on stdout. */
#ifndef NESTPROF_PUBLISH_H
#define NESTPROF_PUBLISH_H

#include <stdbool.h>

#include "analysis/result.h"
#include "analysis/uarch.h"

/*
 * Whether results could be written below `base`, which need not exist yet: to
 * be asked before a minute's work. fail()s; makes nothing.
 */
int publish_check(const char *base);

/* base/<time>/ and base/latest; -EBADMSG when a verified count disagrees,
 * -ENODATA when a workload failed. */
int publish_result(const struct np_result *r, const char *base, bool charts);

/*
 * After publish_result(), which returned `err`, the Turtles report on stdout: also of what is
 * left when a workload failed. uarch: NULL for none. Returns the first error.
 */
int publish_turtles(const struct np_result *r, const struct np_uarch *u, int err);

#endif
