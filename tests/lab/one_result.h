/* SPDX-License-Identifier: GPL-2.0-only */
/* The result that a check was given on its command line, as its tests' state. */
#ifndef NESTPROF_TESTS_ONE_RESULT_H
#define NESTPROF_TESTS_ONE_RESULT_H

#include <stdio.h>
#include <stdlib.h>

#include "analysis/result_json.h"
#include "collector/base/fsutil.h"

static const char *one_result_path;

/* Set-up and tear-down of a group of tests. */
static int one_result_load(void **state)
{
	struct np_result *r = NULL;
	char why[200] = "unreadable", *text;

	if (fs_read(one_result_path, &text, NULL) ||
	    np_result_from_json(text, &r, why, sizeof(why))) {
		fprintf(stderr, "%s: %s\n", one_result_path, why);
		return -1;
	}
	free(text);
	*state = r;
	return 0;
}

static int one_result_free(void **state)
{
	np_result_free(*state);
	return 0;
}

#endif
