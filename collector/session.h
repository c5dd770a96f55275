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

/* Detaches and frees. Safe on NULL. */
void session_close(struct session *s);

#endif
