// SPDX-License-Identifier: GPL-2.0-only
/* The same programs without kfuncs, as in bpf/nested_at.bpf.c. */
#define WITHOUT_KFUNCS
#include "bpf/record.bpf.c"
