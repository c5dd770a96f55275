// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/image.h"

#include <errno.h>
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/lab/packages.h"
#include "collector/lab/recipe.h"
#include "collector/lab/stage.h"

#define BUILD_SPACE (1200ull << 20) /* bytes: archives, their tree and the image */

static void set_versions(struct lab_image *image, const char *manifest)
{
	packages_version(manifest, "qemu-system-x86", image->qemu_version,
			 sizeof(image->qemu_version));
	packages_version(manifest, "bochs", image->bochs_version, sizeof(image->bochs_version));
	packages_version(manifest, "busybox-static", image->busybox_version,
			 sizeof(image->busybox_version));
}

static int save(const struct lab_image *image, const char *manifest)
{
	char path[NP_PATH];
	json_t *j = json_pack("{s:s}", "packages", manifest);
	int err = fs_path(path, "%s/image.json", image->dir);

	if (!j || err)
		err = err ? err : -ENOMEM;
	else if (json_dump_file(j, path, JSON_INDENT(2)) < 0)
		err = fail(NP_EXIT_NO_SPACE, -ENOSPC, "cannot write %s", path);
	json_decref(j);
	return err;
}

static int load(struct lab_image *image, const char *link)
{
	const char *manifest;
	char path[NP_PATH];
	json_t *j = NULL;
	int err = cache_find(link, image->dir);

	if (!err)
		err = fs_path(path, "%s/image.json", image->dir);
	if (!err && (!(j = json_load_file(path, 0, NULL)) ||
		     json_unpack(j, "{s:s}", "packages", &manifest)))
		err = -ENOENT;
	if (!err) {
		set_versions(image, manifest);
		recipe_content_hash(manifest, image->parts, image->hash);
	}
	json_decref(j);
	return err;
}

/* By which the image of this nestprof's recipe is found. */
static int image_link(char out[NP_PATH], const char *cache, unsigned parts)
{
	char recipe[65];

	recipe_hash(parts, recipe);
	return fs_path(out, "%s/current-%.16s", cache, recipe);
}

static bool is_ours(const char *cache, const char *path)
{
	char link[NP_PATH];

	for (unsigned parts = 0; parts <= (IMAGE_TRACERS | IMAGE_QEMU); parts++)
		if (!image_link(link, cache, parts) && !strcmp(link, path))
			return true;
	return false;
}

/* The image of another recipe is another nestprof's, and would never be used again. */
static void forget_others(const char *cache)
{
	char pattern[NP_PATH];
	glob_t found;

	if (fs_path(pattern, "%s/current-*", cache) || glob(pattern, 0, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (!is_ours(cache, found.gl_pathv[i]))
			unlink(found.gl_pathv[i]);
	globfree(&found);
}

/* In `build`, from what was fetched there. */
static int make(struct lab_image *image, const char *build, const char *manifest)
{
	char tree[NP_PATH];
	int err = packages_unpack(build);

	if (!err)
		err = fs_path(image->dir, "%s/image", build);
	if (!err)
		err = fs_mkdirs(image->dir);
	if (!err)
		err = fs_path(tree, "%s/tree", build);
	if (!err)
		err = stage_image(image, tree);
	return err ? err : save(image, manifest);
}

static int build(struct lab_image *image, const char *cache, const char *link)
{
	char dir[NP_PATH], made[NP_PATH], *manifest = NULL;
	bool there;
	int err = cache_build_dir(cache, BUILD_SPACE, dir);

	if (err)
		return err;
	err = packages_fetch(dir, image->parts);
	if (!err)
		err = packages_manifest(dir, &manifest);
	if (!err) {
		recipe_content_hash(manifest, image->parts, image->hash);
		err = fs_path(made, "%s/images/%s/image.json", cache, image->hash);
	}
	there = !err && fs_exists(made);
	if (!err && !there)
		err = make(image, dir, manifest);
	if (!err)
		err = cache_keep(cache, there ? NULL : image->dir, "images", image->hash, link);
	if (!err)
		err = load(image, link);
	if (!err) {
		forget_others(cache);
		cache_prune(cache, CACHE_BUDGET);
	}
	log_phase_end();
	free(manifest);
	fs_remove(dir);
	return err;
}

int lab_image_ensure(struct lab_image *image, const char *cache, unsigned parts, bool update)
{
	char link[NP_PATH];
	int lock, err;

	memset(image, 0, sizeof(*image));
	image->parts = parts;
	err = image_link(link, cache, parts);
	if (err)
		return err;
	lock = cache_lock(cache);
	if (lock < 0)
		return lock;
	if (update || load(image, link))
		err = build(image, cache, link);
	close(lock);
	return err;
}
