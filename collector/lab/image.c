// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/image.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/base/proc.h"
#include "collector/lab/packages.h"
#include "collector/lab/recipe.h"
#include "collector/lab/stage.h"

#define BUILD_SPACE (1500ull << 20) /* bytes: archives, their tree and the image */

int lab_cache_dir(char out[NP_PATH])
{
	const char *own = getenv("NESTPROF_CACHE"), *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (own && own[0])
		return fs_path(out, "%s", own);
	if (xdg && xdg[0] == '/')
		return fs_path(out, "%s/nestprof", xdg);
	if (home && home[0] == '/')
		return fs_path(out, "%s/.cache/nestprof", home);
	return fs_path(out, "/var/cache/nestprof");
}

static int take_lock(const char *cache)
{
	char path[NP_PATH];
	int err = fs_mkdirs(cache), fd;

	if (!err)
		err = fs_path(path, "%s/lock", cache);
	if (err)
		return fail(NP_EXIT_NO_SPACE, err, "cannot make the cache %s: %s", cache,
			    strerror(-err));
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return fail(NP_EXIT_NO_SPACE, -errno, "cannot write to the cache %s: %s", cache,
			    strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		log_phase("wait for another nestprof that makes the image");
		while (!err && flock(fd, LOCK_EX) < 0)
			if (errno != EINTR || np_interrupted())
				err = -errno;
	}
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

/* What builders left that were killed. Only called with the lock held. */
static void remove_left_builds(const char *cache)
{
	char pattern[NP_PATH];
	glob_t left;

	if (fs_path(pattern, "%s/build-*", cache) || glob(pattern, 0, NULL, &left))
		return;
	for (size_t i = 0; i < left.gl_pathc; i++)
		fs_remove(left.gl_pathv[i]);
	globfree(&left);
}

static void set_versions(struct lab_image *image, const char *manifest)
{
	char kernel[96];

	snprintf(kernel, sizeof(kernel), "linux-image-%s", image->kernel_release);
	packages_version(manifest, kernel, image->linux_version, sizeof(image->linux_version));
	packages_version(manifest, "qemu-system-x86", image->qemu_version,
			 sizeof(image->qemu_version));
	packages_version(manifest, "bochs", image->bochs_version, sizeof(image->bochs_version));
	packages_version(manifest, "busybox-static", image->busybox_version,
			 sizeof(image->busybox_version));
}

static int save(const struct lab_image *image, const char *manifest)
{
	char path[NP_PATH];
	json_t *j = json_pack("{s:s, s:I, s:I, s:I, s:s}", "kernel_release", image->kernel_release,
			      "kernel_base", (json_int_t)image->kernel_base, "kernel_entry",
			      (json_int_t)image->kernel_entry, "kernel_end",
			      (json_int_t)image->kernel_end, "packages", manifest);
	int err = fs_path(path, "%s/image.json", image->dir);

	if (!j || err)
		err = err ? err : -ENOMEM;
	else if (json_dump_file(j, path, JSON_INDENT(2)) < 0)
		err = fail(NP_EXIT_NO_SPACE, -ENOSPC, "cannot write %s", path);
	json_decref(j);
	return err;
}

static int load(struct lab_image *image, const char *dir)
{
	const char *release, *manifest;
	json_int_t base, entry, end;
	char path[NP_PATH];
	json_t *j;
	int err = fs_path(path, "%s/image.json", dir);

	if (err)
		return err;
	j = json_load_file(path, 0, NULL);
	err = json_unpack(j, "{s:s, s:I, s:I, s:I, s:s}", "kernel_release", &release, "kernel_base",
			  &base, "kernel_entry", &entry, "kernel_end", &end, "packages", &manifest);
	if (!err) {
		snprintf(image->kernel_release, sizeof(image->kernel_release), "%s", release);
		image->kernel_base = base;
		image->kernel_entry = entry;
		image->kernel_end = end;
		set_versions(image, manifest);
		recipe_content_hash(manifest, image->hash);
		err = fs_path(image->dir, "%s", dir);
	}
	json_decref(j);
	return err ? -ENOENT : 0;
}

static int check_space(const char *cache)
{
	struct statvfs fs;

	if (statvfs(cache, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < BUILD_SPACE)
		return fail(NP_EXIT_NO_SPACE, -ENOSPC,
			    "the cache %s has %llu MiB free, an image needs %llu to be made; "
			    "free some, or set NESTPROF_CACHE to another folder", cache,
			    (unsigned long long)fs.f_bavail * fs.f_frsize >> 20, BUILD_SPACE >> 20);
	return 0;
}

/* images/<hash> from what was fetched, unless it is there already. */
static int make(struct lab_image *image, const char *cache, const char *build)
{
	char tree[NP_PATH], final[NP_PATH], *manifest;
	int err = packages_manifest(build, &manifest);

	if (err)
		return err;
	recipe_content_hash(manifest, image->hash);
	err = fs_path(final, "%s/images/%s", cache, image->hash);
	if (err || load(image, final) == 0)
		goto out;
	err = packages_unpack(build);
	if (!err)
		err = fs_path(image->dir, "%s/image", build);
	if (!err)
		err = fs_mkdirs(image->dir);
	if (!err)
		err = fs_path(tree, "%s/tree", build);
	if (!err)
		err = stage_image(image, tree);
	if (!err)
		err = save(image, manifest);
	if (!err && rename(image->dir, final) < 0)
		err = fail(NP_EXIT_NO_SPACE, -errno, "cannot make %s: %s", final, strerror(errno));
	if (!err)
		err = load(image, final);
out:
	free(manifest);
	return err;
}

/* current-<recipe> -> images/<hash>, replaced in one step. */
static int point_at(const char *link, const struct lab_image *image)
{
	char temp[NP_PATH], target[NP_PATH];
	int err = fs_path(temp, "%s.new", link);

	if (!err)
		err = fs_path(target, "images/%s", image->hash);
	if (err)
		return err;
	unlink(temp);
	if (symlink(target, temp) < 0 || rename(temp, link) < 0)
		return -errno;
	return 0;
}

/* Images that no recipe points at any more. */
static void remove_old_images(const char *cache, const struct lab_image *image)
{
	char pattern[NP_PATH];
	glob_t found;

	if (fs_path(pattern, "%s/images/*", cache) || glob(pattern, 0, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (!strstr(found.gl_pathv[i], image->hash))
			fs_remove(found.gl_pathv[i]);
	globfree(&found);
}

static int build(struct lab_image *image, const char *cache, const char *link)
{
	char dir[NP_PATH], images[NP_PATH];
	int err = check_space(cache);

	remove_left_builds(cache);
	if (!err)
		err = fs_path(images, "%s/images", cache);
	if (!err)
		err = fs_mkdirs(images);
	if (!err)
		err = fs_path(dir, "%s/build-%d", cache, (int)getpid());
	if (err)
		return err;
	err = packages_fetch(dir);
	if (!err)
		err = make(image, cache, dir);
	if (!err)
		err = point_at(link, image);
	if (!err)
		remove_old_images(cache, image);
	log_phase_end();
	fs_remove(dir);
	return err;
}

int lab_image_ensure(struct lab_image *image, const char *cache, bool update)
{
	char recipe[65], link[NP_PATH], target[NP_PATH];
	int lock, err;

	memset(image, 0, sizeof(*image));
	recipe_hash(recipe);
	err = fs_path(link, "%s/current-%.16s", cache, recipe);
	if (err)
		return err;
	lock = take_lock(cache);
	if (lock < 0)
		return lock;
	if (update || !realpath(link, target) || load(image, target) < 0)
		err = build(image, cache, link);
	close(lock);
	return err;
}
