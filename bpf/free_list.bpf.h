/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is free: user space puts it in, at first and when what it was used for
 * is gone and read. (A counter would do for what was never used, but kernels
 * before 5.12 refuse an atomic operation that returns something.)
 */
#ifndef NESTPROF_FREE_LIST_BPF_H
#define NESTPROF_FREE_LIST_BPF_H

#define FREE_LIST(name, max)                                                                       \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_QUEUE);                                                  \
		__uint(max_entries, max);                                                          \
		__type(value, __u32);                                                              \
	} name SEC(".maps")

#endif
