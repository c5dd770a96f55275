// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench_export [VMS [VCPUS]]: what a scrape takes with so many VMs [200] of so many vCPUs each [8]:
 * the exporter's own server and programs, scraped by a socket, with vCPUs that busy_source.c keeps
 * busy. CPU time of the server, and its memory with that of its programs and maps, as the kernel
 * tells it. The exit status tells whether that is at most 20 MiB. As root.
 */
#include <err.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/proc.h"
#include "exporter/serve.h"
#include "tests/bench/busy_source.h"
#include "tests/bench/memory_of.h"

#define SCRAPES 5
#define ENOUGH_KB (20 << 10)

/* It is fresh for a second. */
#define PAUSE_US 1100000

static struct sockaddr_un address = { .sun_family = AF_UNIX };

/* Until the parent ends. Execs itself, for its command line to be QEMU's. */
static pid_t start_vm(unsigned int i)
{
	char name[64], uuid[64];
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(name, sizeof(name), "guest=vm-%u,debug-threads=on", i);
	snprintf(uuid, sizeof(uuid), "12345678-1234-1234-1234-%012u", i);
	execl("/proc/self/exe", "qemu-system-x86_64", "-name", name, "-uuid", uuid, NULL);
	_exit(1);
}

static size_t scrape(void)
{
	static const char request[] = "GET /metrics HTTP/1.0\r\n"
				      "Accept: application/openmetrics-text\r\n\r\n";
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char text[1 << 16];
	size_t size = 0;
	ssize_t n;

	for (int tries = 0; connect(fd, (void *)&address, sizeof(address)); tries++) {
		if (tries > 500)
			err(1, "%s", address.sun_path);
		usleep(20000);
	}
	if (write(fd, request, sizeof(request) - 1) < 0)
		err(1, "request");
	while ((n = read(fd, text, sizeof(text))) > 0)
		size += n;
	close(fd);
	return size;
}

static double cpu_ms(pid_t pid)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t))
		err(1, "the server's clock");
	return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static void measure(pid_t server)
{
	scrape(); /* who they are is asked once */
	printf("memory until the first scrape: its own %ld kB at most\n",
	       memory_of(server).own_peak);
	memory_forget_peak(server);
	for (int i = 0; i < SCRAPES; i++) {
		double before;
		size_t size;

		busy_trips();
		usleep(PAUSE_US);
		before = cpu_ms(server);
		size = scrape();
		printf("scrape %d: %.1f ms of CPU, a page of %zu kB\n", i + 1,
		       cpu_ms(server) - before, size >> 10);
	}
}

static bool tell_memory(pid_t server)
{
	struct memory m = memory_of(server);
	struct busy_use u = busy_use();
	long total = m.own_peak + m.maps + m.programs;

	printf("memory while it served: its own %ld kB at most (%ld kB now), %d maps %ld kB, "
	       "%d programs %ld kB: %ld kB together\n", m.own_peak, m.own, m.nr_maps, m.maps,
	       m.nr_programs, m.programs, total);
	printf("rows %u of %u\n", u.rows, u.max_rows);
	return total <= ENOUGH_KB;
}

/* Beside the server, with its maps: makes vCPUs busy, scrapes, and ends it. */
static pid_t start_scraper(void)
{
	pid_t server = getpid(), pid = fork();
	bool enough;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	measure(server);
	enough = tell_memory(server);
	fflush(stdout);
	kill(server, SIGTERM);
	_exit(enough ? 0 : 1);
}

static int serve_and_wait(uint32_t vcpus)
{
	char listen[sizeof(address.sun_path) + sizeof(EXPORT_UNIX)];
	struct export_options o = EXPORT_OPTIONS;
	pid_t scraper;
	int status;

	snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/bench-export.%d", getpid());
	snprintf(listen, sizeof(listen), EXPORT_UNIX "%s", address.sun_path);
	o.listen = listen;
	o.max_vcpus = vcpus;
	np_catch_signals();
	scraper = start_scraper();
	if (scraper < 0 || serve(&o))
		errx(1, "%s", fail_text() ?: "no more processes");
	waitpid(scraper, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	uint32_t vms = argc > 1 ? atoi(argv[1]) : 200, vcpus = argc > 2 ? atoi(argv[2]) : 8;
	pid_t *tgids;

	if (argc > 1 && !strcmp(argv[1], "-name"))
		return pause();
	mallopt(M_MMAP_THRESHOLD, 128 << 10); /* as exporter/main.c */
	tgids = calloc(vms, sizeof(*tgids));
	for (uint32_t i = 0; tgids && i < vms; i++)
		tgids[i] = start_vm(i);
	if (!tgids || busy_open(tgids, vms, vcpus))
		errx(1, "%s", fail_text() ?: "out of memory");
	busy_trips();
	return serve_and_wait(vms * vcpus);
}
