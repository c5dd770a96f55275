/* SPDX-License-Identifier: GPL-2.0-only */
/* The first serial port, as COM1 of a PC. */
#ifndef NESTPROF_MICRO_CONSOLE_H
#define NESTPROF_MICRO_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

/* Needs the IDT: waiting for input is done in HLT, ended by an interrupt. */
void console_begin(void);

/*
 * A line without its end. False: it did not fit `size` bytes, and is lost.
 * The CPU is idle while there is no input, and leaves its cores to others.
 */
bool console_read_line(char *line, size_t size);

/* "@np ", the text, the end of the line. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* "@np error ...". Returns false, for whoever gives up then. */
bool complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
