/* SPDX-License-Identifier: GPL-2.0-only */
/* What was asked for is left out where the kernel has no hook for it, and said to be. */
#ifndef NESTPROF_LEAVE_OUT_H
#define NESTPROF_LEAVE_OUT_H

#include "collector/btf_probe.h"
#include "collector/session.h"

/* 0, or with .no_less a negative errno and fail(). */
int session_leave_out(struct session_config *c, const struct kvm_hooks *hooks);

#endif
