/* SPDX-License-Identifier: GPL-2.0-only */
/* The one VMCS: L1's state as it is now, L2's as flat 32-bit code expects it. */
#ifndef NESTPROF_MICRO_VMCS_H
#define NESTPROF_MICRO_VMCS_H

#include <stdbool.h>

#include "workloads/micro/vmx.h"

/* Makes it current and fills it in; says what failed. */
bool vmcs_begin(const struct vmx_controls *controls);

/* VMREAD, VMWRITE; say what failed. */
bool vmcs_read(uint32_t field, uint64_t *value);
bool vmcs_write(uint32_t field, uint64_t value);

#endif
