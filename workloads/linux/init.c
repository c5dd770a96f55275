// SPDX-License-Identifier: GPL-2.0-only
/* Runs the workloads that the monitor asks for, and tells it their times. */
#include "workloads/linux/init.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workloads/l2/harness.h"
#include "workloads/runner/protocol.h"

static guest_workload *const workloads[NP_MACROS] = {
#define WORKLOAD(...)
#define MACRO(name, ...) [NP_MACRO_##name] = name##_run,
#include "workloads/manifest.def"
#undef WORKLOAD
#undef MACRO
};

static uint64_t began;
static bool native; /* not init at all */

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
	if (native) {
		fprintf(stderr, "%s\n", line);
		return;
	}
	for (const char *p = line; *p; p++)
		outb(*p, NP_GUEST_CONSOLE);
	outb('\n', NP_GUEST_CONSOLE);
}

static void tell(uint64_t time)
{
	outl(time, NP_GUEST_WORD);
	outl(time >> 32, NP_GUEST_WORD);
}

static void run(uint32_t which, uint32_t iterations)
{
	struct guest_times times;

	if (which >= NP_MACROS)
		complain("no workload has the number %u", which);
	else if (!workloads[which](iterations, &times)) {
		tell(times.begin);
		tell(times.end);
	}
}

/* In a process of its own: what it leaves in memory is gone when the next one comes. */
static void run_apart(uint32_t which, uint32_t iterations)
{
	pid_t pid = fork();

	if (pid == 0) {
		run(which, iterations);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, NULL, 0) < 0)
		complain("no process for a workload: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	began = guest_time();
	native = argc == 4 && !strcmp(argv[1], NP_NATIVE);
	if (native)
		return native_main(argv[2], argv[3]);
	if (iopl(3) < 0) /* nobody can be told, then */
		return 1;
	run(NP_MACRO_boot, 1);
	for (;;) {
		uint32_t which;

		outb(0, NP_L2_DONE);
		which = inl(NP_GUEST_WORD);
		run_apart(which, inl(NP_GUEST_WORD));
	}
}
