/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What L1 does on each exit of L2, as text and as a table:
 *
 *	R:4402,R:681em,W:6820*3
 *
 * R: a VMREAD, W: a VMWRITE, of the field with that encoding (hexadecimal, as
 * in the SDM). "m": its operand is in memory, else in a register. "*3": so
 * many times. Whatever is asked for, L1 begins with SEQUENCE_BASE, the least
 * with which it can let L2 go on: why it exited and how long the instruction
 * was, where it is, and where to go on.
 */
#ifndef NESTPROF_MICRO_SEQUENCE_H
#define NESTPROF_MICRO_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEQUENCE_BASE "R:4402,R:440c,R:681e,W:681e"

/* Where the base's parts are in the table. */
enum { READ_REASON, READ_LENGTH, READ_RIP, WRITE_RIP, SEQUENCE_NR_BASE };

#define SEQUENCE_MAX 32 /* with the base */
#define SEQUENCE_MAX_REPEAT 65535

struct access {
	bool write;
	bool memory;
	uint16_t field;
	uint32_t repeat;
	uint64_t value; /* what was read last, or is to be written */
	uintptr_t site; /* the address of its VMREAD or VMWRITE */
};

struct sequence {
	uint32_t n;
	struct access access[SEQUENCE_MAX];
};

/*
 * The base, and `text` after it. False: not understood, and *why says what is
 * not (`s` is then of no use).
 */
bool sequence_parse(struct sequence *s, const char *text, const char **why);

/* The whole, as sequence_parse() takes it. False when `out` is too small. */
bool sequence_print(const struct sequence *s, char *out, size_t size);

/* The addresses of all sites, in the same order. */
bool sequence_print_sites(const struct sequence *s, char *out, size_t size);

#endif
