// SPDX-License-Identifier: GPL-2.0-only
#include "collector/host/hostfs.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char host_root[NP_PATH];

void host_set_root(const char *root)
{
	snprintf(host_root, sizeof(host_root), "%s", root);
}

static int vpath(char out[NP_PATH], const char *fmt, va_list ap)
{
	char path[NP_PATH];
	int n = vsnprintf(path, sizeof(path), fmt, ap);

	if (n < 0 || n >= NP_PATH)
		return -ENAMETOOLONG;
	return fs_path(out, "%s%s", host_root, path);
}

int host_path(char out[NP_PATH], const char *fmt, ...)
{
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = vpath(out, fmt, ap);
	va_end(ap);
	return err;
}

bool host_exists(const char *fmt, ...)
{
	char path[NP_PATH];
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = vpath(path, fmt, ap);
	va_end(ap);
	return !err && fs_exists(path);
}

int host_read(char **data, size_t *len, const char *fmt, ...)
{
	char path[NP_PATH];
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = vpath(path, fmt, ap);
	va_end(ap);
	return err ? err : fs_read(path, data, len);
}

int host_read_line(char *line, size_t size, const char *fmt, ...)
{
	char path[NP_PATH];
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = vpath(path, fmt, ap);
	va_end(ap);
	return err ? err : fs_read_line(path, line, size);
}

int host_release(char *release, size_t size)
{
	return host_read_line(release, size, "/proc/sys/kernel/osrelease");
}

bool host_program(char out[NP_PATH], const char *name)
{
	const char *dirs = getenv("PATH");

	while (dirs && *dirs) {
		int len = strcspn(dirs, ":");

		if (len && host_path(out, "%.*s/%s", len, dirs, name) == 0 &&
		    access(out, X_OK) == 0)
			return true;
		dirs += len + (dirs[len] == ':');
	}
	return false;
}
