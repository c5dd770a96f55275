/* SPDX-License-Identifier: GPL-2.0-only */
/* What ends a run of stat, or an interval of it. */
#ifndef NESTPROF_STAT_WAIT_H
#define NESTPROF_STAT_WAIT_H

#include <stdbool.h>
#include <sys/types.h>
#include <unistd.h>

#include "collector/base/proc.h"

enum stat_end {
	END_NOT_YET,
	END_TIME,
	END_SIGNAL,
	END_COMMAND,
	END_VM,
	END_READER, /* of our output */
	END_ERROR,
};

struct waiting {
	int vm;	     /* pidfd of the VM's process; -1: none */
	int command; /* pidfd of the command; -1: none */
	int out;     /* what is written goes there; -1: nobody need read it */
	struct proc proc;
};

#define WAITING_NONE                                                                               \
	((struct waiting){ .vm = -1, .command = -1, .out = STDOUT_FILENO, .proc = PROC_NONE })

/* The clock of all times here, in seconds. */
double wait_now(void);

/* -ESRCH: it has ended already. */
int wait_for_vm(struct waiting *w, pid_t tgid);
/* Starts it; its stdout goes to our stderr, for ours is the tables'. */
int wait_for_command(struct waiting *w, char *const argv[]);

/* Until `until` (END_NOT_YET then), or the first of the other ends. */
enum stat_end wait_until(const struct waiting *w, double until);

/* Ends the command if it still runs. */
void wait_close(struct waiting *w);

#endif
