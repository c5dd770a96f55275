// SPDX-License-Identifier: GPL-2.0-only
/* Programs and room: QEMU for ab, Debian's tools and space for lab. */
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "collector/host/hostfs.h"
#include "collector/host/probe.h"

#define GIB (1024.0 * 1024 * 1024)
#define LAB_DISK_GIB 2.0
#define LAB_MEMORY_GIB 5.0

static void look_program(struct fact *f, const char *name)
{
	char path[NP_PATH];

	if (host_program(path, name)) {
		fact_found(f, FACT_OK, "%.150s", path);
		return;
	}
	fact_found(f, FACT_MISSING, "no %s in PATH", name);
	if (strncmp(name, "qemu", 4) == 0)
		fact_remedy(f, "apt-get install qemu-system-x86");
	else
		fact_remedy(f, "run it on Debian or a distribution made from it");
}

static void look_machine(struct fact *f, const char *arg)
{
	struct utsname u;

	(void)arg;
	if (uname(&u) == 0 && strcmp(u.machine, "x86_64") == 0) {
		fact_found(f, FACT_OK, "%s", u.machine);
		return;
	}
	fact_found(f, FACT_MISSING, "%s", u.machine);
	fact_remedy(f, "run it on x86-64");
}

static void look_disk(struct fact *f, const char *arg)
{
	struct statvfs v;
	double gib;

	(void)arg;
	if (statvfs(".", &v) < 0)
		return;
	gib = (double)v.f_bavail * v.f_frsize / GIB;
	fact_found(f, gib < LAB_DISK_GIB ? FACT_MISSING : FACT_OK, "%.1f GiB free here", gib);
	if (f->state == FACT_MISSING)
		fact_remedy(f, "free some space, or run it in another folder: it takes %.0f GiB",
			    LAB_DISK_GIB);
}

/* "MemAvailable:   123 kB", in GiB; negative when it is not there. */
static double available_gib(void)
{
	char *text, *line;
	double gib = -1;

	if (host_read(&text, NULL, "/proc/meminfo") < 0)
		return -1;
	line = strstr(text, "MemAvailable:");
	if (line)
		gib = strtod(line + strlen("MemAvailable:"), NULL) * 1024 / GIB;
	free(text);
	return gib;
}

static void look_memory(struct fact *f, const char *arg)
{
	double gib = available_gib();

	(void)arg;
	if (gib < 0) {
		fact_found(f, FACT_UNKNOWN, "/proc/meminfo does not tell");
		return;
	}
	fact_found(f, gib < LAB_MEMORY_GIB ? FACT_WARN : FACT_OK, "%.1f GiB available", gib);
	if (f->state == FACT_WARN)
		fact_remedy(f, "end what you can spare: the lab takes up to %.0f GiB",
			    LAB_MEMORY_GIB);
}

static void look_cpus(struct fact *f, const char *arg)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	(void)arg;
	fact_found(f, n < 2 ? FACT_WARN : FACT_OK, "%ld", n);
	if (n < 2)
		fact_remedy(f, "with two, the lab's arms run side by side");
}

const struct probe probes_lab[] = {
	{ "qemu-system-x86_64", FOR_AB, NP_EXIT_MISSING, look_program, "qemu-system-x86_64", 0 },
	{ "machine", FOR_AB | FOR_LAB, NP_EXIT_MISSING, look_machine, NULL, 0 },
	{ "apt-get", FOR_LAB, NP_EXIT_MISSING, look_program, "apt-get", 0 },
	{ "dpkg-deb", FOR_LAB, NP_EXIT_MISSING, look_program, "dpkg-deb", 0 },
	{ "disk space", FOR_LAB, NP_EXIT_NO_SPACE, look_disk, NULL, 0 },
	{ "memory", 0, NP_EXIT_OK, look_memory, NULL, 0 },
	{ "CPUs", 0, NP_EXIT_OK, look_cpus, NULL, 0 },
	{ 0 },
};
