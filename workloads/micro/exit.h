/* SPDX-License-Identifier: GPL-2.0-only */
/* What L1 does on an exit of L2. */
#ifndef NESTPROF_MICRO_EXIT_H
#define NESTPROF_MICRO_EXIT_H

#include <stdbool.h>

#include "workloads/micro/sequence.h"

/*
 * The sequence from now on: its base, and `text` after it. A field that is
 * written gets what it holds now, GUEST_RIP the place where L2 goes on. It is
 * tried once: when an access fails, or `text` is not understood, that is said,
 * and all stays as it was.
 */
bool exit_set_sequence(const char *text);
const struct sequence *exit_sequence(void);

/*
 * Makes the accesses, each exactly as often as the sequence has it, and moves
 * RIP on: past the instruction, or from HLT (then *halted) to the first byte of
 * L2's code. Says what failed, also when L2 exited for a reason that none of
 * the workloads gives.
 */
bool exit_handle(bool *halted);

#endif
