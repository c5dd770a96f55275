// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/kernel_source.h"

#include <ctype.h>
#include <errno.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/host/vendor.h"
#include "collector/kernel_image.h"
#include "collector/ko.h"
#include "collector/lab/packages.h"
#include "collector/lab/stage.h"

/* The kernel of a released suite keeps its series; that of sid moves on. */
static const struct {
	const char *suite, *series;
	bool security;
} suites[] = {
	{ "bullseye", "5.10", true },
	{ "bookworm", "6.1", true },
	{ "bookworm-backports", "6.12", false },
	{ "sid", "", false },
};

#define NR_SUITES (sizeof(suites) / sizeof(*suites))
#define NAMES "bullseye (5.10), bookworm (6.1), bookworm-backports (6.12), sid"

/* "6.1" is the start of "6.1.0-1-amd64", not of "6.12.5". */
static bool starts_version(const char *version, const char *start)
{
	size_t n = strlen(start);

	return !strncmp(version, start, n) && !isdigit((unsigned char)version[n]);
}

bool kernel_version_fits(const char *wanted, const char *release, const char *package)
{
	return !isdigit((unsigned char)wanted[0]) || starts_version(release, wanted) ||
	       starts_version(package, wanted);
}

static bool use_suite(struct kernel_source *s, size_t i)
{
	s->suite = suites[i].suite;
	s->security = suites[i].security;
	snprintf(s->key, sizeof(s->key), "%s", s->suite);
	return true;
}

static bool find_suite(struct kernel_source *s, const char *wanted)
{
	for (size_t i = 0; i < NR_SUITES; i++)
		if (!strcmp(wanted, suites[i].suite) ||
		    (suites[i].series[0] && starts_version(wanted, suites[i].series)))
			return use_suite(s, i);
	/* Any other number could be sid's: its kernel tells. */
	return isdigit((unsigned char)wanted[0]) && !strchr(wanted, '/') && !fs_exists(wanted) &&
	       use_suite(s, NR_SUITES - 1);
}

static bool is_deb(const char *path, size_t n)
{
	return n > 4 && !strncmp(path + n - 4, ".deb", 4);
}

/* Calls one() for each path of a list "A.deb,B.deb". */
static int each_deb(const char *list, int (*one)(const char *path, void *arg), void *arg)
{
	char path[NP_PATH];
	int err = 0;

	while (!err && *list) {
		size_t n = strcspn(list, ",");

		err = is_deb(list, n) ? fs_path(path, "%.*s", (int)n, list) : -EINVAL;
		if (!err)
			err = one(path, arg);
		list += n + (list[n] == ',');
	}
	return err;
}

static int hash_file(const char *path, void *stream)
{
	char digest[SHA256_DIGEST_STRING_LENGTH];
	const char *slash = strrchr(path, '/');

	if (!SHA256File(path, digest))
		return -errno;
	fprintf(stream, "%s %s\n", slash ? slash + 1 : path, digest);
	return 0;
}

static void hash_modules(const struct ko_set *set, FILE *stream)
{
	char digest[SHA256_DIGEST_STRING_LENGTH];

	for (uint32_t i = 0; i < set->n; i++)
		fprintf(stream, "%s %s\n", set->ko[i].name,
			SHA256Data((const uint8_t *)set->ko[i].data, set->ko[i].size, digest));
}

/* A kernel image with its modules: --l0-modules, or those that are installed for its release. */
static int describe_files(struct kernel_source *s, FILE *stream)
{
	const struct lab_kernel_choice *c = s->choice;
	struct ko_set set = { .n = 0 };
	struct kernel_image k;
	int err = kernel_image_load(&k, c->wanted);

	if (err)
		return err;
	if (c->modules)
		err = fs_path(s->modules, "%s", c->modules);
	else
		err = fs_path(s->modules, "/lib/modules/%s", k.release);
	if (!err)
		err = ko_add(&set, s->modules, k.release[0] ? k.release : NULL,
			     kvm_vendor_of(c->isa)->module);
	if (err && !fail_text())
		fail(NP_EXIT_MISSING, err, "%s %s: no module %s in %s; name the "
		     "folder of its modules with %.4s-modules", c->option, c->wanted,
		     kvm_vendor_of(c->isa)->module, s->modules, c->option);
	if (!err) {
		hash_modules(&set, stream);
		err = hash_file(c->wanted, stream);
	}
	ko_free(&set);
	kernel_image_free(&k);
	return err;
}

