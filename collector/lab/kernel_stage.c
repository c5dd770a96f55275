// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/kernel_stage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/base/proc.h"
#include "collector/host/vendor.h"
#include "collector/kernel_image.h"
#include "collector/ko.h"
#include "collector/l1_image.h"
#include "collector/lab/cpio.h"
#include "collector/lab/stage.h"

/* Writes root/name, and packs the root as an archive of its own. */
static int write_and_pack(const char *dir, const char *name, const void *data, size_t size,
			  const char *archive)
{
	char root[NP_PATH], path[NP_PATH];
	int err = fs_path(root, "%s/root/boot", dir);

	if (!err)
		err = fs_mkdirs(root);
	if (!err)
		err = fs_path(path, "%s/%s", root, name);
	if (!err)
		err = fs_write(path, data, size);
	if (!err)
		err = fs_path(root, "%s/root", dir);
	if (!err)
		err = fs_path(path, "%s/%s", dir, archive);
	if (!err)
		err = cpio_pack(root, path);
	return err ? err : fs_remove(root);
}

/* The kernel twice: flat, for the boot disk of an L0, and as ELF in L0's root, for an L1. */
static int add_image(struct lab_kernel *k, const char *kernel)
{
	struct kernel_image image;
	char path[NP_PATH], *flat = NULL;
	size_t size = 0;
	int err = kernel_image_load(&image, kernel);

	if (err)
		return err;
	k->base = image.base;
	k->entry = image.entry;
	k->end = image.end;
	snprintf(k->release, sizeof(k->release), "%s", image.release);
	err = kernel_image_flatten(&image, &flat, &size);
	if (!err)
		err = fs_path(path, "%s/kernel.bin", k->dir);
	if (!err)
		err = fs_write(path, flat, size);
	if (!err)
		err = write_and_pack(k->dir, "vmlinux", image.elf, image.elf_size, "vmlinux.cpio");
	free(flat);
	kernel_image_free(&image);
	return err;
}

static int run_depmod(const char *image_dir, const char *root, const char *release)
{
	char loader[NP_PATH], libraries[NP_PATH], kmod[NP_PATH];
	/* kmod is a program of many names: argv[0] says which. */
	const char *argv[] = { loader, "--argv0", "depmod", "--library-path", libraries,
			       kmod,   "-b",	  root,	    release,	      NULL };
	char *text = NULL;
	int err = fs_path(loader, "%s/bochs/ld-linux-x86-64.so.2", image_dir);

	if (!err)
		err = fs_path(libraries, "%s/bochs", image_dir);
	if (!err)
		err = fs_path(kmod, "%s/bochs/kmod", image_dir);
	if (!err)
		err = proc_run(argv, &text);
	if (err > 0)
		err = fail(NP_EXIT_FAILED, -EIO, "depmod for %s: %.*s", release,
			   (int)strcspn(text, "\n"), text);
	free(text);
	return err;
}

/* A module's file is named with '-' where the module itself has '_': "kvm-intel.ko". */
static int module_path(char out[NP_PATH], const char *dir, const char *name)
{
	int err = fs_path(out, "%s/kernel/%s.ko", dir, name);

	for (char *p = err ? "" : strrchr(out, '/'); *p; p++)
		if (*p == '_')
			*p = '-';
	return err;
}

/* Decompressed and unsigned: both cost an emulated CPU more than loading them. */
static int write_modules(const struct ko_set *set, const char *dir)
{
	char path[NP_PATH];
	int err = fs_path(path, "%s/kernel", dir);

	if (!err)
		err = fs_mkdirs(path);
	for (uint32_t i = 0; !err && i < set->n; i++) {
		if (!set->ko[i].size)
			continue;
		err = module_path(path, dir, set->ko[i].name);
		if (!err)
			err = fs_write(path, set->ko[i].data, set->ko[i].size);
	}
	return err;
}

/* Lists that depmod reads, and ko.c: a kernel without them has nothing built in. */
static int copy_lists(const char *from, const char *to)
{
	static const char *const lists[] = { "modules.builtin", "modules.builtin.modinfo",
					     "modules.order" };
	char path[NP_PATH];
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(lists) / sizeof(*lists); i++) {
		err = fs_path(path, "%s/%s", from, lists[i]);
		if (!err && fs_exists(path))
			err = stage_copy(from, lists[i], to, lists[i]);
	}
	return err;
}

static int find_modules(struct ko_set *set, const struct lab_kernel *k, const char *modules,
			const char *wanted)
{
	const char *release = k->release[0] ? k->release : NULL;
	int err = ko_add(set, modules, release, wanted);

	if (err && !fail_text())
		fail(NP_EXIT_MISSING, err, "%s holds no module %s", modules, wanted);
	return err;
}

/* After L0's are packed, which needs none of them. */
static int add_l2_modules(const struct lab_kernel *k, const char *modules, const char *dir)
{
	struct ko_set set = { .n = 0 };
	int err = l2_image_find_modules(&set, modules, k->release);

	if (!err)
		err = write_modules(&set, dir);
	ko_free(&set);
	return err;
}

static int add_modules(const struct lab_kernel *k, const char *modules, const char *image_dir,
		       const char *wanted)
{
	struct ko_set set = { .n = 0 };
	char root[NP_PATH], dir[NP_PATH], path[NP_PATH];
	int err = find_modules(&set, k, modules, wanted);

	if (!err)
		err = fs_path(root, "%s/root", k->dir);
	if (!err)
		err = fs_path(dir, "%s/lib/modules/%s", root, k->release);
	if (!err)
		err = write_modules(&set, dir);
	ko_free(&set);
	if (!err)
		err = copy_lists(modules, dir);
	if (!err)
		err = run_depmod(image_dir, root, k->release);
	if (!err)
		err = fs_path(path, "%s/modules.cpio", k->dir);
	if (!err)
		err = cpio_pack(root, path);
	if (!err)
		err = add_l2_modules(k, modules, dir);
	if (!err)
		err = fs_path(path, "%s/modules", k->dir);
	if (!err && rename(dir, path) < 0)
		err = -errno;
	return err ? err : fs_remove(root);
}

int kernel_stage(struct lab_kernel *k, const char *kernel, const char *modules,
		 const char *image_dir, enum np_isa isa)
{
	int err = fs_mkdirs(k->dir);

	if (!err)
		err = add_image(k, kernel);
	if (!err && !k->release[0])
		err = fail(NP_EXIT_MISSING, -ENOEXEC, "kernel %s does not tell its release",
			   kernel);
	log_phase("make the parts of kernel %s", k->release);
	if (!err)
		err = add_modules(k, modules, image_dir, kvm_vendor_of(isa)->module);
	if (err && !fail_text())
		fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, err,
		     "cannot make the parts of kernel %s in %s: %s", k->release, k->dir,
		     strerror(-err));
	return err;
}
