/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether this process may load tracing programs. */
#ifndef NESTPROF_STAT_PRIVILEGES_H
#define NESTPROF_STAT_PRIVILEGES_H

/* 0, or fail()s with NP_EXIT_PRIVILEGE and names the capability that is missing. */
int privileges_check(void);

#endif
