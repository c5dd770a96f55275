/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Intervals out of snapshots, vCPU by vCPU: VMs come and go, and a vCPU that
 * is gone still counts with what it had in the interval in which it went.
 */
#ifndef NESTPROF_STAT_MODEL_H
#define NESTPROF_STAT_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "analysis/account.h"
#include "analysis/stat_failures.h"
#include "analysis/stat_whose.h"
#include "analysis/trip_hists.h"

struct stat_model;

struct stat_model *stat_model_new(void);
void stat_model_free(struct stat_model *m);

/*
 * One vCPU's counters as they stand; `slot` tells the vCPUs of one moment
 * apart. `name` is asked for, once, what to call a VM that is new. With `gone`
 * these are its last counters, and the slot can then be another's.
 */
typedef void (*stat_name_vm)(pid_t tgid, char name[NP_VM_NAME], void *arg);
int stat_model_vcpu(struct stat_model *m, uint32_t slot, const struct np_vcpu *v,
		    const struct np_pools *pools, bool gone, stat_name_vm name, void *arg);

/*
 * What was counted between the last two moments, for everything that `by`
 * tells apart, in the order of PIDs and vCPUs. The window lives until `each`
 * returns; what that returns, when not 0, ends the walk.
 */
typedef int (*stat_each)(const struct stat_whose *whose, const struct np_account *window,
			 const struct np_trip_hists *trips, void *arg);
int stat_model_windows(struct stat_model *m, enum stat_by by, stat_each each, void *arg);

/*
 * How often the vCPU in that slot has failed to enter L2 for this cause, by now; that vCPU
 * was told of before. stat_model_failures() adds what came since the last moment.
 */
int stat_model_failure(struct stat_model *m, uint32_t slot, const struct np_failure *cause,
		       uint64_t n);
int stat_model_failures(const struct stat_model *m, enum stat_by by, struct stat_failures *to);

/* The next interval begins with the counters as they stand. */
void stat_model_advance(struct stat_model *m);

#endif
