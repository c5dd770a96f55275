/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Code for accesses: each has a VMREAD or VMWRITE of its own, at an address of
 * its own. Registers go in turn through all that can be used, so that the
 * instructions' forms differ; VMREAD sometimes overwrites the register that
 * named the field.
 */
#ifndef NESTPROF_MICRO_EMIT_H
#define NESTPROF_MICRO_EMIT_H

#include <stddef.h>
#include <stdint.h>

#include "workloads/micro/sequence.h"

#define EMIT_MAX_ACCESS 48 /* bytes of code for one; and 1 for all */

/*
 * A function that makes accesses first to end - 1, whatever order of them is
 * in `s`, and notes their sites. When one fails it calls `failed` at once, with
 * the flags as they are; it changes all registers but RSP. All of it must be
 * within 2 GiB. Returns the first byte after it.
 */
uint8_t *emit_accesses(uint8_t *code, struct sequence *s, uint32_t first, uint32_t end,
		       const void *failed);

#endif
