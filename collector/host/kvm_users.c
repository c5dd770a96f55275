// SPDX-License-Identifier: GPL-2.0-only
#include "collector/host/kvm_users.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/host/facts.h"
#include "collector/host/hostfs.h"

int kvm_user_has(pid_t pid, const char *link)
{
	char dir[NP_PATH], target[64];
	int found = 0, err = host_path(dir, "/proc/%d/fd", (int)pid);
	struct dirent *e;
	DIR *d;

	if (err)
		return err;
	d = opendir(dir);
	if (!d)
		return -errno;
	while (!found && (e = readdir(d))) {
		ssize_t n = readlinkat(dirfd(d), e->d_name, target, sizeof(target));

		found = n == (ssize_t)strlen(link) && memcmp(target, link, n) == 0;
	}
	closedir(d);
	return found;
}

int kvm_users(const char *link, pid_t *pids, uint32_t max)
{
	char path[NP_PATH];
	struct dirent *e;
	uint32_t n = 0;
	DIR *d;

	if (host_path(path, "/proc") < 0)
		return 0;
	d = opendir(path);
	if (!d)
		return 0;
	while ((e = readdir(d))) {
		pid_t pid = atoi(e->d_name);

		/* A process may be gone meanwhile, or not ours to look at. */
		if (!isdigit((unsigned char)e->d_name[0]) || kvm_user_has(pid, link) <= 0)
			continue;
		if (n < max)
			pids[n] = pid;
		n++;
	}
	closedir(d);
	return n;
}

int facts_running_vms(pid_t *pids, uint32_t max)
{
	return kvm_users(KVM_USER_VM, pids, max);
}

void kvm_user_name(pid_t pid, char *name, size_t size)
{
	char comm[32];

	if (host_read_line(comm, sizeof(comm), "/proc/%d/comm", (int)pid) < 0)
		snprintf(name, size, "PID %d", (int)pid);
	else
		snprintf(name, size, "%s (PID %d)", comm, (int)pid);
}
