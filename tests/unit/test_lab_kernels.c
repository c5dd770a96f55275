// SPDX-License-Identifier: GPL-2.0-only
/* Kernels for the lab: what the user may ask for, where packages come from, compressed images. */
#include <archive.h>
#include <archive_entry.h>
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail /* cmocka has a macro of that name, of which we have no need */

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/kernel_image.h"
#include "collector/lab/apt_sources.h"
#include "collector/lab/kernel_source.h"
#include "tests/unit/temp_dir.h"

#define BANNER "Linux version %s\0Linux version 6.99.0-test-amd64 (somebody)"
#define ENTRY 0x1000040u

/* A vmlinux of one segment with its banner, a PVH note, and debug information behind. */
struct small_kernel {
	Elf64_Ehdr header;
	Elf64_Phdr load, note;
	struct {
		Elf64_Nhdr header;
		char name[4];
		uint32_t entry;
	} pvh;
	char text[sizeof(BANNER)];
	char debug[500];
};

static struct small_kernel small_kernel(void)
{
	struct small_kernel k = { .text = BANNER };

	memcpy(k.header.e_ident, ELFMAG, SELFMAG);
	k.header.e_ident[EI_CLASS] = ELFCLASS64;
	k.header.e_machine = EM_X86_64;
	k.header.e_phoff = offsetof(struct small_kernel, load);
	k.header.e_phentsize = sizeof(Elf64_Phdr);
	k.header.e_phnum = 2;
	k.header.e_shoff = offsetof(struct small_kernel, debug);
	k.header.e_shnum = 7;
	k.load = (Elf64_Phdr){ .p_type = PT_LOAD,
			       .p_offset = offsetof(struct small_kernel, text),
			       .p_paddr = 0x1000000,
			       .p_filesz = sizeof(BANNER),
			       .p_memsz = sizeof(BANNER) };
	k.note = (Elf64_Phdr){ .p_type = PT_NOTE,
			       .p_offset = offsetof(struct small_kernel, pvh),
			       .p_filesz = sizeof(k.pvh),
			       .p_memsz = sizeof(k.pvh) };
	k.pvh.header = (Elf64_Nhdr){ 4, 4, 18 };
	memcpy(k.pvh.name, "Xen", 4);
	k.pvh.entry = ENTRY;
	return k;
}

static size_t compress(const char *filter, const void *data, size_t size, char *out, size_t room)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	size_t used = 0;

	assert_int_equal(archive_write_add_filter_by_name(a, filter), ARCHIVE_OK);
	archive_write_set_format_raw(a);
	archive_write_set_bytes_in_last_block(a, 1);
	assert_int_equal(archive_write_open_memory(a, out, room, &used), ARCHIVE_OK);
	archive_entry_set_pathname(e, "vmlinux");
	archive_entry_set_filetype(e, AE_IFREG);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, data, size), size);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_entry_free(e);
	archive_write_free(a);
	return used;
}

/* A bzImage as the kernel's own build makes it: the payload's size at its end. */
static size_t bzimage(char *image, const char *filter, const void *data, uint32_t size)
{
	char *payload = image + 1024;
	uint32_t version = 0x20f, offset = 0, length;

	memset(image, 0, 1024);
	image[0x1f1] = 1;
	memcpy(image + 0x202, "HdrS", 4);
	memcpy(image + 0x206, &version, 2);
	length = compress(filter, data, size, payload, 8192);
	if (strcmp(filter, "gzip") != 0) {
		memcpy(payload + length, &size, 4);
		length += 4;
	}
	memcpy(image + 0x248, &offset, 4);
	memcpy(image + 0x24c, &length, 4);
	return 1024 + length;
}

static void a_kernel_is_taken_out_of_any_compression(void **state)
{
	static const char *const filters[] = { "gzip", "bzip2", "xz", "lzma", "zstd", "lz4" };
	struct small_kernel small = small_kernel();
	char image[16384];

	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
		size_t size = bzimage(image, filters[i], &small, sizeof(small));
		struct kernel_image k;

		assert_int_equal(fs_write(in_dir("k"), image, size), 0);
		assert_int_equal(kernel_image_load(&k, in_dir("k")), 0);
		assert_int_equal(k.entry, ENTRY);
		assert_string_equal(k.release, "6.99.0-test-amd64");
		kernel_image_free(&k);
	}
}

static void debug_information_is_left_out(void **state)
{
	struct small_kernel small = small_kernel();
	struct kernel_image k;
	const Elf64_Ehdr *h;

	(void)state;
	assert_int_equal(fs_write(in_dir("k"), &small, sizeof(small)), 0);
	assert_int_equal(kernel_image_load(&k, in_dir("k")), 0);
	h = (const void *)k.elf;
	assert_int_equal(k.elf_size, offsetof(struct small_kernel, debug));
	assert_int_equal(h->e_shoff, 0);
	assert_int_equal(h->e_shnum, 0);
	kernel_image_free(&k);
}

