// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/recording/access.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEX 19 /* 0x, 16 digits, \0 */

/* JSON's integers have a sign, and L1's addresses have all 64 bits. */
static json_t *hex(uint64_t v)
{
	char text[HEX];

	snprintf(text, sizeof(text), "0x%" PRIx64, v);
	return json_string(text);
}

static int from_hex(const char *text, uint64_t *v)
{
	size_t n = strlen(text);

	if (n < 3 || n >= HEX || strncmp(text, "0x", 2) ||
	    strspn(text + 2, "0123456789abcdef") != n - 2)
		return -EINVAL;
	*v = strtoull(text, NULL, 16);
	return 0;
}

json_t *rec_access_to_json(const struct rec_access *a)
{
	const struct np_access *w = &a->what;
	json_t *unknown = w->unknown ? json_string(np_unknown_name(w->unknown)) : json_null();

	return json_pack("{s:I, s:I, s:b, s:b, s:o, s:o, s:o}", "access", (json_int_t)a->access,
			 "stream", (json_int_t)a->stream, "write", w->write, "memory", w->memory,
			 "unknown", unknown, "address", hex(w->address), "field", hex(w->field));
}

/* What a later nestprof may find as a reason is none that is known here. */
static int unknown_of(const json_t *o)
{
	const char *name = json_string_value(o);

	for (int i = NP_KNOWN + 1; name && i < NP_UNKNOWNS; i++)
		if (!strcmp(name, np_unknown_name(i)))
			return i;
	return json_is_null(o) ? NP_KNOWN : -EINVAL;
}

int rec_access_from_json(struct rec_access *a, const json_t *o)
{
	const char *address, *field;
	json_t *unknown;
	json_int_t access, stream;
	int write, memory, why;

	memset(a, 0, sizeof(*a));
	if (json_unpack((json_t *)o, "{s:I, s:I, s:b, s:b, s:o, s:s, s:s}", "access", &access,
			"stream", &stream, "write", &write, "memory", &memory, "unknown", &unknown,
			"address", &address, "field", &field))
		return -EINVAL;
	why = unknown_of(unknown);
	if (access < 1 || access > UINT32_MAX || stream < 1 || stream > UINT32_MAX || why < 0 ||
	    from_hex(address, &a->what.address) || from_hex(field, &a->what.field))
		return -EINVAL;
	a->access = access;
	a->stream = stream;
	a->what.write = write;
	a->what.memory = memory;
	a->what.unknown = why;
	return 0;
}
