// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/fields_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/exit_reason.h"
#include "analysis/fields_table.h"
#include "analysis/result_json_reader.h"

#define MAX_ACCESSES 65536
#define MAX_SYMBOL 256

json_t *np_fields_to_json(const struct np_fields *f, const struct np_account *a)
{
	const struct fields_view view = { .account = a };
	struct stat_table t;
	int err = fields_table_data(&t, f, &view);
	json_t *list = err ? NULL : np_rows_to_json(t.rows);

	stat_table_free(&t);
	return list;
}

/* "0x4404" */
static bool take_hex(const json_t *o, const char *key, uint64_t *out)
{
	const char *s = json_string_value(json_object_get(o, key));
	char *end;

	if (!s || strncmp(s, "0x", 2) || !s[2] || strlen(s) > 18 ||
	    strspn(s + 2, "0123456789abcdef") != strlen(s + 2))
		return false;
	*out = strtoull(s, &end, 16);
	return true;
}

static bool take_count(const json_t *o, const char *key, uint64_t *out)
{
	const json_t *j = json_object_get(o, key);

	if (!json_is_integer(j) || json_integer_value(j) < 0)
		return false;
	*out = json_integer_value(j);
	return true;
}

static bool take_either(const json_t *o, const char *key, const char *no, const char *yes,
			bool *out)
{
	const char *s = json_string_value(json_object_get(o, key));

	*out = s && !strcmp(s, yes);
	return s && (*out || !strcmp(s, no));
}

static bool take_reason(const json_t *o, uint32_t *out)
{
	const json_t *j = json_object_get(o, "l2_reason");
	const char *s = json_string_value(j);
	int i = s ? np_exit_reason_find(NP_ISA_VMX, s) : -1;

	*out = i >= 0 ? (uint32_t)i : NP_REASON_NONE;
	return json_is_null(j) || (i >= 0 && i < NP_REASONS);
}

static bool take_unknown(const json_t *o, uint8_t *out)
{
	const json_t *j = json_object_get(o, "unknown");
	const char *s = json_string_value(j);

	*out = NP_KNOWN;
	if (json_is_null(j))
		return true;
	for (int i = NP_KNOWN + 1; s && i < NP_UNKNOWNS; i++)
		if (!strcmp(s, np_unknown_name(i)))
			*out = i;
	return *out != NP_KNOWN;
}

static bool take_symbol(const json_t *o, char **out)
{
	const json_t *j = json_object_get(o, "symbol");

	*out = (char *)json_string_value(j);
	return json_is_null(j) || (*out && strlen(*out) < MAX_SYMBOL);
}

const char *np_access_from_json(const json_t *o, struct np_access *a)
{
	*a = (struct np_access){ .vcpu = UINT32_MAX };
	if (!take_unknown(o, &a->unknown))
		return "unknown";
	if (!a->unknown && !take_hex(o, "encoding", &a->field))
		return "encoding";
	if (!take_either(o, "access", "read", "write", &a->write))
		return "access";
	if (!a->unknown && !take_either(o, "operand", "register", "memory", &a->memory))
		return "operand";
	if (!take_reason(o, &a->reason))
		return "l2_reason";
	if (!json_is_null(json_object_get(o, "address")) && !take_hex(o, "address", &a->address))
		return "address";
	if (!take_symbol(o, &a->symbol))
		return "symbol";
	if (!take_count(o, "count", &a->count))
		return "count";
	if (!take_count(o, "timed", &a->timed))
		return "timed";
	return take_count(o, "ns", &a->ns) ? NULL : "ns";
}

int np_json_fields(const struct np_json_reader *r, const json_t *o, struct np_workload_result *w)
{
	const json_t *list;
	int err = 0;

	if (!json_object_get(o, "fields"))
		return 0;
	list = np_json_array(r, o, "fields", MAX_ACCESSES);
	if (!list)
		return -EINVAL;
	for (size_t i = 0; !err && i < json_array_size(list); i++) {
		struct np_access a;
		const char *wrong = np_access_from_json(json_array_get(list, i), &a);

		err = wrong ? np_json_bad(r, "fields[%zu]: %s is missing or wrong", i, wrong) :
			      np_fields_add(&w->fields, &a);
	}
	w->has_fields = !err;
	return err;
}
