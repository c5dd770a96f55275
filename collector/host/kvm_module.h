/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kvm_intel's parameters, changed by unloading and loading it (libkmod), and
 * put back. A journal on disk is written before the first change, so that a
 * nestprof that was killed can be made up for by the next one.
 */
#ifndef NESTPROF_KVM_MODULE_H
#define NESTPROF_KVM_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/result.h"

/*
 * Takes the lock (NP_EXIT_BUSY when another nestprof ab has it), puts back
 * what a killed run left (saying so), and writes the journal. On failure
 * nothing is left to be undone.
 */
int kvm_module_begin(void);

/*
 * Loads kvm_intel with exactly these parameters (the others as the host's own
 * configuration has them); unloads it before where needed. Refuses when a VM
 * runs (NP_EXIT_BUSY, with its PID). Reads each parameter back: one that KVM
 * forced to another value is an error that names it. Only after
 * kvm_module_begin().
 */
int kvm_module_load(const struct np_param *params, uint32_t nr_params);

/* The parameter as /sys/module/kvm_intel/parameters shows it now. */
int kvm_module_param(const char *name, char value[NP_NAME]);

/*
 * Puts back what kvm_module_begin() found (not loaded counts too) and gives
 * the lock back. Does nothing when there was no begin. A failure is recorded
 * as NP_EXIT_RESTORE over whatever was recorded before (which is printed), and
 * leaves the journal for the next run.
 */
int kvm_module_restore(void);

/*
 * What a killed run left: 1 and a line in `what` when there is a journal of a
 * process that is gone, -EBADMSG (with a line) when it is damaged, else 0.
 * kvm_module_recover() restores from it.
 */
int kvm_module_left_behind(char *what, size_t size);
int kvm_module_recover(void);

#endif
