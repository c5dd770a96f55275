// SPDX-License-Identifier: GPL-2.0-only
#include "collector/stat/wait.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/host/hostfs.h"

#define COMMAND_GRACE_MS 2000

double wait_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static int open_pidfd(pid_t pid)
{
	int fd = syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : fd;
}

int wait_for_vm(struct waiting *w, pid_t tgid)
{
	int fd = open_pidfd(tgid);

	if (fd == -ESRCH)
		return fail(NP_EXIT_MISSING, fd, "process %d has ended", (int)tgid);
	if (fd < 0)
		return fail(NP_EXIT_FAILED, fd, "cannot watch process %d: %s", (int)tgid,
			    strerror(-fd));
	w->vm = fd;
	return 0;
}

static bool is_program(const char *name)
{
	char path[NP_PATH];

	return strchr(name, '/') ? access(name, X_OK) == 0 : host_program(path, name);
}

int wait_for_command(struct waiting *w, char *const argv[])
{
	int err;

	if (!is_program(argv[0]))
		return fail(NP_EXIT_MISSING, -ENOENT, "no program '%s' to run", argv[0]);
	err = proc_start(&w->proc, (const char *const *)argv, PROC_OUT_TO_ERR);
	if (!err)
		w->command = open_pidfd(w->proc.pid);
	if (!err && w->command < 0)
		err = w->command;
	if (err)
		return fail(NP_EXIT_FAILED, err, "cannot run %s: %s", argv[0], strerror(-err));
	return 0;
}

/* A terminal that is gone is no reader either; a file has neither event. */
static enum stat_end what_ended(const struct pollfd fds[3])
{
	if (fds[0].revents)
		return END_COMMAND;
	if (fds[1].revents)
		return END_VM;
	if (fds[2].revents & (POLLERR | POLLHUP))
		return END_READER;
	return END_NOT_YET;
}

enum stat_end wait_until(const struct waiting *w, double until)
{
	struct pollfd fds[3] = { { w->command, POLLIN, 0 },
				 { w->vm, POLLIN, 0 },
				 { w->out, 0, 0 } };
	double left;

	while ((left = until - wait_now()) > 0) {
		struct timespec t = { .tv_sec = left, .tv_nsec = (left - (time_t)left) * 1e9 };
		int n;

		if (np_interrupted())
			return END_SIGNAL;
		n = ppoll(fds, 3, &t, NULL);
		if (n < 0 && errno != EINTR)
			return END_ERROR;
		if (n > 0)
			return what_ended(fds);
	}
	return np_interrupted() ? END_SIGNAL : END_NOT_YET;
}

void wait_close(struct waiting *w)
{
	proc_stop(&w->proc, COMMAND_GRACE_MS);
	if (w->vm >= 0)
		close(w->vm);
	if (w->command >= 0)
		close(w->command);
	*w = WAITING_NONE;
}
