/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NESTPROF_KPROBE_H
#define NESTPROF_KPROBE_H

#include <stdbool.h>

/*
 * Whether this process may probe a function of the kernel, by trying: with CAP_PERFMON
 * it may, unless the kernel is told to ask for more (kernel.perf_event_paranoid above 2).
 */
bool kprobe_is_allowed(const char *function);

#endif
