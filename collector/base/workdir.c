// SPDX-License-Identifier: GPL-2.0-only
#include "collector/base/workdir.h"

#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fail.h"

static void remove_left(const char *base, const char *prefix)
{
	char pattern[NP_PATH];
	glob_t left;

	if (fs_path(pattern, "%s/%s-*", base, prefix) || glob(pattern, 0, NULL, &left))
		return;
	for (size_t i = 0; i < left.gl_pathc; i++) {
		pid_t pid = atoi(strrchr(left.gl_pathv[i], '-') + 1);

		if (pid > 0 && (pid == getpid() || (kill(pid, 0) < 0 && errno == ESRCH)))
			fs_remove(left.gl_pathv[i]);
	}
	globfree(&left);
}

int workdir_make(char out[NP_PATH], const char *base, const char *prefix)
{
	int err = fs_path(out, "%s/%s-%d", base, prefix, (int)getpid());

	remove_left(base, prefix);
	if (!err)
		err = fs_mkdirs(out);
	if (err)
		fail(err == -ENOSPC || err == -EACCES || err == -EROFS ? NP_EXIT_NO_SPACE
								       : NP_EXIT_FAILED,
		     err, "cannot make the folder %s: %s", out, strerror(-err));
	return err;
}
