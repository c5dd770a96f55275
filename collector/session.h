/* SPDX-License-Identifier: GPL-2.0-only */
/* The BPF collector: opened, loaded, attached, read, closed. */
#ifndef NESTPROF_SESSION_H
#define NESTPROF_SESSION_H

#include <stdbool.h>
#include <sys/types.h>

#include "analysis/account.h"
#include "bpf/fields.h"
#include "bpf/pools.h"
#include "collector/bpf_programs.h"
#include "collector/failures.h"

struct session;

/* All zero: every VM, counts alone. */
struct session_config {
	pid_t tgid; /* count only this process's VMs; 0: all */
	bool times; /* round trips, their histograms and phases, too */
	uint32_t phases_every; /* phases of each nth round trip alone: cheaper; 0: of all */
	/*
	 * Copies between vmcs12 and the shadow VMCS, too. Their hooks are in
	 * functions of kvm_intel, which cannot be unloaded meanwhile.
	 */
	bool syncs;
	bool paths; /* which exits of L2 KVM did not deal with in the fast path, too */
	/* Which VMCS fields L1 accesses with an exit, too; not together with times. */
	bool fields;
	bool no_less; /* fail where they cannot be told, in place of a note */
	bool by_address; /* as without CAP_SYS_ADMIN, to measure what that costs */
	uint32_t max_vcpus; /* at most; 0: NP_MAX_VCPUS, which is the most */
	/* Nobody calls session_tend() meanwhile: types are learned from the first entry on. */
	bool untended;
	bool check; /* count kvm_nested_vmexit, too: it can but confirm kvm_exit */
};

/*
 * Loads the programs against the running kernel's BTF (vmlinux, kvm and
 * kvm_intel must be loaded). On failure says by fail() which field or hook
 * this kernel lacks (NP_EXIT_NO_BTF), or which privilege (NP_EXIT_PRIVILEGE).
 * What was asked for and this kernel cannot give is said in a note, and stays
 * zero; session_has_times() and session_has_syncs() tell.
 */
int session_open_with(struct session **s, const struct session_config *c);
int session_open(struct session **s, pid_t tgid); /* counts alone */
bool session_has_times(const struct session *s);
bool session_has_fields(const struct session *s);
bool session_has_syncs(const struct session *s, enum np_sync which);

/*
 * Hooks go in and out; counters are kept. Both can be called repeatedly. What
 * L1 was doing about an L2 exit while they were out belongs to no exit.
 */
int session_attach(struct session *s);
void session_detach(struct session *s);

/*
 * Call it now and then while hooks are in: a hook that makes the others cheaper
 * is needed for a moment when a vCPU has entered L2 for the first time.
 */
void session_tend(struct session *s);

/*
 * The counters as they stand, summed over vCPUs. They are of one moment only
 * if no vCPU runs meanwhile.
 */
int session_read(struct session *s, struct np_account *a);

/*
 * Each vCPU's counters as they stand, and the pools that its rows are in: the
 * programs' own memory, where every counter only grows. A vCPU that was
 * destroyed (key is NP_KEY_GONE) keeps its last ones until session_recycle()
 * makes its slot free for another. Ends early when `each` returns an error, and
 * returns that.
 */
typedef int (*session_each)(uint32_t slot, const struct np_vcpu *v, const struct np_pools *pools,
			    void *arg);
int session_each_vcpu(struct session *s, session_each each, void *arg);
/*
 * The rows of L1's accesses to its VMCS, and whose they are: the programs' own memory,
 * as above. What found no row is in one that is made up, of no field and no L2 exit.
 */
typedef int (*session_access)(const struct np_vcpu *v, const struct np_access_row *row, void *arg);
int session_each_access(struct session *s, session_access each, void *arg);
void session_recycle(struct session *s, uint32_t slot);

/*
 * How many vCPUs of L1 have their VMCS in memory (Hyper-V's enlightened VMCS), so that most
 * accesses do not exit. A note says so.
 */
uint32_t session_enlightened(struct session *s);

/*
 * Why entries into L2 failed, as far as KVM and not the CPU found it, and how often by now:
 * those that the CPU found are exits of L2. In no order; goes with session_recycle().
 */
int session_each_failure(struct session *s, failures_do each, void *arg);

/* Events that were not counted, since session_open(). */
uint64_t session_lost(const struct session *s);

/* What the programs took, while the kernel's BPF statistics were on. */
void session_runs(const struct session *s, struct session_runs *runs);

/* Detaches and frees. Safe on NULL. */
void session_close(struct session *s);

#endif