/* Wherever it is cut or changed: an error or a kernel, never a crash (ASan watches). */
static void damaged_images_do_no_harm(void **state)
{
	struct small_kernel small = small_kernel();
	char image[16384], bad[16384];
	size_t size = bzimage(image, "zstd", &small, sizeof(small)), refused = 0;
	struct kernel_image k;

	(void)state;
	for (size_t i = 0x1f0; i < size; i++) {
		memcpy(bad, image, size);
		bad[i] ^= 0xff;
		fail_clear();
		assert_int_equal(fs_write(in_dir("k"), bad, i % 2 ? size : i), 0);
		if (kernel_image_load(&k, in_dir("k")))
			refused++;
		else
			kernel_image_free(&k);
	}
	assert_true(refused > 100);
}

static const struct {
	const char *wanted, *suite;
} names[] = {
	{ "bullseye", "bullseye" }, { "5.10", "bullseye" },	  { "5.10.0-46", "bullseye" },
	{ "bookworm", "bookworm" }, { "6.1", "bookworm" },	  { "6.1.0-56", "bookworm" },
	{ "6.12", "bookworm-backports" }, { "bookworm-backports", "bookworm-backports" },
	{ "sid", "sid" }, { "7.2", "sid" }, { "7", "sid" }, { "6.10", "sid" },
};

static void kernels_have_names_and_numbers(void **state)
{
	struct kernel_source s;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct lab_kernel_choice c = { "--l0-kernel", names[i].wanted, NULL, NP_ISA_VMX };

		assert_int_equal(kernel_source_find(&s, &c), 0);
		assert_string_equal(s.suite, names[i].suite);
		assert_string_equal(s.key, names[i].suite);
	}
}

static void what_is_no_kernel_is_said(void **state)
{
	static const char *const wrong[] = { "", "trixie", "linux", "-1", "v6.1" };
	struct kernel_source s;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct lab_kernel_choice c = { "--l0-kernel", wrong[i], NULL, NP_ISA_VMX };

		fail_clear();
		assert_true(kernel_source_find(&s, &c) < 0);
		assert_int_equal(fail_code(), NP_EXIT_USAGE);
		assert_non_null(strstr(fail_text(), "bookworm-backports (6.12)"));
	}
}

static void packages_come_with_their_modules(void **state)
{
	static const char *const with_modules[] = { "6.12", "sid", "linux.deb" };
	struct kernel_source s;

	(void)state;
	for (size_t i = 0; i < sizeof(with_modules) / sizeof(*with_modules); i++) {
		struct lab_kernel_choice c = { "--l1-kernel", with_modules[i], "/tmp", NP_ISA_VMX };

		fail_clear();
		assert_true(kernel_source_find(&s, &c) < 0);
		assert_int_equal(fail_code(), NP_EXIT_USAGE);
		assert_non_null(strstr(fail_text(), "--l1-modules"));
	}
}

static void files_that_are_missing_are_named(void **state)
{
	static const char *const missing[] = { "none/bzImage", "none.deb", "a.deb,none/b.deb" };
	struct kernel_source s;

	(void)state;
	for (size_t i = 0; i < sizeof(missing) / sizeof(*missing); i++) {
		struct lab_kernel_choice c = { "--l1-kernel", missing[i], NULL, NP_ISA_VMX };

		fail_clear();
		assert_true(kernel_source_find(&s, &c) < 0);
		assert_int_equal(fail_code(), NP_EXIT_MISSING);
		assert_non_null(strstr(fail_text(), missing[i]));
	}
}

static void a_kernel_without_its_modules_is_refused(void **state)
{
	struct small_kernel small = small_kernel();
	struct lab_kernel_choice c = { "--l0-kernel", in_dir("vmlinux"), NULL, NP_ISA_VMX };
	struct kernel_source s;

	(void)state;
	assert_int_equal(fs_write(c.wanted, &small, sizeof(small)), 0);
	assert_true(kernel_source_find(&s, &c) < 0);
	assert_int_equal(fail_code(), NP_EXIT_MISSING);
	assert_non_null(strstr(fail_text(), "/lib/modules/6.99.0-test-amd64"));
	assert_non_null(strstr(fail_text(), "--l0-modules"));
}

/* The source of a file goes by what is in it, not by its name. */
static void packages_are_known_by_their_contents(void **state)
{
	struct lab_kernel_choice c = { "--l0-kernel", in_dir("linux.deb"), NULL, NP_ISA_VMX };
	struct kernel_source a, b;

	(void)state;
	fs_write(c.wanted, "one", 3);
	assert_int_equal(kernel_source_find(&a, &c), 0);
	assert_true(a.debs);
	assert_int_equal(kernel_source_find(&b, &c), 0);
	assert_string_equal(a.key, b.key);
	fs_write(c.wanted, "two", 3);
	assert_int_equal(kernel_source_find(&b, &c), 0);
	assert_string_not_equal(a.key, b.key);
}

