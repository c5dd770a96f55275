// SPDX-License-Identifier: GPL-2.0-only
/* L1's initramfs, made from a made-up folder of modules and read back. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail /* ours is another */

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/l1_image.h"

#define RELEASE "6.1.0-56-test"
#define KVM_DIR "kernel/arch/x86/kvm"
#define BODY_SIZE 100

static char dir[NP_PATH], modules[NP_PATH], runner[NP_PATH], out[NP_PATH];

static int make_folder(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "%s/test_l1_image.XXXXXX", getenv("TMPDIR") ?: "/tmp");
	if (!mkdtemp(dir))
		return -1;
	fs_path(modules, "%s/modules", dir);
	fs_path(runner, "%s/runner", dir);
	fs_path(out, "%s/out", dir);
	fail_clear();
	return fs_write(runner, "the runner", 10);
}

static int remove_folder(void **state)
{
	(void)state;
	return fs_remove(dir);
}

static void put(const char *path, const void *data, size_t size)
{
	char full[NP_PATH], *slash;

	fs_path(full, "%s/%s", modules, path);
	slash = strrchr(full, '/');
	*slash = '\0';
	assert_int_equal(fs_mkdirs(full), 0);
	*slash = '/';
	assert_int_equal(fs_write(full, data, size), 0);
}

/* What nestprof looks at in a module: the ELF magic, .modinfo, the signature. */
static size_t make_ko(char ko[1024], const char *release, const char *depends)
{
	size_t n = BODY_SIZE;

	memset(ko, 'b', n);
	memcpy(ko, "\177ELF", 4);
	ko[n++] = '\0';
	n += sprintf(ko + n, "license=GPL") + 1;
	n += sprintf(ko + n, "depends=%s", depends) + 1;
	n += sprintf(ko + n, "vermagic=%s SMP preempt mod_unload ", release) + 1;
	return n;
}

static void put_ko(const char *path, const char *depends)
{
	char ko[1024];

	put(path, ko, make_ko(ko, RELEASE, depends));
}

static void put_compressed(const char *path, const char *depends, int (*filter)(struct archive *))
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	char ko[1024], packed[8192];
	size_t size = make_ko(ko, RELEASE, depends), used = 0;

	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_pathname(e, "x");
	assert_int_equal(filter(a), ARCHIVE_OK);
	assert_int_equal(archive_write_set_format_raw(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(a, packed, sizeof(packed), &used), ARCHIVE_OK);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, ko, size), size);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	archive_entry_free(e);
	put(path, packed, used);
}

static void put_usual_modules(void)
{
	put_ko("kernel/virt/lib/irqbypass.ko", "");
	put_ko(KVM_DIR "/kvm.ko", "irqbypass");
	put_ko(KVM_DIR "/kvm-intel.ko", "kvm");
	put_ko("kernel/fs/kvm_intel_not.ko", "nothing");
}

static int build(void)
{
	fail_clear();
	return l1_image_build(runner, modules, RELEASE, out);
}

static void assert_fails(int result, enum np_exit code, const char *with)
{
	assert_true(result < 0);
	assert_int_equal(fail_code(), code);
	assert_non_null(fail_text());
	if (!strstr(fail_text(), with))
		assert_string_equal(fail_text(), with); /* shows both */
	assert_false(fs_exists(out));
}

/* The names in the image, a space before each; the content of one of them. */
static void read_image(char names[1024], const char *wanted, char content[1024])
{
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	size_t at = 0;

	names[0] = '\0';
	memset(content, 0, 1024);
	archive_read_support_format_cpio(a);
	assert_int_equal(archive_read_open_filename(a, out, 10240), ARCHIVE_OK);
	while (archive_read_next_header(a, &e) == ARCHIVE_OK) {
		at += snprintf(names + at, 1024 - at, " %s", archive_entry_pathname(e));
		assert_int_equal(archive_entry_mtime(e), 0);
		assert_int_equal(archive_entry_uid(e), 0);
		if (strcmp(archive_entry_pathname(e), wanted) == 0)
			assert_true(archive_read_data(a, content, 1023) > 0);
	}
	archive_read_free(a);
}

static void assert_module_list(const char *expected)
{
	char names[1024], list[1024];

	read_image(names, "modules.list", list);
	assert_string_equal(list, expected);
}

static void holds_runner_and_modules(void **state)
{
	char names[1024], content[1024];

	(void)state;
	put_usual_modules();
	assert_int_equal(build(), 0);
	read_image(names, "init", content);
	assert_string_equal(names, " dev proc sys init modules modules/irqbypass.ko modules/kvm.ko"
				   " modules/kvm_intel.ko modules.list");
	assert_string_equal(content, "the runner");
	assert_module_list("/modules/irqbypass.ko\n/modules/kvm.ko\n/modules/kvm_intel.ko\n");
}

