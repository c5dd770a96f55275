// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/micro/text.h"

#define DIGITS_MAX 20 /* of 2^64 - 1, in decimal */

struct out {
	char *at, *end; /* `end` is the last byte's place, kept for the '\0' */
	bool cut;
};

static void put(struct out *o, char c)
{
	if (o->at < o->end)
		*o->at++ = c;
	else
		o->cut = true;
}

static void put_number(struct out *o, uint64_t n, unsigned base)
{
	char digits[DIGITS_MAX];
	int i = 0;

	do {
		digits[i++] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	while (i)
		put(o, digits[--i]);
}

bool text_format(char *out, size_t size, const char *fmt, va_list ap)
{
	struct out o = { .at = out, .end = out + size - 1 };

	for (; *fmt; fmt++) {
		bool is_long;

		if (*fmt != '%') {
			put(&o, *fmt);
			continue;
		}
		is_long = *++fmt == 'l';
		fmt += is_long;
		if (*fmt == 's')
			for (const char *s = va_arg(ap, const char *); *s; s++)
				put(&o, *s);
		else
			put_number(&o, is_long ? va_arg(ap, uint64_t) : va_arg(ap, unsigned),
				   *fmt == 'x' ? 16 : 10);
	}
	*o.at = '\0';
	return !o.cut;
}

bool text_equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

static unsigned digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10u : 16;
}

bool text_number(const char **at, unsigned base, uint64_t max, uint64_t *out)
{
	const char *s = *at;
	uint64_t n = 0;

	for (unsigned d; (d = digit(*s)) < base; s++) {
		if (d > max || n > (max - d) / base)
			return false;
		n = n * base + d;
	}
	if (s == *at)
		return false;
	*at = s;
	*out = n;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\r';
}

char *text_word(char **at)
{
	char *word = *at, *end;

	while (is_blank(*word))
		word++;
	for (end = word; *end && !is_blank(*end); end++)
		;
	*at = *end ? end + 1 : end;
	*end = '\0';
	return end > word ? word : NULL;
}

