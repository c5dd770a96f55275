/* SPDX-License-Identifier: GPL-2.0-only */
/* The virtual machines of this host, by PID and by name. */
#ifndef NESTPROF_VMS_H
#define NESTPROF_VMS_H

#include <stddef.h>
#include <sys/types.h>

#include "analysis/stat_model.h"

/*
 * What QEMU's -name says (which is the domain's name under libvirt), else the
 * program's name; "" when the process is gone.
 */
void vm_name(pid_t pid, char name[NP_VM_NAME]);

/* What QEMU's -uuid says, "" without one; as long as it has room. */
void vm_uuid(pid_t pid, char *out, size_t size);

/*
 * The process that runs a VM, by its PID (or that of one of its threads) or by
 * the VM's name. On failure says by fail() what there is instead.
 */
int vm_by_pid(pid_t pid, pid_t *tgid);
int vm_by_name(const char *name, pid_t *tgid);

#endif
