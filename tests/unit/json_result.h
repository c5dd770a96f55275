/* SPDX-License-Identifier: GPL-2.0-only */
/* result.json in tests: taken apart and read back. Include cmocka.h first. */
#ifndef NESTPROF_JSON_RESULT_H
#define NESTPROF_JSON_RESULT_H

#include <errno.h>
#include <stdlib.h>

#include <jansson.h>

#include "analysis/result_json.h"
#include "tests/unit/sample_result.h"

#define WHY_UNTOUCHED "untouched"

/* Walks "arms.1.workloads.0.name". */
static inline json_t *at(json_t *j, const char *path)
{
	char copy[128], *rest = copy, *part;

	snprintf(copy, sizeof(copy), "%s", path);
	while (j && (part = strsep(&rest, ".")))
		j = json_is_array(j) ? json_array_get(j, atoi(part)) : json_object_get(j, part);
	return j;
}

static inline json_t *parsed(const struct np_result *r)
{
	char *text = np_result_to_json(r);
	json_t *j;

	assert_non_null(text);
	j = json_loads(text, 0, NULL);
	assert_non_null(j);
	free(text);
	return j;
}

static inline int read_back(const char *text, struct np_result **r)
{
	char why[200] = WHY_UNTOUCHED;
	int err = np_result_from_json(text, r, why, sizeof(why));

	if (err) {
		assert_true(err == -EINVAL || err == -EPROTO);
		assert_true(strlen(why) > 8);
		assert_string_not_equal(why, WHY_UNTOUCHED);
		assert_null(strchr(why, '\n'));
	}
	return err;
}

#endif
