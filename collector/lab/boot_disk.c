// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/boot_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "workloads/lab/bootinfo.h"

#define LARGE_PAGE (2u << 20)
#define CYLINDER (16 * 63 * NP_SECTOR) /* Bochs wants whole cylinders */

extern const char boot_stage1[], boot_stage1_end[], boot_stage2[], boot_stage2_end[];

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

/* Appends a file at the sector, names it in the boot info, moves both on. */
static int add_load(int disk, struct np_boot_info *info, const char *file, uint32_t *sector,
		    uint64_t *address)
{
	struct np_boot_load *load = &info->load[info->nr_loads];
	int in = open(file, O_RDONLY | O_CLOEXEC), err = 0;
	struct stat st;

	if (in < 0 || fstat(in, &st) < 0)
		err = -errno;
	else if (info->nr_loads == NP_MAX_LOADS || *address + st.st_size > UINT32_MAX)
		err = -EFBIG;
	else if (lseek(disk, (off_t)*sector * NP_SECTOR, SEEK_SET) < 0)
		err = -errno;
	for (off_t left = err ? 0 : st.st_size; left && !err;) {
		ssize_t n = sendfile(disk, in, NULL, left);

		if (n <= 0)
			err = n < 0 ? -errno : -EIO;
		else
			left -= n;
	}
	if (in >= 0)
		close(in);
	if (err)
		return fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_MISSING, err,
			    "boot disk: cannot copy %s: %s", file, strerror(-err));
	load->sector = *sector;
	load->sectors = round_up(st.st_size, NP_SECTOR) / NP_SECTOR;
	load->address = *address;
	info->nr_loads++;
	*sector += load->sectors;
	*address += (uint64_t)load->sectors * NP_SECTOR;
	return 0;
}

static void describe_start(struct np_boot_info *info, uint64_t initrd, uint64_t initrd_end,
			   const char *cmdline)
{
	uint64_t at = NP_INFO_ADDRESS;

	strcpy(info->cmdline, cmdline);
	info->initrd.address = initrd;
	info->initrd.size = initrd_end - initrd;
	info->start = (struct np_pvh_start_info){
		.magic = NP_PVH_MAGIC,
		.version = 1,
		.nr_modules = 1,
		.modlist = at + offsetof(struct np_boot_info, initrd),
		.cmdline = at + offsetof(struct np_boot_info, cmdline),
		.memmap = NP_MEMMAP_ADDRESS,
	};
}

static int write_at(int disk, uint32_t sector, const void *data, size_t size)
{
	if (lseek(disk, (off_t)sector * NP_SECTOR, SEEK_SET) < 0)
		return -errno;
	return write_all(disk, data, size);
}

static int fill(int disk, const struct boot_disk *d)
{
	struct np_boot_info info = { .magic = NP_BOOT_MAGIC, .entry = d->kernel_entry };
	uint64_t address = d->kernel_base, initrd = round_up(d->kernel_end, LARGE_PAGE);
	uint32_t sector = NP_PAYLOAD_SECTOR;
	int err;

	if (strlen(d->cmdline) >= sizeof(info.cmdline))
		return -E2BIG;
	err = add_load(disk, &info, d->kernel, &sector, &address);
	address = initrd;
	for (int i = 0; !err && i < BOOT_DISK_MAX_PARTS && d->initrd[i]; i++)
		err = add_load(disk, &info, d->initrd[i], &sector, &address);
	if (err)
		return err;
	describe_start(&info, initrd, address, d->cmdline);
	err = write_at(disk, 0, boot_stage1, boot_stage1_end - boot_stage1);
	if (!err)
		err = write_at(disk, 1, boot_stage2, boot_stage2_end - boot_stage2);
	if (!err)
		err = write_at(disk, 1 + NP_STAGE2_SECTORS, &info, sizeof(info));
	if (!err && ftruncate(disk, round_up((uint64_t)sector * NP_SECTOR, CYLINDER)) < 0)
		err = -errno;
	return err;
}

int boot_disk_write(const struct boot_disk *d, const char *path)
{
	int disk = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int err = disk < 0 ? -errno : fill(disk, d);

	if (disk >= 0 && close(disk) < 0 && !err)
		err = -errno;
	if (err && !fail_text())
		fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, err,
		     "cannot write the boot disk %s: %s", path, strerror(-err));
	if (err)
		unlink(path);
	return err;
}
