// SPDX-License-Identifier: GPL-2.0-only
/*
 * The runner with a kernel as L2, on this host's KVM: kernels of a few instructions, which
 * say what a Linux's init would, or hang, or die. And its disk, without any KVM.
 */
#include <elf.h>
#include <errno.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_ring.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail /* ours is another */

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/l1.h"
#include "collector/workload.h"
#include "workloads/linux/guest.h"
#include "workloads/runner/disk.h"
#include "workloads/runner/pci.h"

#define LOADED_AT 0x100000
#define PVH_ENTRY_NOTE 18

struct kernel {
	Elf64_Ehdr h;
	Elf64_Phdr load, note;
	Elf64_Nhdr n;
	char name[4];
	uint32_t entry;
	unsigned char code[64];
};

static char dir[NP_PATH], runner[NP_PATH], kernel[NP_PATH], initrd[NP_PATH];

static int make_folder(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "%s/test_runner_linux.XXXXXX", getenv("TMPDIR") ?: "/tmp");
	if (!mkdtemp(dir) || fs_data_path(runner, "runner") ||
	    fs_path(kernel, "%s/vmlinux", dir) || fs_path(initrd, "%s/initrd", dir))
		return -1;
	fail_clear();
	return fs_write(initrd, "initrd", 6);
}

static int remove_folder(void **state)
{
	(void)state;
	return fs_remove(dir);
}

static void write_kernel(const void *code, size_t size)
{
	struct kernel k = {
		.h = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64 },
		       .e_machine = EM_X86_64,
		       .e_phoff = offsetof(struct kernel, load),
		       .e_phentsize = sizeof(Elf64_Phdr),
		       .e_phnum = 2 },
		.load = { .p_type = PT_LOAD, .p_offset = offsetof(struct kernel, code),
			  .p_paddr = LOADED_AT, .p_filesz = 64, .p_memsz = 4096 },
		.note = { .p_type = PT_NOTE, .p_offset = offsetof(struct kernel, n),
			  .p_filesz = sizeof(Elf64_Nhdr) + 8, .p_memsz = sizeof(Elf64_Nhdr) + 8 },
		.n = { 4, 4, PVH_ENTRY_NOTE },
		.name = "Xen",
		.entry = LOADED_AT,
	};

	assert_in_range(size, 1, sizeof(k.code));
	memcpy(k.code, code, size);
	assert_int_equal(fs_write(kernel, &k, sizeof(k)), 0);
}

static struct l1 *start(void)
{
	const struct l1_config config = { .runner = runner,   .ready_timeout_s = 10,
					  .run_timeout_s = 60, .l2_kernel = kernel,
					  .l2_initrd = initrd, .l2_timeout_s = 1 };
	struct l1 *l1;

	if (access("/dev/kvm", R_OK | W_OK) < 0)
		skip();
	fail_clear();
	assert_int_equal(l1_start_single(&l1, &config), 0);
	return l1;
}

/* What became of `boot` with that kernel, given up after a second. */
static int boot(const void *code, size_t size, uint64_t *ticks)
{
	struct l1 *l1;
	int err;

	if (code)
		write_kernel(code, size);
	l1 = start();
	err = l1_run(l1, "boot", 1, ticks);
	/* Whatever it was, the runner is ready for the next. */
	if (!err || err == -EREMOTEIO)
		assert_int_equal(l1_run(l1, "cpuid", 1, &(uint64_t){ 0 }), 0);
	l1_stop(l1);
	return err;
}

static void times_are_what_the_guest_says(void **state)
{
	static const unsigned char code[] = {
		0xba, 0xf0, 0, 0, 0,	/* mov $NP_GUEST_WORD, %edx */
		0xb8, 5, 0, 0, 0, 0xef, /* mov $5, %eax; out %eax, (%dx) */
		0x31, 0xc0, 0xef,	/* xor %eax, %eax; out */
		0xb8, 0x4d, 1, 0, 0, 0xef, 0x31, 0xc0, 0xef,
		0xe6, 0xf4, 0xf4,	/* out %al, $NP_L2_DONE; hlt */
	};
	uint64_t ticks = 0;

	(void)state;
	assert_int_equal(boot(code, sizeof(code), &ticks), 0);
	assert_int_equal(ticks, 0x14d - 5);
}

static uint64_t compile(struct l1 *l1, uint64_t iterations)
{
	uint64_t ticks = 0;

	assert_int_equal(l1_run(l1, "compile", iterations, &ticks), 0);
	return ticks;
}

