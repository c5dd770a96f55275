// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/cpio.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int put_data(struct archive *a, const char *path)
{
	char *data;
	size_t size;
	int err = fs_read(path, &data, &size);

	if (err)
		return err;
	if (archive_write_data(a, data, size) != (ssize_t)size)
		err = -EIO;
	free(data);
	return err;
}

static int put(struct archive *a, const FTSENT *f, size_t prefix, uint64_t inode)
{
	struct archive_entry *e = archive_entry_new();
	const struct stat *st = f->fts_statp;
	char target[NP_PATH];
	int err = 0;

	archive_entry_set_pathname(e, f->fts_path + prefix);
	archive_entry_set_mode(e, st->st_mode);
	archive_entry_set_ino64(e, inode);
	archive_entry_set_nlink(e, 1);
	archive_entry_set_size(e, S_ISREG(st->st_mode) ? st->st_size : 0);
	if (S_ISLNK(st->st_mode)) {
		ssize_t n = readlink(f->fts_accpath, target, sizeof(target) - 1);

		target[n < 0 ? 0 : n] = '\0';
		archive_entry_set_symlink(e, target);
	}
	if (archive_write_header(a, e) < ARCHIVE_WARN)
		err = -EIO;
	else if (S_ISREG(st->st_mode))
		err = put_data(a, f->fts_accpath);
	archive_entry_free(e);
	return err;
}

static int put_all(struct archive *a, const char *folder)
{
	char *roots[] = { (char *)folder, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	uint64_t inode = 0;
	int err = walk ? 0 : -errno;
	FTSENT *f;

	while (!err && (f = fts_read(walk))) {
		if (f->fts_info == FTS_DP || f->fts_level == 0)
			continue;
		if (f->fts_info == FTS_ERR || f->fts_info == FTS_DNR || f->fts_info == FTS_NS)
			err = -f->fts_errno;
		else
			err = put(a, f, strlen(folder) + 1, ++inode);
	}
	if (walk)
		fts_close(walk);
	return err;
}

int cpio_pack(const char *folder, const char *out)
{
	struct archive *a = archive_write_new();
	int err;

	archive_write_set_format_cpio_newc(a);
	archive_write_add_filter_none(a);
	err = archive_write_open_filename(a, out) == ARCHIVE_OK ? put_all(a, folder) : -EIO;
	if (!err && archive_write_close(a) != ARCHIVE_OK)
		err = -EIO;
	if (err) {
		int cause = archive_errno(a) > 0 ? archive_errno(a) : -err;

		fail(cause == ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, err,
		     "cannot pack %s into %s: %s", folder, out, strerror(cause));
	}
	archive_write_free(a);
	if (err)
		unlink(out);
	return err;
}
