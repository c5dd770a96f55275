/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Raw events, counted: the state machine that runs in the kernel for stat runs
 * here, over what was recorded. What it counts goes to the same model.
 */
#ifndef NESTPROF_RECORDING_REPLAY_H
#define NESTPROF_RECORDING_REPLAY_H

#include "analysis/fields.h"
#include "analysis/recording/access.h"
#include "analysis/recording/batch.h"
#include "analysis/recording/stream.h"

struct replay_options {
	pid_t tgid;	/* only this process's VM; 0: all VMs */
	const char *vm; /* only VMs of that name; NULL: all */
	uint32_t vcpu;	/* only this one of each VM; NP_ANY_VCPU: all */
	bool times;	/* round trips, too */
	bool syncs;	/* copies between vmcs12 and the shadow VMCS, too */
	uint32_t phases_every; /* phases of one of so many round trips */
	uint32_t recorded_every; /* as rec_info.phases_every */
	uint64_t start; /* ns; when recording began */
	uint64_t interval; /* ns; 0: all is one */
	uint64_t duration; /* ns; 0: to the end */
	/*
	 * Where there is no interval: L1's accesses to its VMCS, and the account of all that
	 * is counted, are added to these; NULL: they are not wanted.
	 */
	struct np_fields *fields;
	struct np_account *account;
};

/* An interval is over: the model has it. Not 0: ends the replay, which returns that. */
typedef int (*replay_interval)(struct stat_model *m, uint64_t from, uint64_t to, uint64_t lost,
			       void *arg);

struct replay;

/* NULL: no memory. The options' strings must stay. */
struct replay *replay_new(const struct replay_options *o, replay_interval each, void *arg);
void replay_free(struct replay *r);

/*
 * In the recording's order. -EBADMSG: it contradicts itself. -E2BIG: it would
 * take too many intervals.
 */
int replay_stream(struct replay *r, const struct rec_stream *s);
int replay_access(struct replay *r, const struct rec_access *a);
int replay_batch(struct replay *r, const struct rec_batch *b);
/* The same run by run. */
int replay_events(struct replay *r, uint32_t stream, const struct rec_event *e, uint32_t n);
int replay_mark(struct replay *r, uint64_t ns, uint64_t missed);

/* The recording is over, at `end`, or when its last event was: its last interval, too. */
int replay_end(struct replay *r, uint64_t end);

bool replay_is_over(const struct replay *r); /* what comes now is beyond the duration */
uint64_t replay_last(const struct replay *r); /* the time that it has come to */
uint64_t replay_lost(const struct replay *r); /* events, up to there */
uint32_t replay_found(const struct replay *r); /* vCPUs that were asked for */
/* Events that came too late for their interval, and were counted in the next. */
uint64_t replay_late(const struct replay *r);

#endif