static void both_vendors_share_what_they_need(void **state)
{
	(void)state;
	put_usual_modules();
	put_ko(KVM_DIR "/kvm-amd.ko", "kvm,ccp");
	put_ko("kernel/drivers/crypto/ccp/ccp.ko", "");
	assert_int_equal(build(), 0);
	assert_module_list("/modules/irqbypass.ko\n/modules/kvm.ko\n/modules/kvm_intel.ko\n"
			   "/modules/ccp.ko\n/modules/kvm_amd.ko\n");
}

static void compressed_modules_are_unpacked(void **state)
{
	char names[1024], content[1024], ko[1024];
	size_t size = make_ko(ko, RELEASE, "kvm");

	(void)state;
	put_compressed("kernel/virt/lib/irqbypass.ko.gz", "", archive_write_add_filter_gzip);
	put_compressed(KVM_DIR "/kvm.ko.zst", "irqbypass", archive_write_add_filter_zstd);
	put_compressed(KVM_DIR "/kvm-intel.ko.xz", "kvm", archive_write_add_filter_xz);
	assert_int_equal(build(), 0);
	assert_module_list("/modules/irqbypass.ko\n/modules/kvm.ko\n/modules/kvm_intel.ko\n");
	read_image(names, "modules/kvm_intel.ko", content);
	assert_memory_equal(content, ko, size);
}

static void signatures_are_left_out(void **state)
{
	static const char trailer[] = "SIGNATURE"
				      "\0\0\2\0\0\0\0\0\0\0\0\x9"
				      "~Module signature appended~\n";
	char names[1024], content[1024], ko[1024];
	size_t size = make_ko(ko, RELEASE, "");

	(void)state;
	memcpy(ko + size, trailer, sizeof(trailer) - 1);
	put(KVM_DIR "/kvm-intel.ko", ko, size + sizeof(trailer) - 1);
	assert_int_equal(build(), 0);
	read_image(names, "modules/kvm_intel.ko", content);
	assert_memory_equal(content, ko, size);
	assert_int_equal(content[size], '\0');
	assert_null(memmem(content, sizeof(content), "SIGNATURE", 9));

	/* A length that is longer than the file: left as it is. */
	ko[size + 9 + 8] = '\x7f';
	put(KVM_DIR "/kvm-intel.ko", ko, size + sizeof(trailer) - 1);
	assert_int_equal(build(), 0);
	read_image(names, "modules/kvm_intel.ko", content);
	assert_memory_equal(content, ko, size + sizeof(trailer) - 1);
}

static void built_in_modules_are_skipped(void **state)
{
	static const char builtin[] = "kernel/fs/ext4/ext4.ko\nkernel/virt/lib/irqbypass.ko\n"
				      KVM_DIR "/kvm.ko";

	(void)state;
	put("modules.builtin", builtin, sizeof(builtin) - 1);
	put_ko(KVM_DIR "/kvm-intel.ko", "kvm,irqbypass");
	assert_int_equal(build(), 0);
	assert_module_list("/modules/kvm_intel.ko\n");
}

static void the_same_input_gives_the_same_bytes(void **state)
{
	char *first, *second;
	size_t first_size, second_size;

	(void)state;
	put_usual_modules();
	assert_int_equal(build(), 0);
	assert_int_equal(fs_read(out, &first, &first_size), 0);
	put_usual_modules(); /* new times and inodes */
	assert_int_equal(build(), 0);
	assert_int_equal(fs_read(out, &second, &second_size), 0);
	assert_int_equal(first_size, second_size);
	assert_memory_equal(first, second, first_size);
	free(first);
	free(second);
}

static void l2_has_its_init_and_a_disks_modules(void **state)
{
	char names[1024], content[1024];

	(void)state;
	put_ko("kernel/drivers/virtio/virtio.ko", "");
	put_ko("kernel/drivers/virtio/virtio_pci.ko", "virtio");
	assert_int_equal(l2_image_build(runner, modules, RELEASE, out), 0);
	read_image(names, "init", content);
	assert_string_equal(content, "the runner");
	assert_module_list("/modules/virtio.ko\n/modules/virtio_pci.ko\n");
	put_ko("kernel/drivers/block/virtio_blk.ko", "virtio");
	assert_int_equal(l2_image_build(runner, modules, RELEASE, out), 0);
	assert_module_list("/modules/virtio.ko\n/modules/virtio_pci.ko\n/modules/virtio_blk.ko\n");
}

