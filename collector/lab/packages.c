// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/packages.h"

#include <dirent.h>
#include <errno.h>
#include <sha256.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/log.h"
#include "collector/base/proc.h"
#include "collector/lab/apt.h"
#include "collector/lab/apt_sources.h"
#include "collector/lab/recipe.h"

#define MAX_WORDS 40
#define KERNEL_PREFIX "linux-image-"

int packages_fetch(const char *dir, unsigned parts)
{
	static const char *const update[] = { "update", NULL };
	const char *install[MAX_WORDS] = { "-y", "--no-install-recommends", "--download-only",
					   "install" };
	struct apt a;
	size_t n = 4;
	int err = apt_open(&a, dir, false);

	if (err)
		return err;
	log_phase("fetch the package lists");
	err = apt_run(&a, "apt-get", update, NULL);
	if (err)
		return err;
	log_phase("fetch QEMU, Bochs and busybox%s",
		  parts & IMAGE_TRACERS ? ", perf and trace-cmd" : "");
	for (const struct recipe_package *p = recipe_packages; p->name; p++)
		if (recipe_takes(p, parts))
			install[n++] = p->name;
	return apt_run(&a, "apt-get", install, NULL);
}

/* The next name in a "Depends:" line that starts with "linux-". */
static const char *next_linux(const char *p, char *name, size_t size)
{
	while (p && *p && *p != '\n') {
		size_t n;

		p += strspn(p, " ,|");
		n = strcspn(p, " ,|\n");
		if (!strncmp(p, "linux-", 6)) {
			snprintf(name, size, "%.*s", (int)n, p);
			return p + strcspn(p, ",\n");
		}
		p += strcspn(p, ",|\n");
	}
	return NULL;
}

static const char *depends_of(const char *shown)
{
	const char *depends = strstr(shown, "\nDepends:");

	return depends ? depends + strlen("\nDepends:") : NULL;
}

static int show(const struct apt *a, const char *package, char **text)
{
	const char *const words[] = { "show", "--no-all-versions", package, NULL };

	return apt_run(a, "apt-cache", words, text);
}

/* "linux-image-6.1.0-1-cloud-amd64" of the package that stands for the newest. */
static int find_kernel(const struct apt *a, const char *meta, char *name, size_t size)
{
	const char *p;
	char *text;
	int err = show(a, meta, &text);

	if (err)
		return err;
	err = -ENOENT;
	for (p = depends_of(text); err && (p = next_linux(p, name, size));)
		if (!strncmp(name, KERNEL_PREFIX, strlen(KERNEL_PREFIX)))
			err = 0;
	free(text);
	return err ? fail(NP_EXIT_MISSING, err, "package %s names no kernel image", meta) : 0;
}

/*
 * A kernel and, where it comes in several packages, the others of its release.
 * They depend on no more of them than the first does.
 */
static int fetch_kernel(const struct apt *a, const char *kernel)
{
	const char *release = kernel + strlen(KERNEL_PREFIX), *p;
	char name[128], *text;
	int err = show(a, kernel, &text);

	if (err)
		return err;
	log_phase("fetch %s", kernel);
	err = apt_download(a, kernel);
	for (p = depends_of(text); !err && (p = next_linux(p, name, sizeof(name)));) {
		size_t n = strlen(name), tail = strlen(release);

		if (n > tail && name[n - tail - 1] == '-' && !strcmp(name + n - tail, release))
			err = apt_download(a, name);
	}
	free(text);
	return err;
}

int packages_fetch_kernel(const char *dir, const char *suite, bool security)
{
	char kernel[128];
	struct apt a;
	int err = apt_open(&a, dir, true);

	if (err)
		return err;
	log_phase("fetch the package lists of %s", suite);
	err = apt_use_suite(&a, suite, security);
	if (!err)
		err = find_kernel(&a, recipe_kernel, kernel, sizeof(kernel));
	return err ? err : fetch_kernel(&a, kernel);
}

static bool is_deb(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && !strcmp(d->d_name + n - 4, ".deb");
}

static int select_deb(const struct dirent *d)
{
	return is_deb(d);
}

/* Calls one(path, name) for each archive, sorted by name. */
static int each_archive(const char *dir, int (*one)(const char *path, const char *name, void *arg),
			void *arg)
{
	struct dirent **list = NULL;
	char archives[NP_PATH], path[NP_PATH];
	int err = fs_path(archives, "%s/archives", dir), n;

	if (err)
		return err;
	n = scandir(archives, &list, select_deb, alphasort);
	if (n <= 0)
		err = n < 0 ? -errno : -ENOENT;
	for (int i = 0; i < n; i++) {
		if (!err)
			err = fs_path(path, "%s/%s", archives, list[i]->d_name);
		if (!err)
			err = one(path, list[i]->d_name, arg);
		free(list[i]);
	}
	free(list);
	return err;
}

static int unpack_one(const char *path, const char *name, void *tree)
{
	const char *const argv[] = { "dpkg-deb", "-x", path, tree, NULL };
	char *text;
	int r = proc_run(argv, &text);

	log_phase_says(name);
	if (r < 0)
		return r;
	if (r > 0)
		r = fail(strstr(text, "o space left") ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, -EIO,
			 "cannot unpack %s: %.*s", path, (int)strcspn(text, "\n"), text);
	free(text);
	return r;
}

int packages_unpack(const char *dir)
{
	char tree[NP_PATH];
	int err = fs_path(tree, "%s/tree", dir);

	if (!err)
		err = fs_mkdirs(tree);
	log_phase("unpack the packages");
	return err ? err : each_archive(dir, unpack_one, tree);
}

static int manifest_line(const char *path, const char *name, void *stream)
{
	char digest[SHA256_DIGEST_STRING_LENGTH];

	if (!SHA256File(path, digest))
		return -errno;
	fprintf(stream, "%s %s\n", name, digest);
	return 0;
}

int packages_manifest(const char *dir, char **text)
{
	size_t size;
	FILE *stream = open_memstream(text, &size);
	int err;

	if (!stream)
		return -errno;
	err = each_archive(dir, manifest_line, stream);
	fclose(stream);
	if (err) {
		free(*text);
		fail(NP_EXIT_FAILED, err, "cannot read the packages in %s: %s", dir,
		     strerror(-err));
	}
	return err;
}

/* apt writes an epoch's colon as %3a in file names. */
static void copy_version(char *out, size_t size, const char *from, size_t n)
{
	while (n && size > 1) {
		if (n >= 3 && !strncmp(from, "%3a", 3)) {
			*out++ = ':';
			from += 3, n -= 3;
		} else {
			*out++ = *from++;
			n--;
		}
		size--;
	}
	*out = '\0';
}

void packages_version(const char *manifest, const char *package, char *out, size_t size)
{
	size_t n = strlen(package);

	out[0] = '\0';
	for (const char *line = manifest; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (!strncmp(line, package, n) && line[n] == '_') {
			copy_version(out, size, line + n + 1, strcspn(line + n + 1, "_\n"));
			return;
		}
}
