// SPDX-License-Identifier: GPL-2.0-only
/* Runs the workload that the kernel's command line names, and tells the monitor its times. */
#include "workloads/linux/init.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <unistd.h>

#include "workloads/l2/harness.h"

static const struct {
	const char *name;
	guest_workload *run;
} workloads[] = {
#define WORKLOAD(...)
#define MACRO(name, ...) { #name, name##_run },
#include "workloads/manifest.def"
#undef WORKLOAD
#undef MACRO
};

static uint64_t began;

uint64_t init_began(void)
{
	return began;
}

void complain(const char *fmt, ...)
{
	char line[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (const char *p = line; *p; p++)
		outb(*p, NP_GUEST_CONSOLE);
	outb('\n', NP_GUEST_CONSOLE);
}

static void tell(uint64_t time)
{
	outl(time, NP_GUEST_WORD);
	outl(time >> 32, NP_GUEST_WORD);
}

static int run(const char *name, uint64_t iterations, struct guest_times *times)
{
	for (size_t i = 0; i < sizeof(workloads) / sizeof(*workloads); i++)
		if (name && !strcmp(workloads[i].name, name))
			return workloads[i].run(iterations, times);
	complain("no workload is called \"%s\"", name ?: "");
	return -ENOENT;
}

int main(void)
{
	struct guest_times times;
	const char *iterations;

	began = guest_time();
	if (iopl(3) < 0) /* nobody can be told, then */
		return 1;
	iterations = getenv(NP_GUEST_ITERATIONS);
	if (!run(getenv(NP_GUEST_WORKLOAD), iterations ? strtoull(iterations, NULL, 10) : 1,
		 &times)) {
		tell(times.begin);
		tell(times.end);
	}
	outb(0, NP_L2_DONE);
	for (;;)
		pause();
}
