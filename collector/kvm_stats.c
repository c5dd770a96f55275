// SPDX-License-Identifier: GPL-2.0-only
#include "collector/kvm_stats.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/host/hostfs.h"

#define KVM_DEBUGFS "/sys/kernel/debug/kvm"

/* Folders are named after the thread that created the VM: "<tid>-<fd>". */
static bool is_vm_of(const char *folder, pid_t tgid)
{
	int tid, fd, len = 0;

	if (sscanf(folder, "%d-%d%n", &tid, &fd, &len) != 2 || folder[len])
		return false;
	return tid == tgid || host_exists("/proc/%d/task/%d", tgid, tid);
}

int kvm_stats_find(char dir[NP_PATH], pid_t tgid)
{
	char root[NP_PATH];
	int err = host_path(root, KVM_DEBUGFS);
	DIR *d = err ? NULL : opendir(root);
	struct dirent *e;

	if (!d)
		return err ? err : -errno;
	err = -ENOENT;
	while (err == -ENOENT && (e = readdir(d)))
		if (is_vm_of(e->d_name, tgid))
			err = fs_path(dir, "%s/%s", root, e->d_name);
	closedir(d);
	return err;
}

static int read_count(const char *dir, const char *name, uint64_t *n)
{
	char path[NP_PATH], line[32], *end;
	int err = fs_path(path, "%s/%s", dir, name);

	if (!err)
		err = fs_read_line(path, line, sizeof(line));
	if (err)
		return err;
	*n = strtoull(line, &end, 10);
	return end == line ? -EINVAL : 0;
}

int kvm_stats_read(struct kvm_stats *s, const char *dir)
{
	int err = read_count(dir, "exits", &s->exits);

	if (err)
		return err;
	err = read_count(dir, "nested_run", &s->nested_run);
	s->has_nested_run = !err;
	return err == -ENOENT ? 0 : err;
}