/* A kernel that adds up 256 for each workload, and its iterations. */
static void workloads_run_in_one_guest_that_is_warm(void **state)
{
	static const unsigned char code[] = {
		0xba, 0xf0, 0, 0, 0, 0x31, 0xdb,      /* mov $NP_GUEST_WORD, %edx; xor %ebx, %ebx */
		0xb8, 5, 0, 0, 0, 0xef,		      /* mov $5, %eax; out %eax, (%dx) */
		0x31, 0xc0, 0xef,		      /* xor %eax, %eax; out */
		0x8d, 0x43, 5, 0xef,		      /* lea 5(%ebx), %eax; out */
		0x31, 0xc0, 0xef, 0xe6, 0xf4,	      /* xor; out; out %al, $NP_L2_DONE */
		0xed, 0xed,			      /* in (%dx), %eax: which; how many */
		0x8d, 0x9c, 0x03, 0, 1, 0, 0,	      /* lea 0x100(%ebx, %eax), %ebx */
		0xeb, 0xe3,			      /* jmp to mov */
	};
	uint64_t all = 256 + workload_find("compile")->iterations;
	struct l1 *l1;

	(void)state;
	write_kernel(code, sizeof(code));
	l1 = start();
	assert_int_equal(l1_prepare(l1, "compile"), 0);
	assert_int_equal(compile(l1, 3), all += 256 + 3);
	assert_int_equal(l1_prepare(l1, "compile"), 0); /* it is, already */
	assert_int_equal(compile(l1, 4), all += 256 + 4);
	assert_int_equal(l1_run(l1, "cpuid", 1, &(uint64_t){ 0 }), 0); /* ends that guest */
	assert_int_equal(compile(l1, 5), 256 + 5);
	assert_int_equal(l1_prepare(l1, "cpuid"), 0); /* a guest's own business */
	assert_int_equal(compile(l1, 5), 2 * (256 + 5));
	l1_stop(l1);
}

static void what_the_guest_complains_of_is_told(void **state)
{
	static const unsigned char code[] = {
		0xba, 0xf8, 3, 0, 0,				  /* mov $the console, %edx */
		0xb0, 'n', 0xee, 0xb0, 'o', 0xee, 0xb0, '\n', 0xee, /* out %al, (%dx) */
		0xe6, 0xf4, 0xf4,
	};
	uint64_t ticks;

	(void)state;
	assert_int_equal(boot(code, sizeof(code), &ticks), -EREMOTEIO);
	assert_non_null(strstr(fail_text(), "boot failed in L2; L2's console: no"));
}

static void a_guest_that_hangs_is_given_up(void **state)
{
	static const unsigned char spin[] = { 0xeb, 0xfe }, halt[] = { 0xfa, 0xf4, 0xeb, 0xfd };
	uint64_t ticks;

	(void)state;
	assert_int_equal(boot(spin, sizeof(spin), &ticks), -EREMOTEIO);
	assert_non_null(strstr(fail_text(), "boot hung"));
	assert_int_equal(boot(halt, sizeof(halt), &ticks), -EREMOTEIO);
	assert_non_null(strstr(fail_text(), "boot hung"));
}

static void what_is_no_kernel_is_refused(void **state)
{
	uint64_t ticks;

	(void)state;
	assert_int_equal(fs_write(kernel, "no kernel at all", 16), 0);
	assert_int_equal(boot(NULL, 0, &ticks), -EREMOTEIO);
	assert_non_null(strstr(fail_text(), "no Linux kernel"));
}

#define GUEST_SIZE (64 * 4096)
#define QUEUE_AT 4096
#define HEADER_AT 0x8000
#define DATA_AT 0x9000
#define STATUS_AT 0xa000
#define DATA_SIZE 1024

static char guest[GUEST_SIZE];

static void put_request(struct vring *v, uint32_t type, uint64_t sector, uint64_t data)
{
	struct virtio_blk_outhdr h = { .type = type, .sector = sector };

	memcpy(guest + HEADER_AT, &h, sizeof(h));
	guest[STATUS_AT] = 0x55;
	v->desc[0] = (struct vring_desc){ HEADER_AT, sizeof(h), VRING_DESC_F_NEXT, 1 };
	v->desc[1] = (struct vring_desc){ data, DATA_SIZE, VRING_DESC_F_NEXT, 2 };
	v->desc[2] = (struct vring_desc){ STATUS_AT, 1, 0, 0 };
	v->avail->ring[v->avail->idx % DISK_QUEUE_SIZE] = 0;
	v->avail->idx++;
}

static uint8_t request(struct pci *p, struct vring *v, uint32_t type, uint64_t sector,
		       uint64_t data)
{
	put_request(v, type, sector, data);
	assert_true(pci_write(p, p->disk_ports + 16, 2, 0));
	assert_int_equal(v->used->idx, v->avail->idx);
	return guest[STATUS_AT];
}

