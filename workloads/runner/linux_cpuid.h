/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NESTPROF_RUNNER_LINUX_CPUID_H
#define NESTPROF_RUNNER_LINUX_CPUID_H

#include "workloads/runner/machine.h"

/* All that KVM can give a guest, and a timer with a deadline: with kvm-clock, the guest
 * need not calibrate anything. fail()s. */
int linux_set_cpuid(struct machine *m);

#endif
