// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/stage.h"

#include <errno.h>
#include <glob.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/lab/closure.h"
#include "collector/lab/cpio.h"
#include "collector/lab/recipe.h"

#define LIBDIR "lib/x86_64-linux-gnu"

/* Folders of L0's root, and files of the tree with their place in it. */
static const char *const root_folders[] = { "bin", "etc", "proc", "sys", "dev", "run", "tmp",
					    "boot", "lib64", LIBDIR, "usr/bin", "usr/share/qemu" };

static const struct {
	const char *from, *to;
} root_files[] = {
	{ "bin/busybox", "bin/busybox" },
	{ CLOSURE_LOADER, "lib64/ld-linux-x86-64.so.2" },
	{ "usr/bin/qemu-system-x86_64", "usr/bin/qemu-system-x86_64" },
	{ "usr/share/qemu/qboot.rom", "usr/share/qemu/qboot.rom" }, /* microvm's firmware */
	{ "usr/share/qemu/pvh.bin", "usr/share/qemu/pvh.bin" },
	{ "usr/share/qemu/linuxboot_dma.bin", "usr/share/qemu/linuxboot_dma.bin" },
};

int stage_copy(const char *from_dir, const char *from, const char *to_dir, const char *to)
{
	char source[NP_PATH], target[NP_PATH], parent[NP_PATH];
	int err = fs_path(source, "%s/%s", from_dir, from);

	if (!err)
		err = fs_path(target, "%s/%s", to_dir, to);
	if (!err)
		err = fs_path(parent, "%s", target);
	if (!err)
		err = fs_mkdirs(dirname(parent));
	if (!err)
		err = fs_copy(source, target);
	if (err)
		fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, err,
		     "cannot copy %s to %s: %s", source, target, strerror(-err));
	return err;
}

static int add_tracers(const char *tree, const char *root)
{
	char libraries[NP_PATH], path[NP_PATH];
	int err = fs_path(libraries, "%s/" LIBDIR, root);

	for (const struct recipe_package *p = recipe_packages; !err && p->name; p++) {
		if (!p->tracer)
			continue;
		err = stage_copy(tree, p->tracer, root, p->tracer);
		if (!err)
			err = fs_path(path, "%s/%s", tree, p->tracer);
		if (!err)
			err = closure_copy_libraries(tree, path, libraries);
	}
	return err;
}

static int make_root(const char *tree, const char *root)
{
	char path[NP_PATH];
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(root_folders) / sizeof(*root_folders); i++) {
		err = fs_path(path, "%s/%s", root, root_folders[i]);
		if (!err)
			err = fs_mkdirs(path);
	}
	for (size_t i = 0; !err && i < sizeof(root_files) / sizeof(*root_files); i++)
		err = stage_copy(tree, root_files[i].from, root, root_files[i].to);
	return err;
}

int stage_find(const char *pattern, char out[NP_PATH])
{
	glob_t found;
	int err = -ENOENT;

	if (glob(pattern, GLOB_BRACE, NULL, &found) == 0) {
		err = fs_path(out, "%s", found.gl_pathv[0]);
		globfree(&found);
	}
	if (err)
		fail(NP_EXIT_FAILED, err, "the fetched packages hold no %s", pattern);
	return err;
}

/* The libraries of QEMU and of nestprof itself, which both run in L0. */
static int add_libraries(const char *tree, const char *root)
{
	char libraries[NP_PATH], pattern[NP_PATH], path[NP_PATH];
	int err = fs_path(libraries, "%s/" LIBDIR, root);

	if (!err)
		err = fs_path(path, "%s/usr/bin/qemu-system-x86_64", tree);
	if (!err)
		err = closure_copy_libraries(tree, path, libraries);
	for (const struct recipe_package *p = recipe_packages; !err && p->name; p++) {
		if (!p->library)
			continue;
		/* Some packages have their libraries in /lib, some in /usr/lib. */
		err = fs_path(pattern, "%s{,/usr}/" LIBDIR "/%s", tree, p->library);
		if (!err)
			err = stage_find(pattern, path);
		if (!err)
			err = stage_copy("/", path, libraries, p->library);
		if (!err)
			err = closure_copy_libraries(tree, path, libraries);
	}
	return err;
}

