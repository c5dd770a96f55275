/* SPDX-License-Identifier: GPL-2.0-only */
/* L2's memory: the one page that workloads/l2/harness.h gives it. */
#ifndef NESTPROF_MICRO_EPT_H
#define NESTPROF_MICRO_EPT_H

#include <stdint.h>

#include "workloads/l2/harness.h"

extern uint8_t l2_page[NP_L2_SIZE]; /* guest-physical NP_L2_BASE */

uint64_t ept_pointer(void); /* what the VMCS's field holds */

#endif
