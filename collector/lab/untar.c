// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/untar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <sys/stat.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"

static int extract(struct archive *in, struct archive *out, struct archive_entry *e, const char *to)
{
	mode_t type = archive_entry_filetype(e);
	char path[NP_PATH];
	int err;

	if (type != S_IFREG && type != S_IFDIR)
		return 0;
	err = fs_path(path, "%s/%s", to, archive_entry_pathname(e));
	if (err)
		return err;
	archive_entry_set_pathname(e, path);
	archive_entry_set_perm(e, type == S_IFDIR ? 0755 : 0644);
	if (archive_write_header(out, e) < ARCHIVE_WARN)
		return -EIO;
	while (type == S_IFREG) {
		const void *data;
		size_t size;
		la_int64_t offset;
		int r = archive_read_data_block(in, &data, &size, &offset);

		if (r == ARCHIVE_EOF)
			break;
		if (r < ARCHIVE_WARN || archive_write_data_block(out, data, size, offset) < 0)
			return -EIO;
	}
	return archive_write_finish_entry(out) < ARCHIVE_WARN ? -EIO : 0;
}

static int unpack_or_say(const char *archive, const char *to, const char *what)
{
	struct archive *in = archive_read_new(), *out = archive_write_disk_new();
	struct archive_entry *e;
	int err = 0, r;

	archive_read_support_filter_gzip(in);
	archive_read_support_format_tar(in);
	archive_read_support_format_cpio(in);
	/* `to` itself may be reached through links; the names inside are checked. */
	archive_write_disk_set_options(out, ARCHIVE_EXTRACT_SECURE_NODOTDOT);
	if (archive_read_open_filename(in, archive, 65536) != ARCHIVE_OK)
		err = -EIO;
	while (!err && (r = archive_read_next_header(in, &e)) != ARCHIVE_EOF)
		err = r < ARCHIVE_WARN ? -EIO : extract(in, out, e, to);
	if (err)
		fail(NP_EXIT_MACHINE, err, "%s %s are damaged: %s", what, archive,
		     archive_error_string(in) ? archive_error_string(in) : "cut off");
	archive_read_free(in);
	archive_write_free(out);
	return err;
}

int untar(const char *tar, const char *to)
{
	return unpack_or_say(tar, to, "the results in");
}

int unpack(const char *archive, const char *to)
{
	return unpack_or_say(archive, to, "the contents of");
}
