// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench_demo COMMAND...: runs it, and prints what it took: each phase (from
 * nestprof's own progress lines), wall time, and the peak memory of it and all
 * its descendants together (proportional set size, sampled).
 */
#include <ctype.h>
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/linebuf.h"
#include "collector/base/proc.h"

#define SAMPLE_MS 200
#define MAX_PHASES 64
#define MAX_PIDS 65536

struct phase {
	char name[160];
	double start;
};

static struct phase phases[MAX_PHASES];
static unsigned nr_phases;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* "[  12.3 s] boot": a phase begins. "[...] boot: said": it goes on. */
static void on_line(const char *line, void *arg)
{
	const struct phase *last = nr_phases ? &phases[nr_phases - 1] : NULL;
	double start;
	int at = 0;

	(void)arg;
	fprintf(stderr, "%s\n", line);
	if (sscanf(line, "[%lf s] %n", &start, &at) != 1 || !at || nr_phases == MAX_PHASES)
		return;
	if (last && !strncmp(line + at, last->name, strlen(last->name)) &&
	    line[at + strlen(last->name)] == ':')
		return;
	snprintf(phases[nr_phases].name, sizeof(phases[0].name), "%s", line + at);
	phases[nr_phases++].start = start;
}

static pid_t parent_of(pid_t pid)
{
	char path[NP_PATH], stat[512], *end;
	int ppid = 0;

	if (fs_path(path, "/proc/%d/stat", (int)pid) || fs_read_line(path, stat, sizeof(stat)))
		return 0;
	end = strrchr(stat, ')'); /* the name may hold anything */
	if (end)
		sscanf(end, ") %*c %d", &ppid);
	return ppid;
}

static bool descends_from(pid_t pid, pid_t root)
{
	for (int depth = 0; pid > 1 && depth < 32; depth++, pid = parent_of(pid))
		if (pid == root)
			return true;
	return false;
}

static long pss_kib(pid_t pid)
{
	char path[NP_PATH], *text, *line;
	long kib = 0;

	if (fs_path(path, "/proc/%d/smaps_rollup", (int)pid) || fs_read(path, &text, NULL))
		return 0;
	line = strstr(text, "\nPss:");
	if (line)
		kib = strtol(line + 5, NULL, 10);
	free(text);
	return kib;
}

static long total_pss_kib(pid_t root)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	long kib = 0;

	while (proc && (d = readdir(proc)))
		if (isdigit((unsigned char)d->d_name[0]) && descends_from(atoi(d->d_name), root))
			kib += pss_kib(atoi(d->d_name));
	if (proc)
		closedir(proc);
	return kib;
}

static void drain(struct proc *p, struct linebuf *lines)
{
	struct pollfd fd = { p->err, POLLIN, 0 };
	char buf[4096];
	ssize_t n;

	while (poll(&fd, 1, SAMPLE_MS) > 0 && (n = read(p->err, buf, sizeof(buf))) > 0)
		linebuf_feed(lines, buf, n, on_line, NULL);
}

static void print_phases(double wall)
{
	printf("\n%-52s %10s\n", "phase", "seconds");
	for (unsigned i = 0; i < nr_phases; i++) {
		double end = i + 1 < nr_phases ? phases[i + 1].start : wall;

		printf("%-52.52s %10.1f\n", phases[i].name, end - phases[i].start);
	}
}

int main(int argc, char **argv)
{
	struct linebuf lines = { .len = 0 };
	double start = now(), wall;
	int status = 0, r = 0;
	long peak = 0;
	struct proc p;

	if (argc < 2 || proc_start(&p, (const char *const *)argv + 1, PROC_PIPE_ERR) < 0) {
		fprintf(stderr, "usage: bench_demo COMMAND...\n");
		return 2;
	}
	np_catch_signals();
	while (!np_interrupted() && (r = proc_poll(&p, &status)) == 0) {
		long kib = total_pss_kib(p.pid);

		peak = kib > peak ? kib : peak;
		drain(&p, &lines);
	}
	wall = now() - start;
	drain(&p, &lines);
	proc_stop(&p, 2000);
	print_phases(wall);
	printf("%-52s %10.1f\n", "wall time", wall);
	printf("%-52s %10.1f MiB\n", "peak memory of all processes together", peak / 1024.0);
	return r == 1 && status == 0 ? 0 : 1;
}
