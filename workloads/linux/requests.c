// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request loop on a disk, past the page cache: an iteration is a read or a write of 4 KiB
 * somewhere on it. What was written is what is read again.
 */
#include "workloads/linux/init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define DISK "/dev/vda"
#define BLOCK 4096
#define BLOCKS (NP_GUEST_DISK / BLOCK)
#define WAIT_MS 2000

static bool written[BLOCKS];
static alignas(BLOCK) char block[BLOCK];

/* The driver finds its disk while we go on. */
static int open_disk(void)
{
	int fd = -1;

	if (load_modules() < 0)
		return -EIO;
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) < 0 && errno != EBUSY)
		return -errno;
	for (int i = 0; fd < 0 && i < WAIT_MS; i++) {
		fd = open(DISK, O_RDWR | O_DIRECT);
		if (fd < 0)
			usleep(1000);
	}
	return fd < 0 ? -errno : fd;
}

static int write_block(int fd, uint32_t at)
{
	memset(block, 1 + at % 255, BLOCK);
	written[at] = true;
	return pwrite(fd, block, BLOCK, (off_t)at * BLOCK) == BLOCK ? 0 : -EIO;
}

static int read_block(int fd, uint32_t at)
{
	const char wanted = written[at] ? 1 + at % 255 : 0;

	if (pread(fd, block, BLOCK, (off_t)at * BLOCK) != BLOCK)
		return -EIO;
	return block[0] == wanted && block[BLOCK - 1] == wanted ? 0 : -EBADMSG;
}

static int request_all(int fd, uint64_t iterations)
{
	uint32_t seed = 1;
	int err = 0;

	for (uint64_t i = 0; !err && i < iterations; i++) {
		uint32_t at;

		seed = seed * 1664525 + 1013904223; /* Numerical Recipes' */
		at = (seed >> 12) % BLOCKS;
		err = seed >> 31 ? write_block(fd, at) : read_block(fd, at);
	}
	return err;
}

int requests_run(uint64_t iterations, struct guest_times *times)
{
	int fd = open_disk(), err = fd < 0 ? fd : 0;

	if (err) {
		complain("requests: no disk " DISK ": %s", strerror(-err));
		return err;
	}
	times->begin = guest_time();
	err = request_all(fd, iterations);
	times->end = guest_time();
	if (err)
		complain("requests: a request failed: %s", strerror(-err));
	close(fd);
	return err;
}
