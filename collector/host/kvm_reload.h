/* SPDX-License-Identifier: GPL-2.0-only */
/* kvm_intel, and kvm where asked for, out and in again. Failures are recorded with fail(). */
#ifndef NESTPROF_KVM_RELOAD_H
#define NESTPROF_KVM_RELOAD_H

#include <stdbool.h>

#include "collector/host/kvm_params.h"

#define KVM_MODULE "kvm_intel"
#define KVM_MODULE_COMMON "kvm"

bool kvm_is_loaded(void);
bool kvm_is_builtin(void);

int kvm_refuse_running_vm(void);

/* Refuses while a VM runs or something has KVM open. `common`: kvm, too. */
int kvm_unload(bool common);

/*
 * Unloads it where needed, but not when it could not be loaded again. `common`: kvm, too;
 * only then it is given its options.
 */
int kvm_reload(const struct kvm_options *options, bool common);

#endif
