// SPDX-License-Identifier: GPL-2.0-only
#include "collector/l1_image.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/ko.h"

/* In the order in which the runner tries them: it stops when there is a KVM. */
static const char *const kvm_modules[] = { "kvm_intel", "kvm_amd" };

static int find_kvm(struct ko_set *s, const char *dir, const char *release)
{
	bool found = false;

	for (size_t i = 0; i < sizeof(kvm_modules) / sizeof(*kvm_modules); i++) {
		int err = ko_add(s, dir, release, kvm_modules[i]);

		if (err && (err != -ENOENT || fail_text()))
			return err;
		found |= !err;
	}
	if (!found)
		return fail(NP_EXIT_MISSING, -ENOENT, "%s holds no kvm-intel or kvm-amd module",
			    dir);
	return 0;
}

/* One that is not there is what a workload that needs it complains of. */
int l2_image_find_modules(struct ko_set *s, const char *dir, const char *release)
{
	static const char *const names[] = { "virtio_pci", "virtio_blk" };
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(names) / sizeof(*names); i++) {
		err = ko_add(s, dir, release, names[i]);
		if (err == -ENOENT && !fail_text())
			err = 0;
	}
	return err;
}

struct writer {
	struct archive *a;
	int64_t inode;
};

static int put(struct writer *w, const char *path, mode_t mode, const void *data, size_t size)
{
	struct archive_entry *e = archive_entry_new();
	int err = 0;

	if (!e)
		return -ENOMEM;
	archive_entry_set_pathname(e, path);
	archive_entry_set_mode(e, mode);
	archive_entry_set_ino64(e, ++w->inode);
	archive_entry_set_nlink(e, 1);
	archive_entry_set_mtime(e, 0, 0);
	archive_entry_set_size(e, size);
	if (archive_write_header(w->a, e) < ARCHIVE_WARN ||
	    (size && archive_write_data(w->a, data, size) != (la_ssize_t)size))
		err = -(archive_errno(w->a) ?: EIO);
	archive_entry_free(e);
	return err;
}

static int put_folder(struct writer *w, const char *path)
{
	return put(w, path, S_IFDIR | 0755, NULL, 0);
}

static int put_modules(struct writer *w, const struct ko_set *s)
{
	char list[KO_MAX * (KO_NAME + 16)] = "", path[KO_NAME + 16];
	size_t len = 0;
	int err = put_folder(w, "modules");

	for (uint32_t i = 0; i < s->n && !err; i++) {
		const struct ko *k = &s->ko[i];

		if (!k->size)
			continue;
		snprintf(path, sizeof(path), "modules/%s.ko", k->name);
		len += snprintf(list + len, sizeof(list) - len, "/%s\n", path);
		err = put(w, path, S_IFREG | 0644, k->data, k->size);
	}
	return err ? err : put(w, "modules.list", S_IFREG | 0644, list, len);
}

static int put_all(struct writer *w, const void *init, size_t size, const struct ko_set *s)
{
	static const char *const mount_points[] = { "dev", "proc", "sys" };
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(mount_points) / sizeof(*mount_points); i++)
		err = put_folder(w, mount_points[i]);
	if (!err)
		err = put(w, "init", S_IFREG | 0755, init, size);
	return err ? err : put_modules(w, s);
}

/* Uncompressed: an emulated CPU copies faster than it decompresses. */
static int write_image(const char *out, const void *init, size_t size, const struct ko_set *s)
{
	struct writer w = { .a = archive_write_new() };
	int err = 0;

	if (!w.a)
		return -ENOMEM;
	if (archive_write_set_format_cpio_newc(w.a) != ARCHIVE_OK ||
	    archive_write_open_filename(w.a, out) != ARCHIVE_OK)
		err = -(archive_errno(w.a) ?: EIO);
	if (!err)
		err = put_all(&w, init, size, s);
	if (archive_write_close(w.a) != ARCHIVE_OK && !err)
		err = -(archive_errno(w.a) ?: EIO);
	archive_write_free(w.a);
	if (err) {
		unlink(out);
		fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, err,
		     "cannot write the initramfs %s: %s", out, strerror(-err));
	}
	return err;
}

static int read_and_write(const char *init, const char *what, const struct ko_set *modules,
			  const char *out)
{
	char *data = NULL;
	size_t size = 0;
	int err = fs_read(init, &data, &size);

	if (err)
		return fail(NP_EXIT_MISSING, err, "cannot read %s %s: %s", what, init,
			    strerror(-err));
	err = write_image(out, data, size, modules);
	free(data);
	return err;
}

int l1_image_build(const char *runner, const char *modules_dir, const char *release,
		   const char *out)
{
	struct ko_set modules = { .n = 0 };
	int err = find_kvm(&modules, modules_dir, release);

	if (!err)
		err = read_and_write(runner, "the workload runner", &modules, out);
	ko_free(&modules);
	return err;
}

int l2_image_build(const char *guest, const char *modules_dir, const char *release,
		   const char *out)
{
	struct ko_set modules = { .n = 0 };
	int err = l2_image_find_modules(&modules, modules_dir, release);

	if (!err)
		err = read_and_write(guest, "L2's init", &modules, out);
	ko_free(&modules);
	return err;
}

/* The kernel takes one archive after another, each at a multiple of 4 bytes. */
int l1_image_append(const char *image, const char *archive)
{
	char *data = NULL;
	size_t size = 0;
	int fd, err = fs_read(archive, &data, &size);

	if (!err) {
		fd = open(image, O_WRONLY | O_APPEND | O_CLOEXEC);
		err = fd < 0 ? -errno : write_all(fd, data, size);
		if (fd >= 0 && close(fd) < 0 && !err)
			err = -errno;
	}
	free(data);
	if (err)
		fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, err,
		     "cannot append %s to %s: %s", archive, image, strerror(-err));
	return err;
}