static void start_disk(struct disk *d, struct pci *p, struct vring *v)
{
	memset(guest, 0, sizeof(guest));
	assert_int_equal(disk_create(d, guest, sizeof(guest)), 0);
	pci_init(p, d);
	vring_init(v, DISK_QUEUE_SIZE, guest + QUEUE_AT, 4096);
	assert_true(pci_write(p, p->disk_ports + 8, 4, QUEUE_AT / 4096));
}

static void the_disk_keeps_what_was_written(void **state)
{
	uint32_t isr = 0;
	struct vring v;
	struct disk d;
	struct pci p;

	(void)state;
	start_disk(&d, &p, &v);
	memset(guest + DATA_AT, 'x', DATA_SIZE);
	assert_int_equal(request(&p, &v, VIRTIO_BLK_T_OUT, 3, DATA_AT), VIRTIO_BLK_S_OK);
	assert_int_equal(d.isr, 1);
	assert_true(pci_read(&p, p.disk_ports + 19, 1, &isr));
	assert_int_equal(isr, 1);
	assert_int_equal(d.isr, 0);
	memset(guest + DATA_AT, 0, DATA_SIZE);
	assert_int_equal(request(&p, &v, VIRTIO_BLK_T_IN, 4, DATA_AT), VIRTIO_BLK_S_OK);
	assert_int_equal(guest[DATA_AT], 'x');
	assert_int_equal(guest[DATA_AT + 511], 'x');
	assert_int_equal(guest[DATA_AT + 512], 0);
	assert_int_equal(v.used->ring[1].len, DATA_SIZE + 1);
	disk_destroy(&d);
}

static void what_is_outside_is_an_error(void **state)
{
	const uint64_t end = NP_GUEST_DISK / 512;
	struct vring v;
	struct disk d;
	struct pci p;

	(void)state;
	start_disk(&d, &p, &v);
	assert_int_equal(request(&p, &v, VIRTIO_BLK_T_IN, end - 2, DATA_AT), VIRTIO_BLK_S_OK);
	assert_int_equal(request(&p, &v, VIRTIO_BLK_T_IN, end - 1, DATA_AT), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(&p, &v, VIRTIO_BLK_T_OUT, UINT64_MAX, DATA_AT),
			 VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(&p, &v, VIRTIO_BLK_T_IN, 0, GUEST_SIZE - 512), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(&p, &v, VIRTIO_BLK_T_IN, 0, UINT64_MAX), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(&p, &v, 0xabcd, 0, DATA_AT), VIRTIO_BLK_S_IOERR);
	/* A queue that is not within memory is no queue; a chain without an end has one. */
	v.desc[2] = (struct vring_desc){ STATUS_AT, 1, VRING_DESC_F_NEXT, 2 };
	v.avail->idx++;
	assert_true(pci_write(&p, p.disk_ports + 16, 2, 0));
	assert_true(pci_write(&p, p.disk_ports + 8, 4, UINT32_MAX));
	assert_true(pci_write(&p, p.disk_ports + 16, 2, 0));
	disk_destroy(&d);
}

static void the_bus_has_a_bridge_and_a_disk(void **state)
{
	struct disk d = { .sectors = NULL };
	uint32_t value = 0;
	struct pci p;

	(void)state;
	pci_init(&p, &d);
	assert_true(pci_write(&p, 0xcf8, 4, 0x80000000));
	assert_true(pci_read(&p, 0xcfe, 2, &value));
	assert_int_equal(value & 0xffff, 0x1237);
	assert_true(pci_write(&p, 0xcf8, 4, 0x80000800));
	assert_true(pci_read(&p, 0xcfc, 4, &value));
	assert_int_equal(value, 0x10011af4);
	assert_true(pci_write(&p, 0xcf8, 4, 0x80000810));
	assert_true(pci_write(&p, 0xcfc, 4, UINT32_MAX)); /* how large is it? */
	assert_true(pci_read(&p, 0xcfc, 4, &value));
	assert_int_equal(~(value & ~3u) & 0xffff, DISK_PORTS - 1);
	assert_true(pci_write(&p, 0xcf8, 4, 0x80001000));
	assert_true(pci_read(&p, 0xcfc, 4, &value));
	assert_int_equal(value, UINT32_MAX);
	assert_false(pci_read(&p, 0x3f8, 1, &value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_what_the_guest_says),
		cmocka_unit_test(workloads_run_in_one_guest_that_is_warm),
		cmocka_unit_test(what_the_guest_complains_of_is_told),
		cmocka_unit_test(a_guest_that_hangs_is_given_up),
		cmocka_unit_test(what_is_no_kernel_is_refused),
		cmocka_unit_test(the_disk_keeps_what_was_written),
		cmocka_unit_test(what_is_outside_is_an_error),
		cmocka_unit_test(the_bus_has_a_bridge_and_a_disk),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