static void another_archive_comes_after(void **state)
{
	char archive[NP_PATH], *both, *second;
	size_t size, second_size;

	(void)state;
	assert_int_equal(fs_path(archive, "%s/archive", dir), 0);
	put_usual_modules();
	assert_int_equal(l2_image_build(runner, modules, RELEASE, archive), 0);
	assert_int_equal(build(), 0);
	assert_int_equal(l1_image_append(out, archive), 0);
	assert_int_equal(fs_read(out, &both, &size), 0);
	assert_int_equal(fs_read(archive, &second, &second_size), 0);
	assert_int_equal((size - second_size) % 4, 0);
	assert_memory_equal(both + size - second_size, second, second_size);
	free(both);
	free(second);
	assert_int_equal(l1_image_append(out, "/nonexistent"), -ENOENT);
}

static void what_is_missing_is_named(void **state)
{
	(void)state;
	assert_fails(build(), NP_EXIT_MISSING, "no kvm-intel or kvm-amd");
	put_ko(KVM_DIR "/kvm-intel.ko", "kvm");
	assert_fails(build(), NP_EXIT_MISSING, "the module kvm, which kvm_intel needs");
	put_ko(KVM_DIR "/kvm.ko", "irqbypass");
	assert_fails(build(), NP_EXIT_MISSING, "the module irqbypass, which kvm needs");
	put_usual_modules();
	unlink(runner);
	assert_fails(build(), NP_EXIT_MISSING, runner);
}

static void another_kernels_modules_are_refused(void **state)
{
	char ko[1024];

	(void)state;
	put_usual_modules();
	put(KVM_DIR "/kvm.ko", ko, make_ko(ko, RELEASE "-rt", "irqbypass"));
	assert_fails(build(), NP_EXIT_MISSING,
		     "kvm is for kernel " RELEASE "-rt, not for " RELEASE);
	fail_clear();
	assert_int_equal(l1_image_build(runner, modules, NULL, out), 0);
}

static void damaged_modules_are_refused(void **state)
{
	(void)state;
	put_usual_modules();
	put(KVM_DIR "/kvm.ko", "", 0);
	assert_fails(build(), NP_EXIT_MISSING, "kvm.ko is unreadable or no kernel module");
	put(KVM_DIR "/kvm.ko", "#!/bin/sh\n", 10);
	assert_fails(build(), NP_EXIT_MISSING, "kvm.ko is unreadable or no kernel module");
	put_ko(KVM_DIR "/kvm.ko", "kvm_intel"); /* which needs kvm */
	assert_fails(build(), NP_EXIT_MISSING, "need each other");
	put_ko(KVM_DIR "/kvm.ko", ",,"); /* names of no module */
	assert_fails(build(), NP_EXIT_MISSING, "which kvm needs");
}

static void a_truncated_module_is_refused(void **state)
{
	char path[NP_PATH], *data;
	size_t size;

	(void)state;
	put_compressed(KVM_DIR "/kvm-intel.ko.xz", "", archive_write_add_filter_xz);
	fs_path(path, "%s/" KVM_DIR "/kvm-intel.ko.xz", modules);
	assert_int_equal(fs_read(path, &data, &size), 0);
	for (size_t n = 0; n < size; n += 7) {
		put(KVM_DIR "/kvm-intel.ko.xz", data, n);
		assert_fails(build(), NP_EXIT_MISSING, "kvm-intel.ko.xz is unreadable");
	}
	free(data);
}

static void no_half_image_is_left(void **state)
{
	int status;
	pid_t child;

	(void)state;
	put_usual_modules();
	child = fork();
	if (child == 0) {
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 512, 512 });
		_exit(build() < 0 && fail_text() && !fs_exists(out) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	fs_path(out, "%s/no/such/folder", dir);
	assert_fails(build(), NP_EXIT_FAILED, "no/such/folder");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(holds_runner_and_modules),
		TEST(both_vendors_share_what_they_need),
		TEST(compressed_modules_are_unpacked),
		TEST(signatures_are_left_out),
		TEST(built_in_modules_are_skipped),
		TEST(the_same_input_gives_the_same_bytes),
		TEST(l2_has_its_init_and_a_disks_modules),
		TEST(another_archive_comes_after),
		TEST(what_is_missing_is_named),
		TEST(another_kernels_modules_are_refused),
		TEST(damaged_modules_are_refused),
		TEST(a_truncated_module_is_refused),
		TEST(no_half_image_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
