/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting, live: the programs in the kernel, what they count, and what they cost. */
#ifndef NESTPROF_STAT_LIVE_H
#define NESTPROF_STAT_LIVE_H

#include "analysis/stat_model.h"
#include "collector/session.h"
#include "collector/stat/cost.h"
#include "collector/stat/target.h"

struct live {
	struct session *session;
	uint32_t vcpu; /* only this one of each VM, or NP_ANY_VCPU */
	double begin;  /* when counting began */
	struct cost cost;
	bool unloaded; /* kvm_intel is */
};

#define LIVE_NONE ((struct live){ .cost = COST_NONE })

/* Begins to count. 0, or a negative errno and fail(). */
int live_open(struct live *l, const struct target *t);

/* The same for so many vCPUs at most. */
int live_open_for(struct live *l, const struct target *t, uint32_t max_vcpus);

/* The counters as they stand go into the model; what is gone makes room for others. */
int live_read(struct live *l, struct stat_model *m);

/* What is to be done now and then. Returns when it wants to be called again. */
double live_sample(struct live *l, double now);

/* True once each time that kvm_intel was unloaded. Counting goes on when it comes back. */
bool live_was_unloaded(struct live *l);

/* No more events are counted; what was counted can still be read. */
void live_stop(struct live *l, double now);

void live_close(struct live *l);

#endif
