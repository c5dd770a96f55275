// SPDX-License-Identifier: GPL-2.0-only
/*
 * A compiler at work: an iteration is a job, a process of its own that compiles C sources to
 * an object file in memory. So many at a time as kernbench would have for one CPU. The
 * compiler is TinyCC, as a library; the sources are nestprof's own, preprocessed.
 */
#include "workloads/linux/init.h"

#include <errno.h>
#include <libtcc.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_A_TIME 4

/* What each job compiles; compile_sources.S has the text. */
extern const char *const compile_sources[];

static void on_error(void *opaque, const char *text)
{
	(void)opaque;
	complain("compile: %s", text);
}

static int compile(const char *source, const char *object)
{
	TCCState *s = tcc_new();
	int err;

	if (!s)
		return -ENOMEM;
	tcc_set_error_func(s, NULL, on_error);
	tcc_set_options(s, "-nostdinc -nostdlib -w");
	tcc_set_output_type(s, TCC_OUTPUT_OBJ);
	err = tcc_compile_string(s, source);
	if (!err)
		err = tcc_output_file(s, object);
	tcc_delete(s);
	return err ? -EINVAL : 0;
}

/* In a process of its own. */
static int job(uint64_t number)
{
	char object[64];
	int err = 0;

	for (size_t i = 0; !err && compile_sources[i]; i++) {
		snprintf(object, sizeof(object), "%llu-%zu.o", (unsigned long long)number, i);
		err = compile(compile_sources[i], object);
		unlink(object);
	}
	return err;
}

static int start_job(uint64_t number)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(job(number) ? 1 : 0);
	return pid < 0 ? -errno : 0;
}

static int end_job(void)
{
	int status;

	if (wait(&status) < 0)
		return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

int compile_run(uint64_t iterations, struct guest_times *times)
{
	uint64_t started = 0, ended = 0;
	int err = 0;

	times->begin = guest_time();
	while (!err && ended < iterations) {
		if (started < iterations && started - ended < AT_A_TIME)
			err = start_job(started++);
		else if (!(err = end_job()))
			ended++;
	}
	times->end = guest_time();
	if (err)
		complain("compile: a job failed: %s", strerror(-err));
	return err;
}
