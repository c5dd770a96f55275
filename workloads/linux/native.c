// SPDX-License-Identifier: GPL-2.0-only
/* A workload as a process of any Linux: `guest native WORKLOAD ITERATIONS` prints its times. */
#include "workloads/linux/init.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define FOLDER "/tmp"

static const struct {
	const char *name;
	guest_workload *run;
} workloads[] = {
#define NATIVE(name) { #name, name##_run },
#define GUEST(name)
#define WORKLOAD(...)
#define MACRO(name, form, ...) form(name)
#include "workloads/manifest.def"
#undef WORKLOAD
#undef MACRO
};

/* Files are in memory, as in L2; they are gone with this process, whatever ends it. */
static int enter_folder(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", FOLDER, "tmpfs", 0, NULL) || chdir(FOLDER)) {
		complain("a folder in memory at " FOLDER ": %s", strerror(errno));
		return -errno;
	}
	return 0;
}

int native_main(const char *name, const char *iterations)
{
	struct guest_times times;

	for (size_t i = 0; i < sizeof(workloads) / sizeof(*workloads); i++) {
		if (strcmp(workloads[i].name, name))
			continue;
		if (enter_folder() || workloads[i].run(strtoull(iterations, NULL, 10), &times))
			return 1;
		printf("%" PRIu64 " %" PRIu64 "\n", times.begin, times.end);
		return 0;
	}
	complain("%s has no native form", name);
	return 1;
}
