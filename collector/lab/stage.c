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
#include "collector/base/proc.h"
#include "collector/kernel_image.h"
#include "collector/ko.h"
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

/* KVM's modules, and those they need. */
static const char *const module_files[] = {
	"kernel/virt/lib/irqbypass.ko", "kernel/arch/x86/kvm/kvm.ko",
	"kernel/arch/x86/kvm/kvm-intel.ko", "modules.builtin",
	"modules.builtin.modinfo", "modules.order"
};

static int copy_into(const char *from_dir, const char *from, const char *to_dir, const char *to)
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
		err = copy_into(tree, root_files[i].from, root, root_files[i].to);
	return err;
}

static int find_one(const char *pattern, char out[NP_PATH])
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
			err = find_one(pattern, path);
		if (!err)
			err = copy_into("/", path, libraries, p->library);
		if (!err)
			err = closure_copy_libraries(tree, path, libraries);
	}
	return err;
}

static int run_depmod(const char *tree, const char *root, const char *release)
{
	char loader[NP_PATH], libraries[2 * NP_PATH], kmod[NP_PATH];
	/* kmod is a program of many names: argv[0] says which. */
	const char *argv[] = { loader, "--argv0", "depmod", "--library-path", libraries,
			       kmod,   "-b",	  root,	    release,	      NULL };
	char *text = NULL;
	int err = fs_path(loader, "%s/" CLOSURE_LOADER, tree);

	if (!err)
		err = fs_path(kmod, "%s/bin/kmod", tree);
	if (err)
		return err;
	snprintf(libraries, sizeof(libraries), "%s/" LIBDIR ":%s/usr/" LIBDIR, tree, tree);
	err = proc_run(argv, &text);
	if (err > 0)
		err = fail(NP_EXIT_FAILED, -EIO, "depmod for %s: %.*s", release,
			   (int)strcspn(text, "\n"), text);
	free(text);
	return err;
}

/* Checking signatures is half of what loading a module costs an emulated CPU. */
static int drop_signature(const char *dir, const char *module)
{
	char path[NP_PATH], *data;
	size_t size;
	int err = fs_path(path, "%s/%s", dir, module);

	if (!err)
		err = fs_read(path, &data, &size);
	if (err)
		return err;
	if (truncate(path, ko_unsigned_size(data, size)) < 0)
		err = -errno;
	free(data);
	return err;
}

static int add_modules(const char *tree, const char *root, const char *release)
{
	char from[NP_PATH], to[NP_PATH];
	int err = fs_path(from, "%s/lib/modules/%s", tree, release);

	if (!err)
		err = fs_path(to, "%s/lib/modules/%s", root, release);
	for (size_t i = 0; !err && i < sizeof(module_files) / sizeof(*module_files); i++)
		err = copy_into(from, module_files[i], to, module_files[i]);
	for (size_t i = 0; !err && i < sizeof(module_files) / sizeof(*module_files); i++)
		if (strstr(module_files[i], ".ko"))
			err = drop_signature(to, module_files[i]);
	return err ? err : run_depmod(tree, root, release);
}

/* The kernel twice: flat, for the boot disk (L0), and as ELF in L0's root (L1). */
static int add_kernel(struct lab_image *image, const char *vmlinuz, const char *root)
{
	char path[NP_PATH], *flat = NULL;
	struct kernel_image k;
	size_t size = 0;
	int err = kernel_image_load(&k, vmlinuz);

	if (err)
		return err;
	image->kernel_base = k.base;
	image->kernel_entry = k.entry;
	image->kernel_end = k.end;
	err = kernel_image_flatten(&k, &flat, &size);
	if (!err)
		err = fs_path(path, "%s/kernel.bin", image->dir);
	if (!err)
		err = fs_write(path, flat, size);
	if (!err)
		err = fs_path(path, "%s/boot/vmlinux", root);
	if (!err)
		err = fs_write(path, k.elf, k.elf_size);
	free(flat);
	kernel_image_free(&k);
	return err;
}

/* Bochs runs from the image, with its own loader and libraries. */
static int add_bochs(const char *tree, const char *dir)
{
	static const char *const files[] = { "usr/bin/bochs-bin", CLOSURE_LOADER,
					     "usr/share/bochs/BIOS-bochs-latest",
					     "usr/share/bochs/VGABIOS-lgpl-latest" };
	char bochs[NP_PATH], pattern[NP_PATH], program[NP_PATH];
	glob_t plugins;
	int err = fs_path(bochs, "%s/bochs", dir);

	for (size_t i = 0; !err && i < sizeof(files) / sizeof(*files); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s", strrchr(files[i], '/') + 1);
		err = copy_into(tree, files[i], bochs, name);
	}
	if (!err)
		err = fs_path(program, "%s/usr/bin/bochs-bin", tree);
	if (!err)
		err = closure_copy_libraries(tree, program, bochs);
	if (!err)
		err = fs_path(pattern, "%s/usr/" LIBDIR "/bochs/plugins/libbx_*.so", tree);
	if (err || glob(pattern, 0, NULL, &plugins) != 0)
		return err ? err : fail(NP_EXIT_FAILED, -ENOENT, "Bochs came without plugins");
	for (size_t i = 0; !err && i < plugins.gl_pathc; i++) {
		err = copy_into("/", plugins.gl_pathv[i], bochs, basename(plugins.gl_pathv[i]));
		if (!err)
			err = closure_copy_libraries(tree, plugins.gl_pathv[i], bochs);
	}
	globfree(&plugins);
	return err;
}

int stage_image(struct lab_image *image, const char *tree)
{
	char root[NP_PATH], pattern[NP_PATH], vmlinuz[NP_PATH], base[NP_PATH];
	int err = fs_path(root, "%s/root", image->dir);

	log_phase("make the image");
	if (!err)
		err = fs_path(pattern, "%s/boot/vmlinuz-*", tree);
	if (!err)
		err = find_one(pattern, vmlinuz);
	if (!err) {
		snprintf(image->kernel_release, sizeof(image->kernel_release), "%.*s", 63,
			 strstr(vmlinuz, "/vmlinuz-") + strlen("/vmlinuz-"));
		err = make_root(tree, root);
	}
	if (!err)
		err = add_libraries(tree, root);
	if (!err)
		err = add_modules(tree, root, image->kernel_release);
	if (!err)
		err = add_kernel(image, vmlinuz, root);
	if (!err)
		err = add_bochs(tree, image->dir);
	if (!err)
		err = fs_path(base, "%s/base.cpio", image->dir);
	if (!err)
		err = cpio_pack(root, base);
	/* Of the root only the modules are needed again: for L1's initramfs. */
	if (!err)
		err = fs_path(pattern, "%s/lib/modules", root);
	if (!err)
		err = fs_path(base, "%s/modules", image->dir);
	if (!err && rename(pattern, base) < 0)
		err = -errno;
	if (!err)
		err = fs_remove(root);
	if (err && !fail_text())
		fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, err,
		     "cannot make the image in %s: %s", image->dir, strerror(-err));
	return err;
}
