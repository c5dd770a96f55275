/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of the recorder's programs a kernel and a session take. */
#ifndef NESTPROF_RECORD_CHOOSE_H
#define NESTPROF_RECORD_CHOOSE_H

#include "collector/btf_probe.h"
#include "collector/record/session.h"

struct record_bpf;

void record_choose(struct record_bpf *skel, const struct kvm_hooks *h,
		   const struct record_config *c);

#endif
