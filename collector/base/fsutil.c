// SPDX-License-Identifier: GPL-2.0-only
#include "collector/base/fsutil.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int fs_path(char out[NP_PATH], const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(out, NP_PATH, fmt, ap);
	va_end(ap);
	return n < 0 || n >= NP_PATH ? -ENAMETOOLONG : 0;
}

static int make_dir(const char *path)
{
	struct stat st;

	if (mkdir(path, 0777) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	if (stat(path, &st) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int fs_mkdirs(const char *path)
{
	char part[NP_PATH];
	int err = fs_path(part, "%s", path);

	for (char *p = part + 1; !err && *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		err = make_dir(part);
		*p = '/';
	}
	return err ? err : make_dir(part);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

int fs_remove(const char *path)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) < 0)
		return errno == ENOENT ? 0 : -errno;
	return 0;
}

static int read_up_to(const char *path, size_t max, char **data, size_t *len)
{
	size_t have = 0, room = 4096;
	char *buf = malloc(room);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : buf ? 0 : -ENOMEM;

	while (!err) {
		ssize_t n = read(fd, buf + have, room - have - 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err = -errno;
		if (n <= 0)
			break;
		have += n;
		if (have > max) {
			err = -EFBIG;
		} else if (room - have < 2) {
			char *more = realloc(buf, room * 2);

			if (!more)
				err = -ENOMEM;
			else
				buf = more, room *= 2;
		}
	}
	if (fd >= 0)
		close(fd);
	if (err) {
		free(buf);
		return err;
	}
	buf[have] = '\0';
	*data = buf;
	if (len)
		*len = have;
	return 0;
}

int fs_read(const char *path, char **data, size_t *len)
{
	return read_up_to(path, SIZE_MAX, data, len);
}

int fs_read_text(const char *path, char **text)
{
	return read_up_to(path, FS_MAX_TEXT, text, NULL);
}

int fs_read_line(const char *path, char *line, size_t size)
{
	char *data;
	int err = fs_read(path, &data, NULL);

	if (err)
		return err;
	snprintf(line, size, "%.*s", (int)strcspn(data, "\n"), data);
	free(data);
	return 0;
}

int write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= n;
	}
	return 0;
}

static int write_new(const char *path, const void *data, size_t len, bool sync)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, data, len);
	if (!err && sync && fsync(fd) < 0)
		err = -errno;
	if (close(fd) < 0 && !err)
		err = -errno;
	return err;
}

int fs_write(const char *path, const void *data, size_t len)
{
	return write_new(path, data, len, false);
}

int fs_write_atomic(const char *path, const void *data, size_t len)
{
	char temp[NP_PATH];
	int err = fs_path(temp, "%s.%d.tmp", path, (int)getpid());

	if (err)
		return err;
	err = write_new(temp, data, len, true);
	if (!err && rename(temp, path) < 0)
		err = -errno;
	if (err)
		unlink(temp);
	return err;
}

bool fs_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

int fs_copy(const char *from, const char *to)
{
	char buf[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC), out, err = 0;
	struct stat st;
	ssize_t n;

	if (in < 0)
		return -errno;
	if (fstat(in, &st) < 0) {
		err = -errno;
		close(in);
		return err;
	}
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, st.st_mode & 0777);
	if (out < 0) {
		err = -errno;
		close(in);
		return err;
	}
	while (!err && (n = read(in, buf, sizeof(buf))) != 0)
		err = n < 0 ? -errno : write_all(out, buf, n);
	close(in);
	if (close(out) < 0 && !err)
		err = -errno;
	return err;
}

/* Relative to the folder of the binary: where it is installed, then where it is built. */
static const char *const data_places[] = { "../lib/nestprof", "../share/nestprof", ".", ".." };

int fs_data_path(char out[NP_PATH], const char *name)
{
	char exe[NP_PATH];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	const char *dir;
	int err = 0;

	if (n < 0)
		return -errno;
	exe[n] = '\0';
	dir = dirname(exe);
	for (size_t i = 0; !err && i < sizeof(data_places) / sizeof(*data_places); i++) {
		err = fs_path(out, "%s/%s/%s", dir, data_places[i], name);
		if (!err && fs_exists(out))
			return 0;
	}
	return err ? err : fs_path(out, "%s/%s/%s", dir, data_places[0], name);
}
