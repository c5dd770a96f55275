/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for addresses in this kernel's KVM. */
#ifndef NESTPROF_RUNNER_SYMBOLS_H
#define NESTPROF_RUNNER_SYMBOLS_H

#include "analysis/kallsyms.h"

/* "vmx_vcpu_run+0x1c", or "-": no function is there. The first call takes the longest. */
int symbol_of(const char *address, char out[NP_SYMBOL_SIZE]);

#endif
