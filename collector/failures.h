/* SPDX-License-Identifier: GPL-2.0-only */
/* Why entries into L2 fail: the program that KVM tells it, and the map of what it told. */
#ifndef NESTPROF_COLLECTOR_FAILURES_H
#define NESTPROF_COLLECTOR_FAILURES_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/failures.h"

struct bpf_link;
struct bpf_map;
struct bpf_program;

/*
 * NULL when the program was not loaded, or this kernel has no such tracepoint: without
 * BTF of its modules that is known only now. Says so, once.
 */
struct bpf_link *failures_attach(struct bpf_program *program, bool *told);

/* `n`: how often by now. Ends early when `each` returns an error, and returns that. */
typedef int (*failures_do)(uint32_t slot, const struct np_failure *f, uint64_t n, void *arg);
int failures_each(const struct bpf_map *map, failures_do each, void *arg);

/* The slot is to be another vCPU's. */
void failures_forget(const struct bpf_map *map, uint32_t slot);

#endif
