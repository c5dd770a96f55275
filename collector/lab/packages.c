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
#include "collector/lab/recipe.h"

#define MAX_ARGS 64
#define OPTION_SIZE (NP_PATH + 40)

/* The options that turn apt to folders of its own, with nothing installed. */
struct apt {
	char dir[NP_PATH];
	char state[OPTION_SIZE], status[OPTION_SIZE], cache[OPTION_SIZE], archives[OPTION_SIZE];
};

static int apt_prepare(struct apt *a, const char *dir)
{
	static const char *const folders[] = { "state/lists/partial", "cache",
					       "archives/partial" };
	char path[NP_PATH];
	int err = fs_path(a->dir, "%s", dir);

	for (size_t i = 0; !err && i < sizeof(folders) / sizeof(*folders); i++) {
		err = fs_path(path, "%s/%s", dir, folders[i]);
		if (!err)
			err = fs_mkdirs(path);
	}
	if (!err)
		err = fs_path(path, "%s/status", dir);
	if (!err)
		err = fs_write(path, "", 0);
	if (err)
		return fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, err,
			    "cannot make %s: %s", dir, strerror(-err));
	snprintf(a->state, sizeof(a->state), "Dir::State=%s/state", dir);
	snprintf(a->status, sizeof(a->status), "Dir::State::status=%s/status", dir);
	snprintf(a->cache, sizeof(a->cache), "Dir::Cache=%s/cache", dir);
	snprintf(a->archives, sizeof(a->archives), "Dir::Cache::archives=%s/archives", dir);
	return 0;
}

/* apt's first line that starts with "E: ", else its last line. */
static void first_error(const char *output, char *line, size_t size)
{
	const char *e = strstr(output, "E: ");

	if (!e) {
		size_t n = strlen(output);

		while (n && output[n - 1] == '\n')
			n--;
		e = output + n;
		while (e > output && e[-1] != '\n')
			e--;
	}
	snprintf(line, size, "%.*s", (int)strcspn(e, "\n"), e);
}

static int apt_run(struct apt *a, const char *tool, const char *const words[], char **output)
{
	const char *argv[MAX_ARGS] = { tool,
				       "-q",
				       "-o", a->state,
				       "-o", a->status,
				       "-o", a->cache,
				       "-o", a->archives,
				       "-o", "Debug::NoLocking=true",
				       "-o", "APT::Sandbox::User=",
				       "-o", "Acquire::Languages=none" };
	size_t n = 0;
	char *text, line[400];
	int r;

	while (argv[n])
		n++;
	for (; *words && n + 1 < MAX_ARGS; words++)
		argv[n++] = *words;
	r = proc_run(argv, &text);
	if (r == 0 && output) {
		*output = text;
		return 0;
	}
	if (r > 0) {
		first_error(text, line, sizeof(line));
		fail(strstr(text, "o space left") ? NP_EXIT_NO_SPACE : NP_EXIT_MISSING, -EIO,
		     "%s %s failed: %s", tool, words[-1], line);
		r = r == 127 && !text[0] ? -ENOENT : -EIO;
	}
	if (r != 0 || !output)
		free(text);
	return r;
}

/* "Depends: linux-image-6.1.0-1-cloud-amd64 (= ...)" of the meta package. */
static int find_kernel(struct apt *a, const char *meta, char *name, size_t size)
{
	const char *const show[] = { "show", "--no-all-versions", meta, NULL };
	char *text, *depends;
	int err = apt_run(a, "apt-cache", show, &text);

	if (err)
		return err;
	depends = strstr(text, "\nDepends: linux-image-");
	if (depends) {
		depends += strlen("\nDepends: ");
		snprintf(name, size, "%.*s", (int)strcspn(depends, " ,\n"), depends);
	} else {
		err = fail(NP_EXIT_MISSING, -ENOENT, "package %s names no kernel image", meta);
	}
	free(text);
	return err;
}

/* apt-get download writes into the working folder: give it that one. */
static int download_one(struct apt *a, const char *package)
{
	static const char script[] = "cd \"$1\" && shift && exec \"$@\"";
	const char *const argv[] = { "/bin/sh", "-c", script, "sh", strchr(a->archives, '=') + 1,
				     "apt-get", "-q", "-o", a->state, "-o", a->status,
				     "-o", a->cache, "-o", "APT::Sandbox::User=",
				     "download", package, NULL };
	char *text, line[400];
	int r = proc_run(argv, &text);

	if (r < 0)
		return r;
	if (r > 0) {
		first_error(text, line, sizeof(line));
		r = fail(NP_EXIT_MISSING, -EIO, "apt-get download %s failed: %s", package, line);
	}
	free(text);
	return r;
}

int packages_fetch(const char *dir)
{
	static const char *const update[] = { "update", NULL };
	const char *install[MAX_ARGS / 2] = { "-y", "--no-install-recommends", "--download-only",
					      "install" };
	char kernel[128];
	struct apt a;
	size_t n = 4;
	int err = apt_prepare(&a, dir);

	if (err)
		return err;
	log_phase("fetch the package lists");
	err = apt_run(&a, "apt-get", update, NULL);
	if (err)
		return err;
	log_phase("fetch QEMU, Bochs and busybox");
	for (const struct recipe_package *p = recipe_packages; p->name; p++)
		install[n++] = p->name;
	err = apt_run(&a, "apt-get", install, NULL);
	if (!err)
		err = find_kernel(&a, recipe_kernel, kernel, sizeof(kernel));
	if (err)
		return err;
	log_phase("fetch %s", kernel);
	return download_one(&a, kernel);
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
		fail(NP_EXIT_FAILED, err, "cannot read the packages in %s: %s", dir, strerror(-err));
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
