// SPDX-License-Identifier: GPL-2.0-only
#include "collector/l1_need.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/host/hostfs.h"

int l1_need_file(const char *path, const char *what)
{
	if (access(path, R_OK) == 0)
		return 0;
	return fail(NP_EXIT_MISSING, -errno, "cannot read %s %s: %s", what, path, strerror(errno));
}

int l1_need_program(const char *name)
{
	char path[NP_PATH];

	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? 0 : -errno;
	return host_program(path, name) ? 0 : -ENOENT;
}