/* With the libraries that it needs. */
static int add_program(const char *tree, const char *path, const char *dir)
{
	int err = stage_copy("/", path, dir, strrchr(path, '/') + 1);

	return err ? err : closure_copy_libraries(tree, path, dir);
}

static int add_programs(const char *tree, const char *pattern, const char *dir)
{
	char path[NP_PATH];
	glob_t found;
	int err = fs_path(path, "%s/%s", tree, pattern);

	if (!err && glob(path, 0, NULL, &found))
		err = fail(NP_EXIT_FAILED, -ENOENT, "the fetched packages hold no %s", path);
	if (err)
		return err;
	for (size_t i = 0; !err && i < found.gl_pathc; i++)
		err = add_program(tree, found.gl_pathv[i], dir);
	globfree(&found);
	return err;
}

/* Bochs and depmod run from the image, with a loader and libraries of their own. */
static int add_bochs(const char *tree, const char *dir)
{
	static const char *const programs[] = { "usr/bin/bochs-bin", "bin/kmod",
						"usr/" LIBDIR "/bochs/plugins/libbx_*.so" };
	static const char *const files[] = { CLOSURE_LOADER, "usr/share/bochs/BIOS-bochs-latest",
					     "usr/share/bochs/VGABIOS-lgpl-latest" };
	char bochs[NP_PATH];
	int err = fs_path(bochs, "%s/bochs", dir);

	for (size_t i = 0; !err && i < sizeof(files) / sizeof(*files); i++)
		err = stage_copy(tree, files[i], bochs, strrchr(files[i], '/') + 1);
	for (size_t i = 0; !err && i < sizeof(programs) / sizeof(*programs); i++)
		err = add_programs(tree, programs[i], bochs);
	return err;
}

/* QEMU too, with the emulation of CPUs, which is a file of its own. */
static int add_qemu(const char *tree, const char *dir)
{
	static const char *const files[] = { CLOSURE_LOADER, "usr/share/qemu/pvh.bin",
					     "usr/share/qemu/linuxboot_dma.bin",
					     "usr/share/qemu/kvmvapic.bin",
					     "usr/share/seabios/bios-256k.bin" };
	static const char *const programs[] = { "usr/bin/qemu-system-x86_64",
						"usr/" LIBDIR "/qemu/accel-tcg-x86_64.so" };
	char qemu[NP_PATH];
	int err = fs_path(qemu, "%s/qemu", dir);

	for (size_t i = 0; !err && i < sizeof(files) / sizeof(*files); i++)
		err = stage_copy(tree, files[i], qemu, strrchr(files[i], '/') + 1);
	for (size_t i = 0; !err && i < sizeof(programs) / sizeof(*programs); i++)
		err = add_programs(tree, programs[i], qemu);
	return err;
}

int stage_image(struct lab_image *image, const char *tree)
{
	char root[NP_PATH], base[NP_PATH];
	int err = fs_path(root, "%s/root", image->dir);

	log_phase("make the image");
	if (!err)
		err = make_root(tree, root);
	if (!err)
		err = add_libraries(tree, root);
	if (!err && image->parts & IMAGE_TRACERS)
		err = add_tracers(tree, root);
	if (!err)
		err = add_bochs(tree, image->dir);
	if (!err && image->parts & IMAGE_QEMU)
		err = add_qemu(tree, image->dir);
	if (!err)
		err = fs_path(base, "%s/base.cpio", image->dir);
	if (!err)
		err = cpio_pack(root, base);
	if (!err)
		err = fs_remove(root);
	if (err && !fail_text())
		fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, err,
		     "cannot make the image in %s: %s", image->dir, strerror(-err));
	return err;
}
