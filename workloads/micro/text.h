/* SPDX-License-Identifier: GPL-2.0-only */
/* The little of a C library that is needed here. */
#ifndef NESTPROF_MICRO_TEXT_H
#define NESTPROF_MICRO_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * printf's %s, %u, %x, %lu and %lx. False when `out` was too small: it then
 * holds what fitted.
 */
bool text_format(char *out, size_t size, const char *fmt, va_list ap);

bool text_equal(const char *a, const char *b);

/* A number at *at, which moves past it. False when there is none, or one above `max`. */
bool text_number(const char **at, unsigned base, uint64_t max, uint64_t *out);

/* The next word at *at, which moves past it; NULL at the end. Blanks become '\0'. */
char *text_word(char **at);

#endif
