// SPDX-License-Identifier: GPL-2.0-only
#include "collector/kprobe.h"

#include <linux/perf_event.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collector/base/fsutil.h"

#define TYPE "/sys/bus/event_source/devices/kprobe/type"

bool kprobe_is_allowed(const char *function)
{
	struct perf_event_attr a = { .size = sizeof(a), .config1 = (uintptr_t)function };
	char *type;
	int fd;

	if (fs_read(TYPE, &type, NULL))
		return false;
	a.type = atoi(type);
	free(type);
	fd = syscall(SYS_perf_event_open, &a, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}
