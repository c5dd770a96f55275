// SPDX-License-Identifier: GPL-2.0-only
/* The modules of L2's initramfs, in the order in which /modules.list has them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workloads/linux/init.h"

static int load_module(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST)) {
		err = -errno;
		complain("cannot load %s: %s", path, strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	return err;
}

int load_modules(void)
{
	char line[256];
	FILE *list = fopen("/modules.list", "re");
	int err = 0;

	while (list && !err && fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0])
			err = load_module(line);
	}
	if (list)
		fclose(list);
	return err;
}
