// SPDX-License-Identifier: GPL-2.0-only
#include "collector/record/trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/proc.h"

static ssize_t read_fd(int fd, void *to, size_t size)
{
	ssize_t n;

	do
		n = np_interrupted() ? -EINTR : read(fd, to, size);
	while (n < 0 && errno == EINTR && !np_interrupted());
	return n < 0 ? -errno : n;
}

ssize_t trace_file_read(void *file, void *to, size_t size)
{
	struct trace_file *f = file;
	size_t left = f->nr_begin - f->given;

	if (!left)
		return read_fd(f->fd, to, size);
	if (size > left)
		size = left;
	memcpy(to, f->begin + f->given, size);
	f->given += size;
	return size;
}

static ssize_t read_at(void *file, uint64_t offset, void *to, size_t size)
{
	struct trace_file *f = file;
	ssize_t n = np_interrupted() ? -EINTR : pread(f->fd, to, size, offset);

	return n == -1 ? -errno : n;
}

/* A pipe comes in its order, and is asked for in its order. */
static ssize_t read_piped(void *file, uint64_t offset, void *to, size_t size)
{
	(void)offset;
	return trace_file_read(file, to, size);
}

static int read_begin(struct trace_file *f)
{
	ssize_t n = 1;

	while (n > 0 && f->nr_begin < IMPORT_TELLING) {
		n = read_fd(f->fd, f->begin + f->nr_begin, IMPORT_TELLING - f->nr_begin);
		if (n > 0)
			f->nr_begin += n;
	}
	return n < 0 ? n : 0;
}

static int look(struct trace_file *f)
{
	struct stat st;
	int err = fstat(f->fd, &st) ? -errno : read_begin(f);
	bool piped = !S_ISREG(st.st_mode);

	if (err)
		return err;
	f->kind = import_kind(f->begin, f->nr_begin);
	f->source = (struct imp_source){ .read_at = piped ? read_piped : read_at, .arg = f,
					 .size = piped ? IMP_UNKNOWN : (uint64_t)st.st_size };
	if (!piped)
		posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

int trace_file_open(struct trace_file *f, const char *path)
{
	bool standard = !strcmp(path, "-");
	int err;

	*f = (struct trace_file){ .name = standard ? "standard input" : path };
	f->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	err = f->fd < 0 ? -errno : look(f);
	if (err && err != -EINTR)
		fail(NP_EXIT_MISSING, err, "cannot read %s: %s", f->name, strerror(-err));
	return err;
}

void trace_file_close(struct trace_file *f)
{
	if (f->fd > STDIN_FILENO)
		close(f->fd);
}
