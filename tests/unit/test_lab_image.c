// SPDX-License-Identifier: GPL-2.0-only
/* The lab's parts that need no machine: kernel, boot disk, initramfs, packages. */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail /* cmocka has a macro of that name, of which we have no need */

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/kernel_image.h"
#include "collector/lab/boot_disk.h"
#include "collector/lab/cpio.h"
#include "collector/lab/packages.h"
#include "workloads/lab/bootinfo.h"
#include "tests/unit/temp_dir.h"

#define BASE 0x1000000u
#define ENTRY 0x1000040u
#define TEXT "these are the bytes of a kernel"

/* A small vmlinux: one segment with bytes and a .bss, and the PVH note. */
struct small_kernel {
	Elf64_Ehdr header;
	Elf64_Phdr load, note;
	struct {
		Elf64_Nhdr header;
		char name[4];
		uint32_t entry;
	} pvh;
	char text[sizeof(TEXT)];
};

static struct small_kernel small_kernel(void)
{
	struct small_kernel k = { .text = TEXT };

	memcpy(k.header.e_ident, ELFMAG, SELFMAG);
	k.header.e_ident[EI_CLASS] = ELFCLASS64;
	k.header.e_machine = EM_X86_64;
	k.header.e_phoff = offsetof(struct small_kernel, load);
	k.header.e_phentsize = sizeof(Elf64_Phdr);
	k.header.e_phnum = 2;
	k.load = (Elf64_Phdr){ .p_type = PT_LOAD,
			       .p_offset = offsetof(struct small_kernel, text),
			       .p_paddr = BASE,
			       .p_filesz = sizeof(TEXT),
			       .p_memsz = 0x5000 };
	k.note = (Elf64_Phdr){ .p_type = PT_NOTE,
			       .p_offset = offsetof(struct small_kernel, pvh),
			       .p_filesz = sizeof(k.pvh),
			       .p_memsz = sizeof(k.pvh) };
	k.pvh.header = (Elf64_Nhdr){ 4, 4, 18 };
	memcpy(k.pvh.name, "Xen", 4);
	k.pvh.entry = ENTRY;
	return k;
}

static int load_bytes(struct kernel_image *k, const void *data, size_t size)
{
	assert_int_equal(fs_write(in_dir("k"), data, size), 0);
	fail_clear();
	return kernel_image_load(k, in_dir("k"));
}

static void a_kernel_is_laid_out_as_memory_holds_it(void **state)
{
	struct small_kernel small = small_kernel();
	struct kernel_image k;
	size_t size;
	char *flat;

	(void)state;
	assert_int_equal(load_bytes(&k, &small, sizeof(small)), 0);
	assert_int_equal(k.base, BASE);
	assert_int_equal(k.entry, ENTRY);
	assert_int_equal(k.end, BASE + 0x5000);
	assert_int_equal(kernel_image_flatten(&k, &flat, &size), 0);
	assert_int_equal(size, sizeof(TEXT));
	assert_memory_equal(flat, TEXT, sizeof(TEXT));
	free(flat);
	kernel_image_free(&k);
}

static void a_kernel_without_pvh_is_refused(void **state)
{
	struct small_kernel small = small_kernel();
	struct kernel_image k;

	(void)state;
	small.pvh.header.n_type = 17;
	assert_true(load_bytes(&k, &small, sizeof(small)) < 0);
	assert_int_equal(fail_code(), NP_EXIT_MISSING);
	assert_non_null(strstr(fail_text(), "PVH"));
}

/* Every cut and every changed byte: an error or a kernel, never a crash (ASan watches). */
static void damaged_kernels_do_no_harm(void **state)
{
	struct small_kernel small = small_kernel();
	struct kernel_image k;
	size_t size;
	char *flat;

	(void)state;
	for (size_t cut = 0; cut < sizeof(small); cut += 3)
		if (load_bytes(&k, &small, cut) == 0)
			kernel_image_free(&k);
	for (size_t i = 0; i < sizeof(small); i++) {
		struct small_kernel bad = small;

		((unsigned char *)&bad)[i] ^= 0xff;
		if (load_bytes(&k, &bad, sizeof(bad)))
			continue;
		if (kernel_image_flatten(&k, &flat, &size) == 0)
			free(flat);
		kernel_image_free(&k);
	}
}

static void no_kernel_is_named(void **state)
{
	struct kernel_image k;

	(void)state;
	assert_true(load_bytes(&k, "text", 4) < 0);
	assert_int_equal(fail_code(), NP_EXIT_MISSING);
	assert_non_null(strstr(fail_text(), in_dir("k")));
	fail_clear();
	assert_int_equal(kernel_image_load(&k, in_dir("none")), -ENOENT);
	assert_int_equal(fail_code(), NP_EXIT_MISSING);
}

