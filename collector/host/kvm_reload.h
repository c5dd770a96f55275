/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's module of KVM out and in again. Failures are recorded with fail(). */
#ifndef NESTPROF_KVM_RELOAD_H
#define NESTPROF_KVM_RELOAD_H

#include <stdbool.h>

bool kvm_is_loaded(void);
bool kvm_is_builtin(void);

int kvm_refuse_running_vm(void);

/* Refuses while a VM runs or something has KVM open. */
int kvm_unload(void);

/* Unloads it where needed, but not when it could not be loaded again. */
int kvm_reload(const char *options);

#endif
