/* SPDX-License-Identifier: GPL-2.0-only */
/* The two modules that KVM is on x86, and what differs between them to those who load one. */
#ifndef NESTPROF_VENDOR_H
#define NESTPROF_VENDOR_H

#include "bpf/events.h"

#define KVM_SYSFS "/sys/module/%s" /* of a module's name */

struct kvm_vendor {
	enum np_isa isa;
	const char *isa_name; /* "VMX" */
	const char *module;   /* "kvm_intel" */
	const char *file;     /* "kvm-intel.ko" */
	const char *flag;     /* /proc/cpuinfo's word for it */
};

const struct kvm_vendor *kvm_vendor_of(enum np_isa isa);

/* This host's: by the module that is loaded, else by its CPU; Intel's where nothing tells. */
const struct kvm_vendor *kvm_vendor(void);

/* kvm_vendor()->module, as it stands in most messages. */
const char *kvm_module_name(void);

#endif
