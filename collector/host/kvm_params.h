/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parameters of kvm_intel and, named "kvm.NAME", of kvm: read, compared, and written as
 * options for a load.
 */
#ifndef NESTPROF_KVM_PARAMS_H
#define NESTPROF_KVM_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/result.h"

#define KVM_INTEL "/sys/module/kvm_intel"
#define KVM_COMMON "/sys/module/kvm"
#define KVM_COMMON_PREFIX "kvm."
#define KVM_PARAMS_MAX 64
#define KVM_OPTIONS_MAX (KVM_PARAMS_MAX * 2 * NP_NAME)

struct kvm_params {
	uint32_t n;
	struct np_param p[KVM_PARAMS_MAX];
};

/* One parameter as it is now. -EOVERFLOW for a value longer than NP_NAME. */
int kvm_param_read(const char *name, char value[NP_NAME]);

/* Every parameter that can be read, sorted by name. */
int kvm_params_read(struct kvm_params *all);

/* Y, y and 1 are one value, as are 2 and 0x2. */
bool kvm_param_same(const char *a, const char *b);

/* Those of `wanted` that are not so now. */
void kvm_params_differing(const struct kvm_params *wanted, struct kvm_params *differing);

/* Whether it can be changed without reloading the module; and doing so. */
bool kvm_param_writable(const char *name);
int kvm_param_write(const char *name, const char *value);

/* What a load of the one module and of the other is given. */
struct kvm_options {
	char intel[KVM_OPTIONS_MAX], common[KVM_OPTIONS_MAX];
};

/* "a=1 b=N" of each; -EINVAL for a name or value that would not stay one word. */
int kvm_params_options(const struct np_param *p, uint32_t n, struct kvm_options *options);

#endif
