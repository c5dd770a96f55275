// SPDX-License-Identifier: GPL-2.0-only
/* flock(): the kernel frees it whichever way the process ends. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/host/hostfs.h"
#include "collector/host/journal.h"

static int lock_fd = -1;

static int open_and_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	int err;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	err = errno == EWOULDBLOCK ? -EBUSY : -errno;
	close(fd);
	return err;
}

/* Its last holder may have taken the file away between our open and our lock. */
static bool still_there(int fd, const char *path)
{
	struct stat ours, named;

	return fstat(fd, &ours) == 0 && stat(path, &named) == 0 && ours.st_ino == named.st_ino &&
	       ours.st_dev == named.st_dev;
}

static pid_t pid_in(const char *path)
{
	char line[32];

	return fs_read_line(path, line, sizeof(line)) < 0 ? 0 : atoi(line);
}

static int take(const char *dir, const char *path)
{
	int fd, err = fs_mkdirs(dir);

	if (err)
		return err;
	fd = open_and_lock(path);
	if (fd < 0)
		return fd == -ENOENT ? -EAGAIN : fd;
	if (still_there(fd, path)) {
		lock_fd = fd;
		return 0;
	}
	close(fd);
	return -EAGAIN;
}

int ab_lock_take(pid_t *holder)
{
	char dir[NP_PATH], path[NP_PATH], pid[32];
	int err = host_path(dir, JOURNAL_DIR);

	*holder = 0;
	if (!err)
		err = host_path(path, LOCK_PATH);
	if (err)
		return err;
	err = -EAGAIN;
	for (int tries = 0; err == -EAGAIN && tries < 100; tries++)
		err = take(dir, path);
	if (err == -EBUSY)
		*holder = pid_in(path);
	if (err)
		return err;
	snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	if (ftruncate(lock_fd, 0) < 0)
		err = -errno;
	if (!err)
		err = write_all(lock_fd, pid, strlen(pid));
	if (err)
		ab_lock_drop();
	return err;
}

void ab_lock_drop(void)
{
	char path[NP_PATH];

	if (lock_fd < 0)
		return;
	/* While still held: nobody else's file is taken away. */
	if (host_path(path, LOCK_PATH) == 0)
		unlink(path);
	close(lock_fd);
	lock_fd = -1;
	if (host_path(path, JOURNAL_DIR) == 0)
		rmdir(path);
}
