/* SPDX-License-Identifier: GPL-2.0-only */
/* What an arm's guest is started from: told from other failures of it by looking before. */
#ifndef NESTPROF_L1_NEED_H
#define NESTPROF_L1_NEED_H

/* fail()s, with `what` it is, if it cannot be read. */
int l1_need_file(const char *path, const char *what);

/* A path, or a name that PATH has. A negative errno if there is none. */
int l1_need_program(const char *name);

#endif
