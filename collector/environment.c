// SPDX-License-Identifier: GPL-2.0-only
#include "collector/environment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/proc.h"

/* "model name : Intel(R) ..." of the first CPU. */
void environment_cpu_model(char *out, size_t size)
{
	char *text, *line;

	snprintf(out, size, "unknown");
	if (fs_read("/proc/cpuinfo", &text, NULL))
		return;
	line = strstr(text, "model name");
	if (line && (line = strstr(line, ": ")))
		snprintf(out, size, "%.*s", (int)strcspn(line + 2, "\n"), line + 2);
	free(text);
}

static int qemu_version(struct np_result *r, const char *qemu)
{
	const char *const argv[] = { qemu, "--version", NULL };
	char *text = NULL;
	int n = proc_run(argv, &text), err;

	if (n == 0)
		err = np_result_set_env(r, "qemu", "%.*s", (int)strcspn(text, "\n"), text);
	else
		err = n == -EINTR ? n : fail(NP_EXIT_MISSING, -ENOENT,
					     "%s cannot be run; install qemu-system-x86, or name "
					     "another with --qemu", qemu);
	free(text);
	return err;
}

int environment_of_machine(struct np_result *r)
{
	char model[128];
	struct utsname u;
	int err = np_result_set_env(r, "nestprof", "%s", NP_VERSION);

	environment_cpu_model(model, sizeof(model));
	uname(&u);
	if (!err)
		err = np_result_set_env(r, "l0_kernel", "%s", u.release);
	if (!err)
		err = np_result_set_env(r, "l0_build", "%s", u.version);
	if (!err)
		err = np_result_set_env(r, "cpu_model", "%s", model);
	snprintf(r->time_unit, sizeof(r->time_unit),
		 "ticks of this host's time-stamp counter, read in the guest");
	return err;
}

int environment_of_host(struct np_result *r, const char *qemu, const char *version)
{
	int err = environment_of_machine(r);

	if (err)
		return err;
	return version ? np_result_set_env(r, "qemu", "%s", version) : qemu_version(r, qemu);
}
