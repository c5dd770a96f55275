// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/base/proc.h"
#include "collector/base/workdir.h"

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

int cache_lock(const char *cache)
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

int cache_build_dir(const char *cache, uint64_t need, char out[NP_PATH])
{
	struct statvfs fs;
	int err = workdir_make(out, cache, "build");

	if (err)
		return err;
	if (statvfs(cache, &fs) < 0 || (uint64_t)fs.f_bavail * fs.f_frsize >= need)
		return 0;
	fs_remove(out);
	return fail(NP_EXIT_NO_SPACE, -ENOSPC,
		    "the cache %s has %llu MiB free, and it takes %llu to make an image; "
		    "free some, or set NESTPROF_CACHE to another folder", cache,
		    (unsigned long long)fs.f_bavail * fs.f_frsize >> 20,
		    (unsigned long long)need >> 20);
}

int cache_find(const char *link, char out[NP_PATH])
{
	char target[PATH_MAX];

	if (!realpath(link, target))
		return -ENOENT;
	/* The link's own time tells when it was last used. */
	utimensat(AT_FDCWD, link, NULL, AT_SYMLINK_NOFOLLOW);
	return fs_path(out, "%s", target);
}

/* In one step, also where there is a link already. */
static int point_at(const char *link, const char *target)
{
	char temp[NP_PATH];
	int err = fs_path(temp, "%s.new", link);

	if (err)
		return err;
	unlink(temp);
	return symlink(target, temp) < 0 || rename(temp, link) < 0 ? -errno : 0;
}

int cache_keep(const char *cache, const char *built, const char *kind, const char *hash,
	       const char *link)
{
	char folder[NP_PATH], final[NP_PATH], target[NP_PATH];
	int err = fs_path(folder, "%s/%s", cache, kind);

	if (!err)
		err = fs_path(target, "%s/%s", kind, hash);
	if (!err)
		err = fs_path(final, "%s/%s", cache, target);
	if (!err)
		err = fs_mkdirs(folder);
	if (!err && built)
		err = fs_remove(final); /* a damaged one, or it would not have been built again */
	if (!err && built && rename(built, final) < 0)
		err = -errno;
	if (!err)
		err = point_at(link, target);
	if (err)
		fail(NP_EXIT_NO_SPACE, err, "cannot keep %s in the cache %s: %s", target, cache,
		     strerror(-err));
	return err;
}

static uint64_t bytes_in(const char *path)
{
	char *roots[] = { (char *)path, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	uint64_t bytes = 0;
	FTSENT *f;

	while (walk && (f = fts_read(walk)))
		if (f->fts_info == FTS_F)
			bytes += f->fts_statp->st_size;
	if (walk)
		fts_close(walk);
	return bytes;
}

static int find_all(const char *cache, const char *pattern, glob_t *found)
{
	char path[NP_PATH];
	int err = fs_path(path, "%s/%s", cache, pattern);

	memset(found, 0, sizeof(*found));
	if (err)
		return err;
	return glob(path, GLOB_BRACE | GLOB_NOSORT, NULL, found) ? -ENOENT : 0;
}

static bool is_pointed_at(const char *part, const glob_t *links)
{
	char part_path[PATH_MAX], target[PATH_MAX];

	if (!realpath(part, part_path))
		return false;
	for (size_t i = 0; i < links->gl_pathc; i++)
		if (realpath(links->gl_pathv[i], target) && !strcmp(target, part_path))
			return true;
	return false;
}

/* Removes what no link points at; what is left, in bytes. */
static uint64_t remove_unused(const char *cache)
{
	glob_t links, parts;
	uint64_t bytes = 0;

	find_all(cache, "{current,kernel}-*", &links);
	find_all(cache, "{images,kernels}/*", &parts);
	for (size_t i = 0; i < links.gl_pathc; i++)
		if (!fs_exists(links.gl_pathv[i]))
			unlink(links.gl_pathv[i]);
	for (size_t i = 0; i < parts.gl_pathc; i++)
		if (is_pointed_at(parts.gl_pathv[i], &links))
			bytes += bytes_in(parts.gl_pathv[i]);
		else
			fs_remove(parts.gl_pathv[i]);
	globfree(&links);
	globfree(&parts);
	return bytes;
}

static bool is_older(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/* false when there is none, or none but those that a run may be using. */
static bool forget_oldest_kernel(const char *cache)
{
	struct timespec oldest;
	const char *link = NULL;
	glob_t links;
	bool done;

	clock_gettime(CLOCK_REALTIME, &oldest);
	oldest.tv_sec -= CACHE_IN_USE_S;
	find_all(cache, "kernel-*", &links);
	for (size_t i = 0; i < links.gl_pathc; i++) {
		struct stat st;

		if (lstat(links.gl_pathv[i], &st) || !is_older(&st.st_mtim, &oldest))
			continue;
		link = links.gl_pathv[i];
		oldest = st.st_mtim;
	}
	done = link && unlink(link) == 0;
	globfree(&links);
	return done;
}

void cache_prune(const char *cache, uint64_t budget)
{
	while (remove_unused(cache) > budget && forget_oldest_kernel(cache))
		;
}
