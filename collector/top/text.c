// SPDX-License-Identifier: GPL-2.0-only
#include "collector/top/text.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* The character at `text`: its bytes, its columns, and whether it can be shown. */
struct shown {
	size_t bytes;
	uint32_t columns;
	bool as_is;
};

static struct shown next(const char *text, mbstate_t *state)
{
	wchar_t c;
	size_t n = mbrtowc(&c, text, strlen(text), state);
	int columns = n && n < (size_t)-2 ? wcwidth(c) : -1;

	if (columns >= 0)
		return (struct shown){ n, columns, true };
	if (n > strlen(text) || !n) {
		memset(state, 0, sizeof(*state));
		n = 1;
	}
	return (struct shown){ n, 1, false };
}

uint32_t top_text_width(const char *text)
{
	mbstate_t state = { 0 };
	uint32_t width = 0;

	while (*text) {
		struct shown c = next(text, &state);

		width += c.columns;
		text += c.bytes;
	}
	return width;
}

struct line {
	char *out;
	size_t size, n;
	uint32_t columns;
};

static void put(struct line *l, const char *bytes, size_t n, uint32_t columns)
{
	if (l->n + n >= l->size)
		return;
	memcpy(l->out + l->n, bytes, n);
	l->n += n;
	l->columns += columns;
}

static void put_blanks(struct line *l, uint32_t n)
{
	while (n--)
		put(l, " ", 1, 1);
}

static void put_text(struct line *l, const char *text, uint32_t width)
{
	mbstate_t state = { 0 };

	while (*text) {
		struct shown c = next(text, &state);

		if (l->columns + c.columns > width)
			return;
		put(l, c.as_is ? text : "?", c.as_is ? c.bytes : 1, c.columns);
		text += c.bytes;
	}
}

char *top_text_fit(char *out, size_t size, const char *text, uint32_t width, int at_right)
{
	struct line l = { .out = out, .size = size };
	uint32_t full = top_text_width(text);

	if (full > width) {
		put_text(&l, text, width ? width - 1 : 0);
		if (width)
			put(&l, "~", 1, 1);
	} else {
		put_blanks(&l, at_right ? width - full : 0);
		put_text(&l, text, width);
	}
	while (l.columns < width && l.n + 1 < size)
		put_blanks(&l, 1);
	out[l.n] = '\0';
	return out;
}

char *top_text_short(char *out, size_t size, double value)
{
	static const struct {
		double unit;
		const char *name;
	} units[] = { { 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" } };

	snprintf(out, size, "%.0f", value);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		double scaled = value / units[i].unit;

		if (value < 9999.5 || scaled < 0.9995)
			continue;
		snprintf(out, size, "%.*f%s", scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0, scaled,
			 units[i].name);
		break;
	}
	return out;
}
