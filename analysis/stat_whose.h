/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose counters these are. */
#ifndef NESTPROF_STAT_WHOSE_H
#define NESTPROF_STAT_WHOSE_H

#include <stdint.h>
#include <sys/types.h>

#define NP_VM_NAME 64
#define NP_ANY_VCPU UINT32_MAX

enum stat_by {
	STAT_BY_REASON, /* all vCPUs together */
	STAT_BY_VM,
	STAT_BY_VCPU,
};

struct stat_whose {
	pid_t tgid;    /* 0: all VMs' */
	uint32_t vcpu; /* NP_ANY_VCPU: all of the VM's */
	char vm[NP_VM_NAME]; /* "" when not known */
};

#endif
