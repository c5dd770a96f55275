// SPDX-License-Identifier: GPL-2.0-only
#include "collector/cycle_counters.h"

#include <dirent.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collector/host/hostfs.h"

#define MAX_THREADS 1024

enum { HOST, GUEST, SIDES };

struct cycle_counters {
	uint32_t n;
	int fd[MAX_THREADS][SIDES];
};

static int open_one(pid_t thread, int side)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_CPU_CYCLES,
		.exclude_guest = side == HOST,
		.exclude_host = side == GUEST,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
	};
	int fd = syscall(SYS_perf_event_open, &attr, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

bool cycle_counters_there(void)
{
	bool there = true;

	for (int side = 0; side < SIDES; side++) {
		int fd = open_one(0, side);

		there &= fd >= 0;
		if (fd >= 0)
			close(fd);
	}
	return there;
}

static int add_thread(struct cycle_counters *c, pid_t thread)
{
	int host = open_one(thread, HOST), guest = host < 0 ? -1 : open_one(thread, GUEST);

	if (host < 0)
		return host == -ESRCH ? 0 : host; /* it ended meanwhile */
	if (guest < 0) {
		close(host);
		return guest == -ESRCH ? 0 : guest;
	}
	c->fd[c->n][HOST] = host;
	c->fd[c->n++][GUEST] = guest;
	return 0;
}

static int add_all(struct cycle_counters *c, pid_t pid)
{
	char path[NP_PATH];
	struct dirent *e;
	DIR *dir;
	int err = host_path(path, "/proc/%d/task", (int)pid);

	dir = err ? NULL : opendir(path);
	if (!dir)
		return -ESRCH;
	while (!err && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			err = c->n == MAX_THREADS ? -E2BIG : add_thread(c, atoi(e->d_name));
	closedir(dir);
	return err;
}

int cycle_counters_open(struct cycle_counters **out, pid_t pid)
{
	struct cycle_counters *c = calloc(1, sizeof(*c));
	int err = c ? add_all(c, pid) : -ENOMEM;

	if (!err && !c->n)
		err = -ESRCH;
	if (err) {
		cycle_counters_close(c);
		c = NULL;
	}
	*out = c;
	return err;
}

static bool read_one(int fd, uint64_t *sum)
{
	struct {
		uint64_t count, enabled, running;
	} v;

	if (read(fd, &v, sizeof(v)) != sizeof(v) || v.enabled != v.running)
		return false;
	*sum += v.count;
	return true;
}

void cycle_counters_read(const struct cycle_counters *c, struct np_cycles *out)
{
	*out = (struct np_cycles){ .known = true };
	for (uint32_t i = 0; i < c->n; i++) {
		out->known &= read_one(c->fd[i][HOST], &out->l0);
		out->known &= read_one(c->fd[i][GUEST], &out->guests);
	}
}

void cycle_counters_close(struct cycle_counters *c)
{
	for (uint32_t i = 0; c && i < c->n; i++) {
		close(c->fd[i][HOST]);
		close(c->fd[i][GUEST]);
	}
	free(c);
}
