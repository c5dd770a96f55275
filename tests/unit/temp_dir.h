/* SPDX-License-Identifier: GPL-2.0-only */
/* A folder of a test's own: made before it (make_dir), removed after it (remove_dir). */
#ifndef NESTPROF_TESTS_TEMP_DIR_H
#define NESTPROF_TESTS_TEMP_DIR_H

#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"

static char dir[64];

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/nestprof-test-XXXXXX");
	fail_clear();
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return fs_remove(dir);
}

/* A path in it. Good until six more were asked for. */
static char *in_dir(const char *name)
{
	static char path[6][NP_PATH];
	static int next;
	char *p = path[next++ % 6];

	assert_int_equal(fs_path(p, "%s/%s", dir, name), 0);
	return p;
}

#endif
