/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM's own statistics of a process's VM, in debugfs. */
#ifndef NESTPROF_KVM_STATS_H
#define NESTPROF_KVM_STATS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "collector/base/fsutil.h"

struct kvm_stats {
	uint64_t exits;	     /* summed over the vCPUs */
	uint64_t nested_run; /* L1's entries to L2 that got past all checks */
	bool has_nested_run; /* older kernels do not count them */
};

/*
 * The folder of the first VM of a process, by whichever of its threads it was
 * created. -ENOENT: it has none; -EACCES and the like: debugfs cannot be read.
 */
int kvm_stats_find(char dir[NP_PATH], pid_t tgid);
int kvm_stats_read(struct kvm_stats *s, const char *dir);

#endif
