/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What emulates a machine's CPU: Bochs for VMX, QEMU for SVM. They are given the same
 * kernel, initramfs and command line, and the guest does not tell them apart; the rest
 * (console, results, watchdog) is machine.c's and the same for both.
 */
#ifndef NESTPROF_EMULATOR_H
#define NESTPROF_EMULATOR_H

#include "bpf/events.h"
#include "collector/base/proc.h"
#include "collector/lab/image.h"
#include "collector/lab/port.h"

struct machine_config;

struct emulator {
	const char *name; /* "Bochs" */
	enum np_isa isa;
	const char *default_cpu;
	/* The image's version of it. */
	const char *(*version)(const struct lab_image *image);
	/* Puts what the machine boots from into its folder. */
	int (*prepare)(const struct machine_config *c);
	/* Starts it on a pty, with its serial ports connected to `ports`. */
	int (*start)(const struct machine_config *c, const struct port ports[PORTS],
		     struct proc *p);
	/* Where in a line of its screen, or its log, it says why it gives up; or NULL. */
	const char *(*complaint)(const char *line);
	const char *log; /* such a log in its folder; or NULL */
	const char *lacks[4]; /* parameters of KVM's module that need what it does not emulate */
	/* Workloads that it would distort, and why. Up to one without a name. */
	struct {
		const char *workload, *why;
	} distorts[4];
	bool port_is_file; /* it writes files, not to sockets */
};

extern const struct emulator emulator_bochs, emulator_qemu;

const struct emulator *emulator_of(enum np_isa isa);

#endif
