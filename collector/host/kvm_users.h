/* SPDX-License-Identifier: GPL-2.0-only */
/* Which processes use KVM, by the links in /proc/PID/fd. */
#ifndef NESTPROF_KVM_USERS_H
#define NESTPROF_KVM_USERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define KVM_USER_VM "anon_inode:kvm-vm" /* it runs a VM */
#define KVM_USER_DEV "/dev/kvm"		/* it has KVM open */

/* PIDs with such a link; returns how many, of which `max` are filled in. */
int kvm_users(const char *link, pid_t *pids, uint32_t max);

/* Whether the process has such a link: 1, 0, or -errno when that cannot be told. */
int kvm_user_has(pid_t pid, const char *link);

/* "qemu-system-x86 (PID 4711)" */
void kvm_user_name(pid_t pid, char *name, size_t size);

#endif