static void the_boot_disk_holds_what_its_info_names(void **state)
{
	struct boot_disk d = { .kernel = in_dir("kernel"), .kernel_base = BASE,
			       .kernel_entry = ENTRY, .kernel_end = BASE + 0x300000,
			       .initrd = { in_dir("one"), in_dir("two") }, .cmdline = "quiet x=1" };
	const struct np_boot_info *info;
	const unsigned char *disk;
	char *data;
	size_t size;

	(void)state;
	fs_write(d.kernel, "kernel", 6);
	fs_write(d.initrd[0], "first", 5);
	fs_write(d.initrd[1], "second", 6);
	assert_int_equal(boot_disk_write(&d, in_dir("disk")), 0);
	assert_int_equal(fs_read(in_dir("disk"), &data, &size), 0);
	disk = (unsigned char *)data;
	info = (const void *)(disk + (1 + NP_STAGE2_SECTORS) * NP_SECTOR);
	assert_int_equal(size % (16 * 63 * NP_SECTOR), 0);
	assert_int_equal(disk[510] | disk[511] << 8, 0xaa55);
	assert_int_equal(info->magic, NP_BOOT_MAGIC);
	assert_int_equal(info->entry, ENTRY);
	assert_int_equal(info->nr_loads, 3);
	assert_memory_equal(disk + info->load[0].sector * NP_SECTOR, "kernel", 6);
	assert_memory_equal(disk + info->load[2].sector * NP_SECTOR, "second", 6);
	/* The kernel's .bss is kept free, and the two archives are one initramfs. */
	assert_int_equal(info->load[1].address, BASE + 0x400000);
	assert_int_equal(info->load[2].address, info->load[1].address + NP_SECTOR);
	assert_int_equal(info->initrd.address, info->load[1].address);
	assert_int_equal(info->initrd.size, 2 * NP_SECTOR);
	assert_string_equal(info->cmdline, "quiet x=1");
	free(data);
}

static void a_boot_disk_that_cannot_be_made_is_not_there(void **state)
{
	struct boot_disk d = { .kernel = in_dir("none"), .cmdline = "" };

	(void)state;
	assert_int_equal(boot_disk_write(&d, in_dir("disk")), -ENOENT);
	assert_int_equal(fail_code(), NP_EXIT_MISSING);
	assert_false(fs_exists(in_dir("disk")));
}

static void an_initramfs_is_the_same_every_time(void **state)
{
	char *a, *b;
	size_t size_a, size_b;

	(void)state;
	assert_int_equal(fs_mkdirs(in_dir("root/sub/empty")), 0);
	assert_int_equal(fs_write(in_dir("root/sub/file"), "data", 4), 0);
	assert_int_equal(symlink("sub/file", in_dir("root/link")), 0);
	assert_int_equal(cpio_pack(in_dir("root"), in_dir("a.cpio")), 0);
	assert_int_equal(cpio_pack(in_dir("root"), in_dir("b.cpio")), 0);
	assert_int_equal(fs_read(in_dir("a.cpio"), &a, &size_a), 0);
	assert_int_equal(fs_read(in_dir("b.cpio"), &b, &size_b), 0);
	assert_int_equal(size_a, size_b);
	assert_memory_equal(a, b, size_a);
	assert_memory_equal(a, "070701", 6);
	free(a);
	free(b);
}

static void versions_are_read_from_a_manifest(void **state)
{
	static const char manifest[] = "bochs_2.7+dfsg-4_amd64.deb 00\n"
				       "bochsbios_9_all.deb 11\n"
				       "qemu-system-x86_1%3a7.2+dfsg-7_amd64.deb 22\n";
	char version[32];

	(void)state;
	packages_version(manifest, "bochs", version, sizeof(version));
	assert_string_equal(version, "2.7+dfsg-4");
	packages_version(manifest, "qemu-system-x86", version, sizeof(version));
	assert_string_equal(version, "1:7.2+dfsg-7");
	packages_version(manifest, "qemu", version, sizeof(version));
	assert_string_equal(version, "");
	packages_version(manifest, "bochs", version, 4);
	assert_string_equal(version, "2.7");
}

int main(void)
{
#define IN_A_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(a_kernel_is_laid_out_as_memory_holds_it),
		IN_A_FOLDER(a_kernel_without_pvh_is_refused),
		IN_A_FOLDER(damaged_kernels_do_no_harm),
		IN_A_FOLDER(no_kernel_is_named),
		IN_A_FOLDER(the_boot_disk_holds_what_its_info_names),
		IN_A_FOLDER(a_boot_disk_that_cannot_be_made_is_not_there),
		IN_A_FOLDER(an_initramfs_is_the_same_every_time),
		IN_A_FOLDER(versions_are_read_from_a_manifest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
