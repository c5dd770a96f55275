// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stage 2: loads what the boot info names from the first ATA disk and enters
 * the kernel. It polls, with READ MULTIPLE: an emulator copies a whole block
 * for one `rep insw`, so a hundred megabytes take a fraction of a second.
 */
#include "workloads/lab/bootinfo.h"

enum {
	ATA_DATA = 0x1f0,
	ATA_COUNT = 0x1f2,
	ATA_LBA_LOW = 0x1f3,
	ATA_LBA_MID = 0x1f4,
	ATA_LBA_HIGH = 0x1f5,
	ATA_DRIVE = 0x1f6, /* and LBA bits 27:24 */
	ATA_COMMAND = 0x1f7,
	ATA_STATUS = 0x1f7,
	ATA_CONTROL = 0x3f6,

	ATA_NO_INTERRUPT = 2,
	ATA_LBA = 0xe0,
	ATA_BUSY = 0x80,
	ATA_FAULT = 0x21, /* device fault, error */
	ATA_READY = 8,	  /* data request */
	ATA_READ_MULTIPLE = 0xc4,
	ATA_SET_MULTIPLE = 0xc6,

	BLOCK = 16,    /* sectors a data request */
	COMMAND = 256, /* sectors a command */
	COM1 = 0x3f8,
};

static uint8_t inb(uint16_t port)
{
	uint8_t v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static void outb(uint16_t port, uint8_t v)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static uint8_t *read_words(uint8_t *to, uint32_t words)
{
	__asm__ volatile("cld; rep insw" : "+D"(to), "+c"(words) : "d"(ATA_DATA) : "memory");
	return to;
}

__attribute__((noreturn)) static void stop(const char *why)
{
	while (*why)
		outb(COM1, *why++);
	for (;;)
		__asm__ volatile("cli; hlt");
}

static void wait_ready(uint8_t wanted)
{
	uint8_t status;

	do {
		status = inb(ATA_STATUS);
	} while ((status & ATA_BUSY) || (!(status & ATA_FAULT) && (status & wanted) != wanted));
	if (status & ATA_FAULT)
		stop("nestprof boot: disk error\n");
}

static void command(uint32_t sector, uint32_t sectors, uint8_t cmd)
{
	outb(ATA_COUNT, sectors); /* 0 means 256 */
	outb(ATA_LBA_LOW, sector);
	outb(ATA_LBA_MID, sector >> 8);
	outb(ATA_LBA_HIGH, sector >> 16);
	outb(ATA_DRIVE, ATA_LBA | sector >> 24);
	outb(ATA_COMMAND, cmd);
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void load(uint32_t sector, uint32_t sectors, uint8_t *to)
{
	while (sectors) {
		uint32_t n = smaller(sectors, COMMAND);

		command(sector, n, ATA_READ_MULTIPLE);
		for (uint32_t done = 0; done < n; done += BLOCK) {
			wait_ready(ATA_READY);
			to = read_words(to, smaller(n - done, BLOCK) * NP_SECTOR / 2);
		}
		sector += n;
		sectors -= n;
	}
}

__attribute__((section(".text.start"), noreturn)) void stage2_main(uint32_t unused,
								   uint32_t memmap_entries);

/* Stage 1 calls by an absolute address: its return address is `unused`. */
void stage2_main(uint32_t unused, uint32_t memmap_entries)
{
	struct np_boot_info *info = (struct np_boot_info *)NP_INFO_ADDRESS;

	(void)unused;
	if (info->magic != NP_BOOT_MAGIC)
		stop("nestprof boot: no boot info\n");
	outb(ATA_CONTROL, ATA_NO_INTERRUPT);
	command(0, BLOCK, ATA_SET_MULTIPLE);
	wait_ready(0);
	for (uint32_t i = 0; i < info->nr_loads; i++)
		load(info->load[i].sector, info->load[i].sectors, (uint8_t *)info->load[i].address);
	info->start.memmap_entries = memmap_entries;
	__asm__ volatile("jmp *%0" : : "r"(info->entry), "b"(&info->start) : "memory");
	__builtin_unreachable();
}
