// SPDX-License-Identifier: GPL-2.0-only
#include "collector/record/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/proc.h"

#define PATIENCE_MS 1000

static int cannot_create(const struct output *o, int err)
{
	if (err == -EEXIST)
		return fail(NP_EXIT_USAGE, err, "%s exists already: name another file with -o, or "
			    "replace it with --force", o->name);
	return fail(NP_EXIT_NO_SPACE, err, "cannot write %s: %s", o->name, strerror(-err));
}

static int open_standard(struct output *o)
{
	o->name = "standard output";
	o->fd = STDOUT_FILENO;
	if (o->text || !isatty(o->fd))
		return 0;
	return fail(NP_EXIT_USAGE, -EINVAL, "a recording is not for a terminal: name a file with "
		    "-o");
}

static int open_output(struct output *o, const char *path, bool force)
{
	struct stat st;

	if (!strcmp(path, "-"))
		return open_standard(o);
	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		o->fd = open(path, O_WRONLY | O_CLOEXEC);
		return o->fd < 0 ? cannot_create(o, -errno) : 0;
	}
	if (force && unlink(path) && errno != ENOENT)
		return cannot_create(o, -errno);
	o->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	o->ours = o->fd >= 0;
	return o->fd < 0 ? cannot_create(o, -errno) : 0;
}

int output_open(struct output *o, const char *path, bool force)
{
	*o = (struct output){ .name = path, .fd = -1 };
	return open_output(o, path, force);
}

int output_open_text(struct output *o, const char *path, bool force)
{
	*o = (struct output){ .name = path, .fd = -1, .text = true };
	return open_output(o, path, force);
}

/*
 * A reader that is slow is waited for, but not when we have been told to end. So
 * much goes into a pipe that can be written to.
 */
static int wait_for_reader(const struct output *o)
{
	struct pollfd fd = { .fd = o->fd, .events = POLLOUT };
	int n;

	do
		n = poll(&fd, 1, PATIENCE_MS);
	while (n <= 0 && !np_interrupted());
	return n > 0 ? 0 : -EINTR;
}

static int write_whole(const struct output *o, const char *data, size_t size)
{
	int err = 0;

	while (size) {
		ssize_t n;

		if (!o->ours)
			err = wait_for_reader(o);
		if (err)
			return err;
		n = write(o->fd, data, o->ours || size < PIPE_BUF ? size : PIPE_BUF);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			data += n;
			size -= n;
		}
	}
	return 0;
}

int output_write(void *output, const void *data, size_t size)
{
	struct output *o = output;
	int err = write_whole(o, data, size);

	if (!err) {
		o->size += size;
		return 0;
	}
	/* Half a frame is of no use. */
	if (o->ours && ftruncate(o->fd, o->size))
		return fail(NP_EXIT_NO_SPACE, err, "cannot write %s: %s", o->name, strerror(-err));
	if (err == -EPIPE || err == -EINTR)
		return err;
	return fail(NP_EXIT_NO_SPACE, err, "cannot write %s: %s; the %llu bytes before are %s",
		    o->name, strerror(-err), (unsigned long long)o->size,
		    o->text ? "whole lines" : "a recording that 'nestprof report' reads");
}

int output_close(struct output *o, bool keep)
{
	int err = 0;

	if (o->fd > STDERR_FILENO && close(o->fd) && keep)
		err = fail(NP_EXIT_NO_SPACE, -errno, "cannot write %s: %s", o->name,
			   strerror(errno));
	if (o->ours && !keep)
		unlink(o->name);
	*o = OUTPUT_NONE;
	return err;
}
