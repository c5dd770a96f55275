/* SPDX-License-Identifier: GPL-2.0-only */
/* A host made of files, under a temporary folder, for the tests of collector/host. */
#ifndef NESTPROF_FAKE_HOST_H
#define NESTPROF_FAKE_HOST_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/host/hostfs.h"

static char fake_root[] = "/tmp/nestprof-host-XXXXXX";

static inline void fake_host_new(void)
{
	strcpy(fake_root + strlen(fake_root) - 6, "XXXXXX");
	assert_non_null(mkdtemp(fake_root));
	host_set_root(fake_root);
}

static inline void fake_host_free(void)
{
	assert_int_equal(fs_remove(fake_root), 0);
	host_set_root("");
}

static inline void fake_parent(const char *path, char full[NP_PATH])
{
	assert_int_equal(host_path(full, "%s", path), 0);
	*strrchr(full, '/') = '\0';
	assert_int_equal(fs_mkdirs(full), 0);
	assert_int_equal(host_path(full, "%s", path), 0);
}

__attribute__((format(printf, 2, 3))) static inline void fake_file(const char *path,
								   const char *fmt, ...)
{
	char full[NP_PATH], text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fake_parent(path, full);
	assert_int_equal(fs_write(full, text, strlen(text)), 0);
}

static inline void fake_link(const char *path, const char *target)
{
	char full[NP_PATH];

	fake_parent(path, full);
	assert_int_equal(symlink(target, full), 0);
}

static inline void fake_remove(const char *path)
{
	char full[NP_PATH];

	assert_int_equal(host_path(full, "%s", path), 0);
	assert_int_equal(fs_remove(full), 0);
}

/* A process with one file descriptor that is this link. */
static inline void fake_process(int pid, const char *comm, const char *link)
{
	char path[NP_PATH];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	fake_file(path, "%s\n", comm);
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	/* A name that would mislead who looks for the first ')'. */
	fake_file(path, "%d (%s) 1) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 %d 0\n", pid,
		  comm, 1000 + pid);
	if (link) {
		snprintf(path, sizeof(path), "/proc/%d/fd/7", pid);
		fake_link(path, link);
	}
}

#endif
