// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/kernels.h"

#include <errno.h>
#include <jansson.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/lab/kernel_source.h"
#include "collector/lab/kernel_stage.h"
#include "collector/lab/packages.h"
#include "collector/lab/recipe.h"

#define BUILD_SPACE (600ull << 20) /* bytes: packages, their tree and the parts */

/* Counts up when kernel_stage.c makes something else from the same source. */
static const char version[] = "kernel 3";

/* "version text", in hex: the key of a source, or the hash of a manifest. */
static void hash(const char *text, char out[65])
{
	SHA256_CTX c;

	SHA256Init(&c);
	SHA256Update(&c, (const uint8_t *)version, sizeof(version));
	SHA256Update(&c, (const uint8_t *)recipe_kernel, strlen(recipe_kernel) + 1);
	SHA256Update(&c, (const uint8_t *)text, strlen(text));
	SHA256End(&c, out);
}

/* The version of its package; of a file, which file that is. */
static void name_package(struct lab_kernel *k, const char *manifest, const char *wanted)
{
	const char *slash = strrchr(wanted, '/');
	char name[96];

	snprintf(name, sizeof(name), "linux-image-%s", k->release);
	packages_version(manifest, name, k->package, sizeof(k->package));
	if (!k->package[0])
		snprintf(k->package, sizeof(k->package), "file %.60s, %.16s",
			 slash ? slash + 1 : wanted, k->hash);
}

static int save(const struct lab_kernel *k, const char *manifest)
{
	char path[NP_PATH];
	json_t *j = json_pack("{s:s, s:s, s:I, s:I, s:I, s:s}", "release", k->release, "package",
			      k->package, "base", (json_int_t)k->base, "entry",
			      (json_int_t)k->entry, "end", (json_int_t)k->end, "manifest",
			      manifest);
	int err = fs_path(path, "%s/kernel.json", k->dir);

	if (!j || err)
		err = err ? err : -ENOMEM;
	else if (json_dump_file(j, path, JSON_INDENT(2)) < 0)
		err = fail(NP_EXIT_NO_SPACE, -ENOSPC, "cannot write %s", path);
	json_decref(j);
	return err;
}

static int load(struct lab_kernel *k, const char *link)
{
	const char *release, *package, *manifest;
	json_int_t base, entry, end;
	char path[NP_PATH];
	json_t *j = NULL;
	int err = cache_find(link, k->dir);

	if (!err)
		err = fs_path(path, "%s/kernel.json", k->dir);
	if (!err && (!(j = json_load_file(path, 0, NULL)) ||
		     json_unpack(j, "{s:s, s:s, s:I, s:I, s:I, s:s}", "release", &release,
				 "package", &package, "base", &base, "entry", &entry, "end", &end,
				 "manifest", &manifest)))
		err = -ENOENT;
	if (!err) {
		snprintf(k->release, sizeof(k->release), "%s", release);
		snprintf(k->package, sizeof(k->package), "%s", package);
		hash(manifest, k->hash);
		k->base = base;
		k->entry = entry;
		k->end = end;
	}
	json_decref(j);
	return err;
}

/* ... and so has another hash. */
static int mark_manifest(char **manifest, enum np_isa isa)
{
	char *marked;

	if (isa != NP_ISA_SVM)
		return 0;
	if (asprintf(&marked, "%s(for SVM)\n", *manifest) < 0)
		return -ENOMEM;
	free(*manifest);
	*manifest = marked;
	return 0;
}

static int make(struct lab_kernel *k, const char *build, const char *image_dir,
		const struct kernel_source *s, char **manifest)
{
	char kernel[NP_PATH], modules[NP_PATH];
	int err = kernel_source_get(s, build, kernel, modules, manifest);

	if (err)
		return err;
	err = mark_manifest(manifest, s->choice->isa);
	if (err)
		return err;
	hash(*manifest, k->hash);
	err = fs_path(k->dir, "%s/kernel", build);
	if (!err)
		err = kernel_stage(k, kernel, modules, image_dir, s->choice->isa);
	if (!err)
		name_package(k, *manifest, s->choice->wanted);
	return err ? err : save(k, *manifest);
}

static int build(struct lab_kernel *k, const char *cache, const char *image_dir,
		 const struct kernel_source *s, const char *link)
{
	char dir[NP_PATH], *manifest = NULL;
	int err = cache_build_dir(cache, BUILD_SPACE, dir);

	if (err)
		return err;
	err = make(k, dir, image_dir, s, &manifest);
	if (!err)
		err = cache_keep(cache, k->dir, "kernels", k->hash, link);
	if (!err)
		err = load(k, link);
	if (!err)
		cache_prune(cache, CACHE_BUDGET);
	log_phase_end();
	free(manifest);
	fs_remove(dir);
	return err;
}

static int check_version(const struct lab_kernel *k, const struct kernel_source *s)
{
	if (!s->suite || kernel_version_fits(s->choice->wanted, k->release, k->package))
		return 0;
	return fail(NP_EXIT_USAGE, -EINVAL,
		    "%s %s: %s has kernel %s (package %s) now; ask for that, try --update, or give "
		    "a file", s->choice->option, s->choice->wanted, s->suite, k->release,
		    k->package);
}

/* The same kernel for another vendor's CPU is kept beside it, for it has other modules. */
static void kernel_key(const struct kernel_source *s, char key[65])
{
	char source[96];

	snprintf(source, sizeof(source), "%s%s", s->key,
		 s->choice->isa == NP_ISA_SVM ? " SVM" : "");
	hash(source, key);
}

int lab_kernel_ensure(struct lab_kernel *k, const char *cache, const char *image_dir,
		      const struct lab_kernel_choice *choice, bool update)
{
	struct kernel_source s;
	char key[65], link[NP_PATH];
	int err = kernel_source_find(&s, choice), lock;

	memset(k, 0, sizeof(*k));
	if (err)
		return err;
	kernel_key(&s, key);
	err = fs_path(link, "%s/kernel-%.16s", cache, key);
	if (err)
		return err;
	lock = cache_lock(cache);
	if (lock < 0)
		return lock;
	if ((update && s.suite) || load(k, link))
		err = build(k, cache, image_dir, &s, link);
	close(lock);
	return err ? err : check_version(k, &s);
}
