// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/micro/sequence.h"

#include "workloads/micro/text.h"

static bool parse_access(struct access *a, const char **at, const char **why)
{
	const char *s = *at;
	uint64_t field, repeat = 1;

	*why = "an access is R:FIELD or W:FIELD";
	if ((s[0] != 'R' && s[0] != 'W') || s[1] != ':')
		return false;
	*a = (struct access){ .write = s[0] == 'W' };
	s += 2;
	*why = "a field is a hexadecimal number up to ffff";
	if (!text_number(&s, 16, UINT16_MAX, &field))
		return false;
	a->field = field;
	a->memory = *s == 'm';
	s += a->memory;
	*why = "after * comes a number from 1 to 65535";
	if (*s == '*' && (s++, !text_number(&s, 10, SEQUENCE_MAX_REPEAT, &repeat) || !repeat))
		return false;
	a->repeat = repeat;
	*at = s;
	return true;
}

static bool add(struct sequence *s, const char *text, const char **why)
{
	for (;; text++) {
		if (s->n == SEQUENCE_MAX) {
			*why = "more accesses than fit";
			return false;
		}
		if (!parse_access(&s->access[s->n], &text, why))
			return false;
		s->n++;
		if (!*text)
			return true;
		*why = "accesses are parted by a comma";
		if (*text != ',')
			return false;
	}
}

bool sequence_parse(struct sequence *s, const char *text, const char **why)
{
	s->n = 0;
	return add(s, SEQUENCE_BASE, why) && (!*text || add(s, text, why));
}

__attribute__((format(printf, 3, 4)))
static bool append(char *out, size_t size, const char *fmt, ...)
{
	size_t len = 0;
	va_list ap;
	bool fits;

	while (out[len])
		len++;
	va_start(ap, fmt);
	fits = text_format(out + len, size - len, fmt, ap);
	va_end(ap);
	return fits;
}

bool sequence_print(const struct sequence *s, char *out, size_t size)
{
	bool fits = true;

	*out = '\0';
	for (uint32_t i = 0; fits && i < s->n; i++) {
		const struct access *a = &s->access[i];

		fits = append(out, size, "%s%s:%x%s", i ? "," : "", a->write ? "W" : "R",
			      a->field, a->memory ? "m" : "");
		if (fits && a->repeat > 1)
			fits = append(out, size, "*%u", a->repeat);
	}
	return fits;
}

bool sequence_print_sites(const struct sequence *s, char *out, size_t size)
{
	bool fits = true;

	*out = '\0';
	for (uint32_t i = 0; fits && i < s->n; i++)
		fits = append(out, size, "%s%lx", i ? "," : "", s->access[i].site);
	return fits;
}
