// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs of bpf/nested_at.bpf.c with room for NP_MANY_VCPUS. Where a vCPU or a tally is
 * comes from masks that are known when this is compiled: hence an object of its own.
 */
#define NP_FOLD 4
#include "bpf/nested_at.bpf.c"