static int describe(struct kernel_source *s, char **text)
{
	size_t size;
	FILE *stream = open_memstream(text, &size);
	int err;

	if (!stream)
		return -errno;
	err = s->debs ? each_deb(s->choice->wanted, hash_file, stream) : describe_files(s, stream);
	fclose(stream);
	if (!err)
		return 0;
	free(*text);
	*text = NULL;
	return fail_text() ? err : fail(NP_EXIT_MISSING, err, "%s %s: %s", s->choice->option,
					s->choice->wanted, strerror(-err));
}

int kernel_source_find(struct kernel_source *s, const struct lab_kernel_choice *choice)
{
	const char *wanted = choice->wanted;
	char *text;
	int err;

	*s = (struct kernel_source){ .choice = choice };
	s->debs = is_deb(wanted, strlen(wanted));
	if ((find_suite(s, wanted) || s->debs) && choice->modules)
		return fail(NP_EXIT_USAGE, -EINVAL,
			    "%.4s-modules is for a kernel image; %s %s comes with its modules",
			    choice->option, choice->option, wanted);
	if (s->suite)
		return 0;
	if (!s->debs && !strchr(wanted, '/') && !fs_exists(wanted))
		return fail(NP_EXIT_USAGE, -EINVAL,
			    "%s: there is no kernel '%s'; there are " NAMES
			    ", version numbers such as 6.12, and files", choice->option, wanted);
	err = describe(s, &text);
	if (!err)
		SHA256Data((const uint8_t *)text, strlen(text), s->key);
	if (!err)
		free(text);
	return err;
}

static int copy_deb(const char *path, void *archives)
{
	const char *slash = strrchr(path, '/');

	return stage_copy(path[0] == '/' ? "/" : ".", path, archives, slash ? slash + 1 : path);
}

/* Packages have the kernel in /boot or, from 7.x on, beside its modules. */
static int find_in_tree(const char *tree, char kernel[NP_PATH], char modules[NP_PATH])
{
	char pattern[NP_PATH];
	int err = fs_path(pattern, "%s/{boot/vmlinu[xz]-*,{usr/,}lib/modules/*/vmlinuz}", tree);

	if (!err)
		err = stage_find(pattern, kernel);
	if (!err)
		err = fs_path(pattern, "%s/{usr/,}lib/modules/*/kernel", tree);
	if (!err)
		err = stage_find(pattern, modules);
	if (!err)
		*strrchr(modules, '/') = '\0';
	return err;
}

static int unpack(const char *build, char kernel[NP_PATH], char modules[NP_PATH],
		  char **manifest)
{
	char tree[NP_PATH];
	int err = packages_manifest(build, manifest);

	if (!err)
		err = packages_unpack(build);
	if (!err)
		err = fs_path(tree, "%s/tree", build);
	return err ? err : find_in_tree(tree, kernel, modules);
}

int kernel_source_get(const struct kernel_source *s, const char *build, char kernel[NP_PATH],
		      char modules[NP_PATH], char **manifest)
{
	struct kernel_source again = *s;
	char archives[NP_PATH];
	int err = fs_path(archives, "%s/archives", build);

	if (!err && s->suite)
		err = packages_fetch_kernel(build, s->suite, s->security);
	else if (!err && s->debs)
		err = each_deb(s->choice->wanted, copy_deb, archives);
	if (!err && (s->suite || s->debs))
		return unpack(build, kernel, modules, manifest);
	if (!err)
		err = describe(&again, manifest);
	if (!err)
		err = fs_path(kernel, "%s", s->choice->wanted);
	return err ? err : fs_path(modules, "%s", again.modules);
}
