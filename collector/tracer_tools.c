// SPDX-License-Identifier: GPL-2.0-only
/* Tools of others', run beside a window: each records to a file until it is interrupted. */
#include "collector/tracer.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/proc.h"
#include "collector/base/workdir.h"

#define STEP_MS 20
#define START_MS 20000
#define SETTLE_MS 2000
#define END_MS 60000

struct tool {
	struct proc proc;
	char name[32];
	char dir[NP_PATH];
};

static void pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* Each has what it writes to from when its events are set up. */
static bool has_file(const struct tool *t)
{
	char path[NP_PATH], cpu[NP_PATH];

	return !fs_path(path, "%s/data", t->dir) && !fs_path(cpu, "%s/data.cpu0", t->dir) &&
	       (fs_exists(path) || fs_exists(cpu));
}

static int did_not_start(const struct tool *t)
{
	return fail(NP_EXIT_FAILED, -EIO, "%s did not start to record; run it alone to see why",
		    t->name);
}

static int wait_for_start(struct tool *t)
{
	int status, ended = 0;

	for (int ms = 0; !ended && ms < START_MS; ms += STEP_MS) {
		ended = proc_poll(&t->proc, &status);
		if (!ended && has_file(t)) {
			pause_ms(SETTLE_MS);
			return proc_poll(&t->proc, &status) ? did_not_start(t) : 0;
		}
		pause_ms(STEP_MS);
	}
	return did_not_start(t);
}

static int start(void **state, const char *name, const char *const argv[], struct tool *t)
{
	int err;

	snprintf(t->name, sizeof(t->name), "%s", name);
	err = proc_start(&t->proc, argv, PROC_OUT_TO_ERR);
	if (err)
		fail(NP_EXIT_MISSING, err, "cannot run %s: %s", argv[0], strerror(-err));
	else
		err = wait_for_start(t);
	if (err)
		tracer_tool_detach(t);
	*state = err ? NULL : t;
	return err;
}

static struct tool *new_tool(char data[NP_PATH])
{
	struct tool *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->proc = PROC_NONE;
	if (workdir_make(t->dir, "/tmp", "nestprof-tool") || fs_path(data, "%s/data", t->dir)) {
		free(t);
		return NULL;
	}
	return t;
}

int tracer_perf_attach(void **state, pid_t tgid)
{
	char data[NP_PATH], pid[16];
	const char *const argv[] = { "perf", "kvm", "stat", "record", "-p", pid, "-o", data, NULL };
	struct tool *t = new_tool(data);

	snprintf(pid, sizeof(pid), "%d", (int)tgid);
	return t ? start(state, "perf", argv, t) : -ENOMEM;
}

int tracer_trace_cmd_attach(void **state, pid_t tgid)
{
	char data[NP_PATH];
	const char *const argv[] = { "trace-cmd", "record", "-e", "kvm", "-o", data, NULL };
	struct tool *t = new_tool(data);

	(void)tgid;
	return t ? start(state, "trace-cmd", argv, t) : -ENOMEM;
}

/* As with Ctrl-C, so that it takes its events out and ends its file. */
void tracer_tool_detach(void *state)
{
	struct tool *t = state;
	int status;

	if (t->proc.pid > 0)
		kill(t->proc.pid, SIGINT);
	for (int ms = 0; ms < END_MS && t->proc.pid > 0; ms += STEP_MS) {
		if (proc_poll(&t->proc, &status))
			break;
		pause_ms(STEP_MS);
	}
	proc_stop(&t->proc, 1000);
	fs_remove(t->dir);
	free(t);
}
