/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ways to trace a nested run, to be compared in what they cost: nestprof's own
 * and others'. Each is attached for one window, and leaves nothing behind.
 */
#ifndef NESTPROF_TRACER_H
#define NESTPROF_TRACER_H

#include <stdbool.h>
#include <sys/types.h>

struct tracer {
	const char *name;
	/* `tgid`: the process that runs the VM. On failure fail() has said why. */
	int (*attach)(void **state, pid_t tgid);
	void (*detach)(void *state);
	void (*settle)(void *state); /* after a first run; may be NULL */
	bool others; /* a program of others', which the lab's image has only when asked */
};

const struct tracer *tracer_find(const char *name); /* or NULL */

/* The floor: a program that does nothing, on kvm_exit. */
int tracer_empty_attach(void **state, pid_t tgid);
void tracer_empty_detach(void *state);

/* Other tools, as their users run them, recording to a file. */
int tracer_perf_attach(void **state, pid_t tgid);
int tracer_trace_cmd_attach(void **state, pid_t tgid);
void tracer_tool_detach(void *state);

/* Raw events: as record does by itself, with all entries, and with none. */
int tracer_record_attach(void **state, pid_t tgid);
int tracer_record_all_attach(void **state, pid_t tgid);
int tracer_record_counts_attach(void **state, pid_t tgid);
void tracer_record_settle(void *state);
void tracer_record_detach(void *state);

#endif
