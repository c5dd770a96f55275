/* SPDX-License-Identifier: GPL-2.0-only */
/* Recording, from start to end: what record does with its options. */
#ifndef NESTPROF_RECORD_RUN_H
#define NESTPROF_RECORD_RUN_H

#include "collector/stat/target.h"

#define RECORD_FILE "nestprof.rec"
#define RECORD_BUFFER_MIB 32
#define RECORD_MIN_BUFFER_MIB 8 /* more than a chunk for each vCPU that there can be */
#define RECORD_MAX_BUFFER_MIB 4096

struct record_options {
	struct target target;
	char **command;	     /* runs, and ends it; NULL: none */
	const char *file;    /* "-": standard output */
	bool force;	     /* a file that exists is replaced */
	bool fields;	     /* L1's accesses to its VMCS, too */
	uint64_t buffer_mib; /* of memory for events that were not written yet */
};

/* 0, or a negative errno and fail(). -EINTR: a signal came before its time. */
int record_run(const struct record_options *o);

#endif
