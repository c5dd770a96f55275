/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NESTPROF_KVM_OFFSETS_H
#define NESTPROF_KVM_OFFSETS_H

#include "bpf/offsets.h"
#include "collector/btf_probe.h"

/* By the modules' BTF; 0 for a field that is not there. */
void kvm_offsets(const struct kvm_btf *b, struct np_offsets *at);

#endif
