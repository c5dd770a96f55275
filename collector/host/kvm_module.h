/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kvm_intel's parameters, changed by unloading and loading it (libkmod), and
 * put back. A journal on disk is written before the first change, so that a
 * nestprof that was killed can be made up for by the next one.
 */
#ifndef NESTPROF_KVM_MODULE_H
#define NESTPROF_KVM_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/result.h"

/* Takes the lock (NP_EXIT_BUSY when another nestprof ab has it), writes the journal. */
int kvm_module_begin(void);

/*
 * Loads kvm_intel with exactly these parameters (others at their default);
 * unloads it before where needed. Refuses when a VM runs (NP_EXIT_BUSY, with
 * its PID). Reads each parameter back: one that KVM forced to another value
 * is an error that names it.
 */
int kvm_module_load(const struct np_param *params, uint32_t nr_params);

/* The parameter as /sys/module/kvm_intel/parameters shows it now. */
int kvm_module_param(const char *name, char value[NP_NAME]);

/* Puts back what kvm_module_begin() found (not loaded counts too). */
int kvm_module_restore(void);

/*
 * What a killed run left: 1 and a line in `what` when there is a journal of a
 * process that is gone, else 0. kvm_module_recover() restores from it.
 */
int kvm_module_left_behind(char *what, size_t size);
int kvm_module_recover(void);

#endif
