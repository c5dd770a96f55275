// SPDX-License-Identifier: GPL-2.0-only
#include "collector/convert/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analysis/json_write.h"

void text_add(struct text *t, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(t->data + t->n, TEXT_ROOM - t->n, fmt, args);
	va_end(args);
	if (n > 0 && (size_t)n < TEXT_ROOM - t->n)
		t->n += n;
}

void text_string(struct text *t, const char *s)
{
	size_t n = strlen(s);

	if (n > TEXT_ROOM - t->n)
		return;
	memcpy(t->data + t->n, s, n);
	t->n += n;
}

void text_u64(struct text *t, uint64_t v)
{
	char digits[20];
	size_t n = 0;

	do
		digits[n++] = '0' + v % 10;
	while (v /= 10);
	while (n && t->n < TEXT_ROOM)
		t->data[t->n++] = digits[--n];
}

int text_flush(struct text *t)
{
	int err = t->n ? output_write(t->out, t->data, t->n) : 0;

	t->n = 0;
	return err;
}

int text_line(struct text *t)
{
	return t->n > TEXT_ROOM - 4 * TEXT_LINE ? text_flush(t) : 0;
}

char *text_json(const char *s)
{
	json_t *j = np_json_string(s);
	char *text = j ? json_dumps(j, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;

	json_decref(j);
	return text;
}
