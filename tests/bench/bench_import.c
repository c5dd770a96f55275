// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast traces are read, beside the tools that wrote them, pair by pair on the same file:
 * bench_import NESTPROF PERF_DATA PERF_EVENTS TRACE_DAT DAT_EVENTS PAIRS. The files are read
 * once before, so that they come from the page cache; CPU time is what is compared.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_PAIRS 99

struct cost {
	double seconds; /* of CPU time */
	long kib;
};

static int devnull(void)
{
	int fd = open("/dev/null", O_RDWR);

	if (fd < 0)
		err(1, "/dev/null");
	return fd;
}

static double seconds(struct timeval t)
{
	return t.tv_sec + t.tv_usec * 1e-6;
}

static struct cost run(const char *const argv[])
{
	struct rusage u;
	int status;
	pid_t pid = fork();

	if (!pid) {
		dup2(devnull(), STDIN_FILENO);
		dup2(devnull(), STDOUT_FILENO);
		dup2(devnull(), STDERR_FILENO);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) != pid)
		err(1, "%s", argv[0]);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		errx(1, "%s failed with status %d", argv[0], status);
	return (struct cost){ seconds(u.ru_utime) + seconds(u.ru_stime), u.ru_maxrss };
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, int n)
{
	qsort(v, n, sizeof(*v), by_size);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void compare(const char *name, const char *const ours[], const char *const theirs[],
		    double events, int pairs)
{
	double a[MAX_PAIRS], b[MAX_PAIRS], ratio[MAX_PAIRS];
	struct cost x = { 0 }, y = { 0 };

	run(ours); /* the file is in the page cache now */
	for (int i = 0; i < pairs; i++) {
		x = run(ours);
		y = run(theirs);
		a[i] = x.seconds;
		b[i] = y.seconds;
		ratio[i] = y.seconds / x.seconds;
	}
	printf("| %s | %.1f | %.2f | %.1f | %.2f | %.1f | %.0f | %.0f |\n", name, events / 1e6,
	       median(a, pairs), events / median(a, pairs) / 1e6, median(b, pairs),
	       median(ratio, pairs), x.kib / 1024.0, y.kib / 1024.0);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int pairs = argc == 7 ? atoi(argv[6]) : 0;

	if (pairs < 1 || pairs > MAX_PAIRS)
		errx(2, "usage: bench_import NESTPROF PERF_DATA EVENTS TRACE_DAT EVENTS PAIRS");
	puts("| nestprof report, beside | million events | CPU, s | million events/s | theirs, s "
	     "| times as fast | MiB | theirs, MiB |\n|---|---|---|---|---|---|---|---|");
	compare("perf kvm stat report", (const char *[]){ argv[1], "report", argv[2], NULL },
		(const char *[]){ "perf", "--no-pager", "kvm", "-i", argv[2], "stat", "report",
				  NULL }, atof(argv[3]), pairs);
	compare("perf script", (const char *[]){ argv[1], "report", argv[2], NULL },
		(const char *[]){ "perf", "--no-pager", "script", "-i", argv[2], NULL },
		atof(argv[3]), pairs);
	compare("trace-cmd report", (const char *[]){ argv[1], "report", argv[4], NULL },
		(const char *[]){ "trace-cmd", "report", argv[4], NULL }, atof(argv[5]), pairs);
	return 0;
}
