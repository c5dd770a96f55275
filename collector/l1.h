/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest side of an arm: L1 in QEMU with the runner as its init, or (arm
 * "single") the runner itself as a process of L0.
 */
#ifndef NESTPROF_L1_H
#define NESTPROF_L1_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "workloads/runner/protocol.h"

struct l1;

struct l1_config {
	const char *qemu;    /* "qemu-system-x86_64" */
	const char *kernel;  /* L1's kernel: bzImage or ELF */
	const char *initrd;  /* the runner as /init, with L1's kvm modules; NULL: needs none */
	const char *runner;  /* the runner's binary, for the arm "single" */
	const char *l2_kernel, *l2_initrd; /* its arguments; NULL: no Linux is L2 */
	const char *guest; /* ... of the arm "native": init of a Linux that is L2 */
	uint32_t memory_mib;
	uint32_t cpus;	     /* 0: one */
	double ready_timeout_s;
	double run_timeout_s;
	uint32_t l2_timeout_s; /* of a workload with Linux as L2; 0: the runner's own */
	bool verbose; /* copy L1's console to stderr */
	bool pinned;  /* ... to this CPU: all threads of the process */
	uint32_t cpu;
};

int l1_start_nested(struct l1 **l, const struct l1_config *c);
int l1_start_single(struct l1 **l, const struct l1_config *c);
int l1_start_native(struct l1 **l, const struct l1_config *c);
const char *l1_kernel_release(const struct l1 *l); /* as the runner said */
pid_t l1_pid(const struct l1 *l);

/*
 * Runs a workload to its end; *ticks is the total over all iterations. -EREMOTEIO: the
 * runner says that it failed, and is ready for the next.
 */
int l1_run(struct l1 *l, const char *workload, uint64_t iterations, uint64_t *ticks);

/*
 * Before a window of a workload: a Linux that it runs in is up as L2, and it has run there,
 * so that neither is a part of the window.
 */
int l1_prepare(struct l1 *l, const char *workload);

/* What L1's own kernel calls an address: "vmx_vcpu_run+0x1c", or "-". Not micro. */
int l1_symbol(struct l1 *l, uint64_t address, char symbol[NP_LINE_MAX]);

/*
 * The micro-hypervisor alone: sets what it does on an exit of L2 besides what
 * it must ("": nothing), and reads back the whole.
 */
int l1_set_sequence(struct l1 *l, const char *accesses, char all[NP_LINE_MAX]);

/*
 * Stops every thread of the process, and waits until each has stopped, so
 * that no exit happens between two readings of counters; and lets it go on.
 */
int l1_freeze(struct l1 *l);
int l1_thaw(struct l1 *l);

/* Lets L1 end by itself, else kills it. Safe on NULL. */
void l1_stop(struct l1 *l);

/* The last lines of the console, for an error message. */
const char *l1_console_tail(const struct l1 *l);

#endif
