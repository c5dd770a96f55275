// SPDX-License-Identifier: GPL-2.0-only
#include "collector/freeze.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "collector/base/fsutil.h"
#include "collector/base/log.h"
#include "collector/base/proc.h"

#define TIMEOUT_S 10.0

/* The state letter: after the name, which may hold anything, ")" included. */
static char thread_state(pid_t pid, const char *tid)
{
	char path[NP_PATH], line[512];
	const char *end;

	if (fs_path(path, "/proc/%d/task/%s/stat", (int)pid, tid) ||
	    fs_read_line(path, line, sizeof(line)))
		return 'X'; /* it ended since the folder was read */
	end = strrchr(line, ')');
	return end && end[1] == ' ' ? end[2] : 'X';
}

/* How many threads still run; -ESRCH when none is alive. */
static int count_running(pid_t pid)
{
	char path[NP_PATH];
	int alive = 0, running = 0;
	struct dirent *e;
	DIR *tasks;

	if (fs_path(path, "/proc/%d/task", (int)pid) || !(tasks = opendir(path)))
		return -ESRCH;
	while ((e = readdir(tasks))) {
		char state = e->d_name[0] == '.' ? 'X' : thread_state(pid, e->d_name);

		alive += state != 'X' && state != 'Z';
		running += state != 'X' && state != 'Z' && state != 'T';
	}
	closedir(tasks);
	return alive ? running : -ESRCH;
}

int freeze_process(pid_t pid)
{
	double deadline = log_elapsed() + TIMEOUT_S;
	int running;

	if (kill(pid, SIGSTOP) < 0)
		return -errno;
	while ((running = count_running(pid)) > 0) {
		if (np_interrupted())
			return -EINTR;
		if (log_elapsed() > deadline)
			return -ETIMEDOUT;
		poll(NULL, 0, 1);
	}
	return running;
}

int thaw_process(pid_t pid)
{
	return kill(pid, SIGCONT) < 0 ? -errno : 0;
}
