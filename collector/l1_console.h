/* SPDX-License-Identifier: GPL-2.0-only */
/* What is heard from L1: its console's lines, the runner's among them. */
#ifndef NESTPROF_L1_CONSOLE_H
#define NESTPROF_L1_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/base/linebuf.h"
#include "collector/base/proc.h"
#include "workloads/runner/protocol.h"

struct l1_console {
	struct linebuf lines;  /* the console */
	struct linebuf errors; /* stderr: QEMU's own complaints */
	char answer[NP_LINE_MAX]; /* the runner's line, without "@np "; "" when none */
	bool panicked;
	bool verbose;
};

/*
 * Listens until the runner has answered: 0, and the answer is taken into
 * `answer`. -ETIMEDOUT; -EPIPE: the process closed its console or ended;
 * -EIO: L1's kernel panicked; -EINTR: np_interrupted().
 */
int l1_console_wait(struct l1_console *c, struct proc *p, double timeout_s,
		    char answer[NP_LINE_MAX]);

/* The last lines, as one line; QEMU's own complaints after them. */
void l1_console_text(const struct l1_console *c, bool with_errors, char *out, size_t size);

#endif
