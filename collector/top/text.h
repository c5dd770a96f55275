/* SPDX-License-Identifier: GPL-2.0-only */
/* Text in columns of a terminal, in the locale's characters. */
#ifndef NESTPROF_TOP_TEXT_H
#define NESTPROF_TOP_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Columns that it takes; what cannot be shown takes one. */
uint32_t top_text_width(const char *text);

/*
 * In exactly `width` columns: filled up with blanks, on the left if it is to
 * be at the right; cut, its last column "~", where it does not fit. What
 * cannot be shown is "?". Less when `size` is too small. Returns `out`.
 */
char *top_text_fit(char *out, size_t size, const char *text, uint32_t width, int at_right);

/* "7,861", "123k", "1.23M": in no more than six columns or so. */
char *top_text_short(char *out, size_t size, double value);

#endif
