// SPDX-License-Identifier: GPL-2.0-only
#include "tests/bench/memory_of.h"

#include <dirent.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The number after `key` in a line of /proc/PID/FILE; -1: there is none. */
static long number_in(pid_t pid, const char *file, const char *key)
{
	char path[64], line[512];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	f = fopen(path, "r");
	while (f && n < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)))
			sscanf(line + strlen(key), ": %ld", &n);
	if (f)
		fclose(f);
	return n;
}

/* Pages of maps that are mapped: they are the maps', which are counted as a whole. */
static long mapped_maps(pid_t pid)
{
	char path[64], line[512];
	bool is_map = false;
	long sum = 0, n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
	f = fopen(path, "r");
	if (!f)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), f)) {
		if (strchr(line, '-') && strchr(line, '-') < strchr(line, ' '))
			is_map = strstr(line, "bpf-map");
		else if (is_map && sscanf(line, "Rss: %ld", &n) == 1)
			sum += n;
	}
	fclose(f);
	return sum;
}

static void add_descriptor(struct memory *m, pid_t pid, const char *fd)
{
	char file[300];
	long bytes;

	snprintf(file, sizeof(file), "fdinfo/%s", fd);
	bytes = number_in(pid, file, "memlock");
	if (bytes < 0)
		return;
	if (number_in(pid, file, "map_type") >= 0) {
		m->nr_maps++;
		m->maps += bytes >> 10;
	} else {
		m->nr_programs++;
		m->programs += bytes >> 10;
	}
}

struct memory memory_of(pid_t pid)
{
	long mapped = mapped_maps(pid);
	struct memory m = { .own = number_in(pid, "status", "VmRSS") - mapped,
			    .own_peak = number_in(pid, "status", "VmHWM") - mapped };
	struct dirent *e;
	char path[64];
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", (int)pid);
	d = opendir(path);
	if (!d)
		err(1, "%s", path);
	while ((e = readdir(d)))
		add_descriptor(&m, pid, e->d_name);
	closedir(d);
	return m;
}

void memory_forget_peak(pid_t pid)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/clear_refs", (int)pid);
	f = fopen(path, "w");
	if (!f || fputs("5", f) == EOF || fclose(f))
		err(1, "%s", path);
}
