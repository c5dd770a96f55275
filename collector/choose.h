/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of the programs are loaded: for this kernel, and for what is asked. */
#ifndef NESTPROF_CHOOSE_H
#define NESTPROF_CHOOSE_H

#include "collector/session.h"

struct nested_bpf;

void choose_programs(struct nested_bpf *skel, const struct kvm_hooks *h,
		     const struct session_config *c);

/* The hook that learns a vCPU's type is in for as long as one is needed. */
void tend_types(struct nested_bpf *skel, const struct kvm_hooks *h, bool needed);

#endif
