/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Independent counts of the same events: ftrace hist triggers (kvm_exit and
 * kvm_nested_vmexit by exit_reason, kvm_nested_vmexit_inject by exit_code,
 * kvm_nested_vmenter) in a private tracefs instance, and KVM's debugfs
 * statistics of one VM (exits, nested_run).
 */
#ifndef NESTPROF_WITNESS_H
#define NESTPROF_WITNESS_H

#include <sys/types.h>

#include "analysis/result.h"

struct witness;

/*
 * `tgid`: the process whose VM's debugfs folder is read; without one (it has
 * no VM yet, no debugfs) that witness is left out, said aloud. The triggers
 * count every VM of the host.
 */
int witness_open(struct witness **w, pid_t tgid);
int witness_start(struct witness *w); /* triggers in; remembers the counters */
int witness_stop(struct witness *w);  /* reads them; triggers out */

/* Appends a witness per count to the workload, next to the account's own. */
int witness_compare(const struct witness *w, const struct np_account *a,
		    struct np_workload_result *out);
/* How many of a workload's witnesses disagree. */
uint32_t witness_mismatches(const struct np_workload_result *out);

void witness_close(struct witness *w); /* leaves tracefs as it was; NULL is fine */

#endif
