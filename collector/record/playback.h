/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording, or a trace of another tool's, read from its file and counted. */
#ifndef NESTPROF_RECORD_PLAYBACK_H
#define NESTPROF_RECORD_PLAYBACK_H

#include "analysis/recording/info.h"
#include "analysis/recording/reader.h"
#include "analysis/recording/replay.h"
#include "analysis/import/sites.h"
#include "collector/record/imported.h"
#include "collector/stat/target.h"
#include "collector/stat/tracing.h"

#define PLAYBACK_NAMES 400 /* of VMs, for a message */

struct playback {
	const char *file; /* for messages */
	const struct target *target;
	struct trace_file trace;
	struct imported imported; /* where it is no recording, */
	struct imp_sites *sites;  /* and accesses to VMCS fields are wanted of it */
	struct rec_reader *reader;
	struct rec_info info;
	struct replay *replay;
	struct stat_tracing tracing;
	uint64_t end; /* that the recording tells; 0: it did not yet */
	char names[PLAYBACK_NAMES];
};

/* Its first frame, too. 0, or a negative errno and fail(), as the others; then close it as well. */
int playback_open(struct playback *p, const char *path, const struct target *target);

/* What the target asks for. */
struct replay_options playback_options(const struct playback *p);

/* Up to its end, to what is wrong, or to what was asked for. */
int playback_run(struct playback *p, const struct replay_options *o, replay_interval each,
		 void *arg);

double playback_seconds(const struct playback *p); /* that were counted */

/* When all is printed: what is wrong with the recording, or with what was asked of it. */
int playback_judge(struct playback *p);

void playback_close(struct playback *p);

#endif
