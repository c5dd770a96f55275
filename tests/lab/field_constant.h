/* SPDX-License-Identifier: GPL-2.0-only */
/* The VMCS field that a VMREAD or VMWRITE in a function names, where its code says it. */
#ifndef NESTPROF_TESTS_FIELD_CONSTANT_H
#define NESTPROF_TESTS_FIELD_CONSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/capstone_insn.h"

/*
 * The instruction at `offset` of the function's code: true with the constant that was last
 * put in its register, if that was on the only way to it, without a jump in between.
 */
bool field_constant(const struct other_opinion *o, const unsigned char *code, size_t size,
		    uint64_t offset, uint64_t *field);

#endif
