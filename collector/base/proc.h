/* SPDX-License-Identifier: GPL-2.0-only */
/* Child processes: started in their own group, so that nothing is left. */
#ifndef NESTPROF_PROC_H
#define NESTPROF_PROC_H

#include <stdbool.h>
#include <sys/types.h>

struct proc {
	pid_t pid; /* 0: none */
	int in;	   /* write end of the child's stdin, -1 when not piped */
	int out;   /* read end of the child's stdout, -1 when not piped */
	int err;   /* read end of the child's stderr, -1 when not piped */
};

#define PROC_NONE ((struct proc){ .pid = 0, .in = -1, .out = -1, .err = -1 })

enum proc_flags {
	PROC_PIPE_IN = 1,  /* else /dev/null */
	PROC_PIPE_OUT = 2, /* else /dev/null */
	PROC_PIPE_ERR = 4, /* else inherited */
	PROC_OUT_TO_ERR = 16, /* stdout to our stderr */
	PROC_PTY = 8,	   /* stdin, stdout, stderr on a terminal; .out is its master */
};

/* argv[0] is looked up in PATH. The child dies with us (PR_SET_PDEATHSIG). */
int proc_start(struct proc *p, const char *const argv[], int flags);

/* Has it ended? 1 with *status (as waitpid gives it), 0 if not, or -errno. */
int proc_poll(struct proc *p, int *status);

/* SIGTERM to the group, SIGKILL after grace_ms, reap, close. Safe on PROC_NONE. */
void proc_stop(struct proc *p, int grace_ms);

/*
 * Run to the end. *output (may be NULL) gets stdout and stderr, malloc'ed and
 * NUL-terminated. Returns the exit status (0..255), or -errno; -EINTR when
 * np_interrupted() became true meanwhile (the child is gone by then).
 */
int proc_run(const char *const argv[], char **output);

/* SIGINT, SIGTERM and SIGHUP set this flag; see main.c. */
bool np_interrupted(void);
void np_catch_signals(void);

#endif
