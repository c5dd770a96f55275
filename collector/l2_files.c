// SPDX-License-Identifier: GPL-2.0-only
#include "collector/l2_files.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/kernel_image.h"
#include "collector/l1_image.h"

static int make_parent(const char *path)
{
	char parent[NP_PATH];
	int err = fs_path(parent, "%s", path);

	return err ? err : fs_mkdirs(dirname(parent));
}

int l2_files_write_initrd(const char *path, const char *modules, const char *release)
{
	char guest[NP_PATH];
	int err = fs_data_path(guest, "guest");

	if (!err)
		err = make_parent(path);
	return err ? err : l2_image_build(guest, modules, release, path);
}

int l2_files_write(const char *kernel, const char *modules, const char *l2_kernel,
		   const char *l2_initrd)
{
	struct kernel_image k;
	int err = kernel_image_load(&k, kernel);

	if (err)
		return err;
	err = make_parent(l2_kernel);
	if (!err)
		err = fs_write(l2_kernel, k.elf, k.elf_size);
	kernel_image_free(&k);
	if (err)
		return fail(NP_EXIT_NO_SPACE, err, "cannot write L2's kernel %s: %s", l2_kernel,
			    strerror(-err));
	return l2_files_write_initrd(l2_initrd, modules, NULL);
}
