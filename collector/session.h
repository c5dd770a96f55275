/* SPDX-License-Identifier: GPL-2.0-only */
/* The BPF collector: opened, loaded, attached, read, closed. */
#ifndef NESTPROF_SESSION_H
#define NESTPROF_SESSION_H

#include <stdbool.h>
#include <sys/types.h>

#include "analysis/account.h"
#include "analysis/hist.h"

struct session;

/* All zero: every VM, counts alone. */
struct session_config {
	pid_t tgid; /* count only this process's VMs; 0: all */
	bool times; /* round trips, their phases and histograms, too */
	bool syncs; /* copies between vmcs12 and the shadow VMCS, too */
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
bool session_has_syncs(const struct session *s, enum np_sync which);

/*
 * Hooks go in and out; counters are kept. Both can be called repeatedly. What
 * L1 was doing about an L2 exit while they were out belongs to no exit.
 */
int session_attach(struct session *s);
void session_detach(struct session *s);

/*
 * The counters as they stand, summed over vCPUs. They are of one moment only
 * if no vCPU runs meanwhile. Call it now and then: it also takes a hook out
 * that is needed only until a vCPU has entered L2 once.
 */
int session_read(struct session *s, struct np_account *a);

/*
 * One vCPU after the other: those seen so far are 0 .. session_nr_vcpus() - 1,
 * in the order in which they were; none goes away. session_read() is the sum,
 * and session_lost() with it.
 */
uint32_t session_nr_vcpus(const struct session *s);
const struct np_vcpu *session_vcpu(const struct session *s, uint32_t i);
void session_read_vcpu(const struct session *s, uint32_t i, struct np_account *a);
uint64_t session_lost(const struct session *s);

/* Adds a vCPU's round trips of one L2 exit reason and kind, as they stand. */
void session_add_hist(const struct session *s, uint32_t i, uint32_t reason, enum np_trip kind,
		      struct np_hist *h);

/* Detaches and frees. Safe on NULL. */
void session_close(struct session *s);

#endif
