// SPDX-License-Identifier: GPL-2.0-only
#include "collector/ko.h"

#include <archive.h>
#include <archive_entry.h>
#include <endian.h>
#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"

#define MAX_MODULE_SIZE (256u << 20) /* a damaged file must not fill memory */

static void canonical(char out[KO_NAME], const char *name, size_t len)
{
	snprintf(out, KO_NAME, "%.*s", (int)len, name);
	for (char *p = out; *p; p++)
		if (*p == '-')
			*p = '_';
}

/* The module that a file holds: "kernel/.../kvm-intel.ko.xz" is kvm_intel. */
static bool is_module(const char *path, size_t len, const char *name)
{
	char found[KO_NAME];
	const char *base = memrchr(path, '/', len), *end;

	base = base ? base + 1 : path;
	end = memmem(base, path + len - base, ".ko", 3);
	if (!end || (end + 3 < path + len && end[3] != '.'))
		return false;
	canonical(found, base, end - base);
	return strcmp(found, name) == 0;
}

static int find(const char *dir, const char *name, char out[NP_PATH])
{
	char top[NP_PATH];
	char *roots[] = { top, NULL };
	int err = fs_path(top, "%s/kernel", dir);
	FTS *walk = err ? NULL : fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *f;

	if (!walk)
		return err ? err : -errno;
	err = -ENOENT;
	while (err == -ENOENT && (f = fts_read(walk)))
		if (f->fts_info == FTS_F && is_module(f->fts_path, f->fts_pathlen, name))
			err = fs_path(out, "%s", f->fts_path);
	fts_close(walk);
	return err;
}

static bool is_built_in(const char *dir, const char *name)
{
	char path[NP_PATH], *text;
	bool found = false;

	if (fs_path(path, "%s/modules.builtin", dir) || fs_read(path, &text, NULL))
		return false;
	for (char *p = text; *p && !found;) {
		size_t len = strcspn(p, "\n");

		found = is_module(p, len, name);
		p += len + (p[len] == '\n');
	}
	free(text);
	return found;
}

static int read_all(struct archive *a, struct ko *k)
{
	size_t room = 0;
	la_ssize_t n;

	do {
		if (room - k->size < 65536) {
			char *more = realloc(k->data, room = room * 2 + 1048576);

			if (!more)
				return -ENOMEM;
			k->data = more;
		}
		n = archive_read_data(a, k->data + k->size, room - k->size);
		if (n < 0 || k->size + n > MAX_MODULE_SIZE)
			return -EIO;
		k->size += n;
	} while (n);
	return 0;
}

/* Whatever it is compressed with, or not at all. */
static int decompress(struct ko *k, const char *path)
{
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	int err = -ENOMEM;

	if (a) {
		archive_read_support_filter_all(a);
		archive_read_support_format_raw(a);
		err = -EIO;
		if (archive_read_open_filename(a, path, 65536) == ARCHIVE_OK &&
		    archive_read_next_header(a, &e) == ARCHIVE_OK)
			err = read_all(a, k);
		archive_read_free(a);
	}
	if (!err && (k->size < 64 || memcmp(k->data, "\177ELF", 4) != 0))
		err = -ENOEXEC;
	return err ? fail(NP_EXIT_MISSING, err, "%s is unreadable or no kernel module", path) : 0;
}

/* The trailer is struct module_signature (linux/module_signature.h) and a magic line. */
size_t ko_unsigned_size(const char *data, size_t size)
{
	static const char magic[] = "~Module signature appended~\n";
	const size_t magic_size = sizeof(magic) - 1, trailer = 12 + magic_size;
	uint32_t length;

	if (size < trailer || memcmp(data + size - magic_size, magic, magic_size) != 0)
		return size;
	memcpy(&length, data + size - magic_size - sizeof(length), sizeof(length));
	length = be32toh(length);
	return length <= size - trailer ? size - trailer - length : size;
}

/* A "key=value" string of the section .modinfo, or NULL. */
static const char *modinfo(const struct ko *k, const char *key, size_t *len)
{
	size_t key_len = strlen(key);
	const char *end = k->data + k->size, *p = k->data;

	while ((p = memmem(p, end - p, key, key_len))) {
		const char *value = p + key_len;
		const char *nul = memchr(value, '\0', end - value);

		if (nul && p > k->data && p[-1] == '\0') {
			*len = nul - value;
			return value;
		}
		p = value;
	}
	return NULL;
}

static int check_release(const struct ko *k, const char *release)
{
	size_t len = 0;
	const char *magic = modinfo(k, "vermagic=", &len);

	if (!release || (magic && len > strlen(release) && magic[strlen(release)] == ' ' &&
			 strncmp(magic, release, strlen(release)) == 0))
		return 0;
	len = magic ? strcspn(magic, " ") : 0;
	return fail(NP_EXIT_MISSING, -EINVAL, "the module %s is for kernel %.*s, not for %s",
		    k->name, (int)len, magic ? magic : "", release);
}

static int add_dependencies(struct ko_set *s, const char *dir, const char *release,
			    const char *of, const char *list)
{
	int err = 0;

	while (*list && !err) {
		size_t len = strcspn(list, ",");
		char name[KO_NAME];

		canonical(name, list, len);
		err = ko_add(s, dir, release, name);
		if (err == -ENOENT)
			fail(NP_EXIT_MISSING, err, "the module %s, which %s needs, is not in %s",
			     name, of, dir);
		list += len + (list[len] == ',');
	}
	return err;
}

static bool has(const struct ko_set *s, const char *name)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (strcmp(s->ko[i].name, name) == 0)
			return true;
	return false;
}

static int load(struct ko *k, const char *dir, const char *release)
{
	char path[NP_PATH];
	int err = find(dir, k->name, path);

	if (err)
		return err == -ENOENT && is_built_in(dir, k->name) ? 0 : err;
	err = decompress(k, path);
	if (err)
		return err;
	k->size = ko_unsigned_size(k->data, k->size);
	return check_release(k, release);
}

static int append(struct ko_set *s, const struct ko *k)
{
	if (s->n == KO_MAX)
		return fail(NP_EXIT_FAILED, -E2BIG, "more than %d modules are needed", KO_MAX);
	s->ko[s->n++] = *k;
	return 0;
}

int ko_add(struct ko_set *s, const char *modules_dir, const char *release, const char *name)
{
	static int depth; /* a damaged folder could have modules that need each other */
	struct ko k = { .data = NULL };
	const char *list;
	size_t len;
	int err;

	canonical(k.name, name, strlen(name));
	if (has(s, k.name))
		return 0;
	if (depth == KO_MAX)
		return fail(NP_EXIT_MISSING, -ELOOP, "modules in %s need each other", modules_dir);
	depth++;
	err = load(&k, modules_dir, release);
	list = err || !k.size ? NULL : modinfo(&k, "depends=", &len);
	if (list)
		err = add_dependencies(s, modules_dir, release, k.name, list);
	if (!err)
		err = append(s, &k);
	if (err)
		free(k.data);
	depth--;
	return err;
}

void ko_free(struct ko_set *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		free(s->ko[i].data);
	s->n = 0;
}
