/* SPDX-License-Identifier: GPL-2.0-only */
/* The BPF collector: opened, loaded, attached, read, closed. */
#ifndef NESTPROF_SESSION_H
#define NESTPROF_SESSION_H

#include <sys/types.h>

#include "analysis/account.h"

struct session;

/*
 * Loads the programs against the running kernel's BTF (vmlinux, kvm and
 * kvm_intel must be loaded). On failure says by fail() which field or hook
 * this kernel lacks (NP_EXIT_NO_BTF), or which privilege (NP_EXIT_PRIVILEGE).
 * `tgid` limits counting to one process's VMs; 0: all.
 */
int session_open(struct session **s, pid_t tgid);

/*
 * Hooks go in and out; counters are kept. Both can be called repeatedly. What
 * L1 was doing about an L2 exit while they were out belongs to no exit.
 */
int session_attach(struct session *s);
void session_detach(struct session *s);

/*
 * The counters as they stand, summed over vCPUs. They are of one moment only
 * if no vCPU runs meanwhile.
 */
int session_read(struct session *s, struct np_account *a);

/*
 * Each vCPU's counters as they stand, in a copy that lives until `read`
 * returns. A vCPU that was destroyed (key is NP_KEY_GONE) keeps its last ones
 * until session_recycle() clears its slot for another. Ends early when `read`
 * returns an error, and returns that.
 */
int session_each_vcpu(struct session *s,
		      int (*read)(uint32_t slot, const struct np_vcpu *v, void *arg), void *arg);
void session_recycle(struct session *s, uint32_t slot);

/* Events that were not counted, since session_open(). */
uint64_t session_lost(const struct session *s);

/* What the kernel measured of the programs' runs, while its BPF statistics were on. */
struct session_runs {
	uint64_t count;
	uint64_t ns;
};
void session_runs(const struct session *s, struct session_runs *runs);

/* Detaches and frees. Safe on NULL. */
void session_close(struct session *s);

#endif
