// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/closure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/proc.h"

#define LIBDIR "lib/x86_64-linux-gnu"

/* A line of the loader's list: "\tlibz.so.1 => /path/libz.so.1 (0x...)". */
static int copy_listed(const char *line, const char *to)
{
	char name[NP_PATH], path[NP_PATH], target[NP_PATH];
	int err;

	if (sscanf(line, " %1023s => %1023s (", name, path) != 2 || path[0] == '(')
		return 0; /* the vdso */
	if (strchr(name, '/'))
		return 0; /* the loader, which has a place of its own */
	if (!strncmp(path, "not", 3))
		return fail(NP_EXIT_FAILED, -ENOENT,
			    "the fetched packages lack the library %s", name);
	err = fs_path(target, "%s/%s", to, name);
	if (!err && !fs_exists(target))
		err = fs_copy(path, target);
	return err;
}

int closure_copy_libraries(const char *tree, const char *program, const char *to)
{
	char loader[NP_PATH], libraries[2 * NP_PATH];
	const char *argv[] = { loader, "--library-path", libraries, "--list", program, NULL };
	char *list, *line, *rest;
	int err = fs_path(loader, "%s/" CLOSURE_LOADER, tree);

	if (err)
		return err;
	snprintf(libraries, sizeof(libraries), "%s/" LIBDIR ":%s/usr/" LIBDIR, tree, tree);
	err = proc_run(argv, &list);
	if (err < 0)
		return err;
	if (err > 0)
		err = fail(NP_EXIT_FAILED, -ENOENT, "%s: %.*s", program,
			   (int)strcspn(list, "\n"), list);
	for (rest = list; !err && (line = strsep(&rest, "\n"));)
		err = copy_listed(line, to);
	free(list);
	return err;
}
