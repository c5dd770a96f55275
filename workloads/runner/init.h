/* SPDX-License-Identifier: GPL-2.0-only */
/* What the runner does when it is L1's init. */
#ifndef NESTPROF_INIT_H
#define NESTPROF_INIT_H

/* Mounts, the console as stdin and stdout, KVM's modules. fail()s. */
int init_begin(void);

/* Ends L1: with -no-reboot, its QEMU too. */
void init_end(void) __attribute__((noreturn));

#endif
