/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lab's boot disk, shared by the two boot stages and by the C code that
 * writes it (collector/lab/boot_disk.c). It loads an uncompressed kernel and
 * its initramfs straight to where they run and enters the kernel by PVH's
 * protocol (Xen's public/arch-x86/hvm/start_info.h):
 * what a boot loader and a decompressor cost an emulated CPU is not spent.
 *
 *   sector 0        stage 1, loaded by the BIOS at 0x7c00
 *   sectors 1..8    stage 2, loaded by stage 1 at NP_STAGE2_ADDRESS
 *   sectors 9..16   struct np_boot_info, loaded with it
 *   from 17 on      what info.load[] names
 */
#ifndef NESTPROF_BOOTINFO_H
#define NESTPROF_BOOTINFO_H

#define NP_SECTOR 512
#define NP_STAGE2_ADDRESS 0x8000
#define NP_STAGE2_SECTORS 8
#define NP_INFO_ADDRESS 0x9000
#define NP_INFO_SECTORS 8
#define NP_PAYLOAD_SECTOR 17
#define NP_MEMMAP_ADDRESS 0x6000 /* stage 1 puts the BIOS' memory map here */
#define NP_MEMMAP_MAX 128

#ifndef __ASSEMBLER__
#include <stdint.h>

#define NP_BOOT_MAGIC 0x6e70626fu
#define NP_PVH_MAGIC 0x336ec578u /* "xEn3" with the top bit of the E set */
#define NP_CMDLINE_MAX 2048
#define NP_MAX_LOADS 5

struct np_boot_load {
	uint32_t sector;
	uint32_t sectors;
	uint32_t address;
	uint32_t reserved;
};

/* hvm_start_info, hvm_modlist_entry of the PVH protocol, version 1. */
struct np_pvh_start_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modlist, cmdline, rsdp, memmap;
	uint32_t memmap_entries, reserved;
};

struct np_pvh_module {
	uint64_t address, size, cmdline, reserved;
};

struct np_boot_info {
	uint32_t magic;
	uint32_t entry; /* the kernel's PVH entry point */
	uint32_t nr_loads;
	uint32_t reserved;
	struct np_boot_load load[NP_MAX_LOADS];
	struct np_pvh_start_info start;
	struct np_pvh_module initrd;
	char cmdline[NP_CMDLINE_MAX];
};

_Static_assert(sizeof(struct np_boot_info) <= NP_INFO_SECTORS * NP_SECTOR, "boot info");
_Static_assert(sizeof(struct np_pvh_start_info) == 56, "PVH start info");
#endif
#endif