static void versions_fit_as_a_whole(void **state)
{
	(void)state;
	assert_true(kernel_version_fits("6.1", "6.1.0-56-cloud-amd64", "6.1.192-2"));
	assert_true(kernel_version_fits("6.1.192", "6.1.0-56-cloud-amd64", "6.1.192-2"));
	assert_true(kernel_version_fits("sid", "7.2.13", "7.2.13-1"));
	assert_false(kernel_version_fits("6.1", "6.12.95", "6.12.95-1"));
	assert_false(kernel_version_fits("7.3", "7.2.13", "7.2.13-1"));
	assert_false(kernel_version_fits("7.2.1", "7.2.13", "7.2.13-1"));
}

static void the_mirror_is_debians_own(void **state)
{
	static const char targets[] =
		"Debian|Debian Backports|main|http://b.example/debian/|/x:1\n"
		"Other|Debian|main|http://other.example/|/x:2\n"
		"Debian|Debian|contrib|http://c.example/debian/|/x:3\n"
		"Debian|Debian|main|http://mirror.example/debian/|/etc/a.sources:2\n"
		"Debian|Debian|main|http://second.example/debian/|/etc/b.sources:1\n"
		"Debian|Debian-Security|main|http://s.example/sec/|/etc/a.list:3";
	struct apt_mirror *m = calloc(1, sizeof(*m));

	(void)state;
	assert_int_equal(apt_mirror_find(m, targets, "Debian"), 0);
	assert_string_equal(m->uri, "http://mirror.example/debian/");
	assert_string_equal(m->entry, "/etc/a.sources:2");
	assert_int_equal(apt_mirror_find(m, targets, "Debian-Security"), 0);
	assert_string_equal(m->uri, "http://s.example/sec/");
	assert_string_equal(m->entry, "/etc/a.list:3");
	assert_int_equal(apt_mirror_find(m, "", "Debian"), -ENOENT);
	assert_int_equal(apt_mirror_find(m, "Debian|Debian|main|http://x/", "Debian"), -ENOENT);
	free(m);
}

static const char *keys(const char *file, const char *text, int n)
{
	static struct apt_mirror m;

	assert_int_equal(fs_write(in_dir(file), text, strlen(text)), 0);
	snprintf(m.entry, sizeof(m.entry), "%s:%d", in_dir(file), n);
	assert_int_equal(apt_mirror_read_keys(&m), 0);
	return m.signed_by;
}

static void keys_are_those_of_the_mirrors_entry(void **state)
{
	static const char stanzas[] = "# a comment\n\n"
				      "Types: deb\n# more\nSuites: one\nSigned-By: /one.gpg\n"
				      "\n \n"
				      "# no stanza\n\n"
				      "Types: deb\nsigned-by: /two.gpg\n\n"
				      "Types: deb\nSuites: three\n\n"
				      "Signed-By:\n -----BEGIN\n .\n abc\nTypes: deb";
	static const char lines[] = "# deb [signed-by=/no.gpg] x\n"
				    "deb [arch=amd64 signed-by=/a.gpg,/b.gpg] http://m one main\n"
				    "deb http://m/signed-by=/c.gpg one main\n";

	(void)state;
	assert_string_equal(keys("x.sources", stanzas, 1), " /one.gpg");
	assert_string_equal(keys("x.sources", stanzas, 2), " /two.gpg");
	assert_string_equal(keys("x.sources", stanzas, 3), "");
	assert_string_equal(keys("x.sources", stanzas, 4), "\n -----BEGIN\n .\n abc");
	assert_string_equal(keys("x.sources", stanzas, 9), "");
	assert_string_equal(keys("x.list", lines, 2), " /a.gpg /b.gpg");
	assert_string_equal(keys("x.list", lines, 3), "");
	assert_string_equal(keys("x.list", lines, 9), "");
}

static void an_entry_that_cannot_be_read_is_named(void **state)
{
	struct apt_mirror *m = calloc(1, sizeof(*m));

	(void)state;
	strcpy(m->entry, "/none/x.sources:1");
	assert_true(apt_mirror_read_keys(m) < 0);
	assert_non_null(strstr(fail_text(), "/none/x.sources:1"));
	strcpy(m->entry, "nothing");
	assert_true(apt_mirror_read_keys(m) < 0);
	free(m);
}

int main(void)
{
#define IN_A_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(a_kernel_is_taken_out_of_any_compression),
		IN_A_FOLDER(debug_information_is_left_out),
		IN_A_FOLDER(damaged_images_do_no_harm),
		IN_A_FOLDER(kernels_have_names_and_numbers),
		IN_A_FOLDER(what_is_no_kernel_is_said),
		IN_A_FOLDER(packages_come_with_their_modules),
		IN_A_FOLDER(files_that_are_missing_are_named),
		IN_A_FOLDER(a_kernel_without_its_modules_is_refused),
		IN_A_FOLDER(packages_are_known_by_their_contents),
		IN_A_FOLDER(versions_fit_as_a_whole),
		IN_A_FOLDER(the_mirror_is_debians_own),
		IN_A_FOLDER(keys_are_those_of_the_mirrors_entry),
		IN_A_FOLDER(an_entry_that_cannot_be_read_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
