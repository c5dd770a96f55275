// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/runner/linux_image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/kernel_image.h"
#include "workloads/lab/bootinfo.h"

#define START_ADDRESS 0x6000 /* of struct pvh_start */
#define LOW_END 0x9f000
#define HIGH_BEGIN 0x100000
#define PAGE 4096ul
#define MEMORY_IS_RAM 1

/* hvm_memmap_table_entry of the PVH protocol. */
struct pvh_memory {
	uint64_t address, size;
	uint32_t type, reserved;
};

struct pvh_start {
	struct np_pvh_start_info info;
	struct np_pvh_module initrd;
	struct pvh_memory memory[2];
	char cmdline[NP_CMDLINE_MAX];
};

static int cannot(const char *path, const char *why)
{
	return fail(NP_EXIT_L1, -ENOEXEC, "L2's %s: %s", path, why);
}

static int map_file(const char *path, char **data, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int err = 0;

	*data = MAP_FAILED;
	if (fd < 0 || fstat(fd, &st) < 0)
		err = errno;
	else if ((*data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED)
		err = errno;
	else
		*size = st.st_size;
	if (fd >= 0)
		close(fd);
	return err ? fail(NP_EXIT_L1, -err, "L2's %s: %s", path, strerror(err)) : 0;
}

static int place_kernel(const char *path, char *memory, size_t size, struct kernel_image *k)
{
	int err = map_file(path, &k->elf, &k->elf_size);

	if (err)
		return err;
	if (kernel_image_layout(k) || !k->entry)
		err = cannot(path, "no Linux kernel as an ELF file with a PVH entry point");
	else if (k->base < HIGH_BEGIN || k->end > size)
		err = cannot(path, "does not fit L2's memory");
	else
		kernel_image_place(k, memory + k->base);
	munmap(k->elf, k->elf_size);
	return err;
}

/* At the end of memory. */
static int place_initrd(const char *path, char *memory, size_t size, uint64_t kernel_end,
			struct np_pvh_module *m)
{
	char *data;
	int err = map_file(path, &data, &m->size);

	if (err)
		return err;
	if (m->size > size - kernel_end - PAGE) {
		err = cannot(path, "does not fit L2's memory");
	} else {
		m->address = (size - m->size) & -PAGE;
		memcpy(memory + m->address, data, m->size);
	}
	munmap(data, m->size);
	return err;
}

/* Version 1 of the protocol: it has a map of memory. */
static void tell_start(struct pvh_start *s, size_t size, const char *cmdline)
{
	s->info = (struct np_pvh_start_info){
		.magic = NP_PVH_MAGIC,
		.version = 1,
		.nr_modules = 1,
		.modlist = START_ADDRESS + offsetof(struct pvh_start, initrd),
		.cmdline = START_ADDRESS + offsetof(struct pvh_start, cmdline),
		.memmap = START_ADDRESS + offsetof(struct pvh_start, memory),
		.memmap_entries = 2,
	};
	s->memory[0] = (struct pvh_memory){ 0, LOW_END, MEMORY_IS_RAM, 0 };
	s->memory[1] = (struct pvh_memory){ HIGH_BEGIN, size - HIGH_BEGIN, MEMORY_IS_RAM, 0 };
	snprintf(s->cmdline, sizeof(s->cmdline), "%s", cmdline);
}

int linux_image_load(const struct linux_image *l, char *memory, size_t size, uint32_t *entry,
		     uint32_t *start)
{
	struct pvh_start *s = (struct pvh_start *)(memory + START_ADDRESS);
	struct kernel_image k = { .elf = NULL };
	int err = place_kernel(l->kernel, memory, size, &k);

	if (!err)
		err = place_initrd(l->initrd, memory, size, k.end, &s->initrd);
	if (err)
		return err;
	tell_start(s, size, l->cmdline);
	*entry = k.entry;
	*start = START_ADDRESS;
	return 0;
}
