// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/micro/ept.h"

#define PAGE __attribute__((aligned(4096)))
#define READ_WRITE_EXECUTE 7
#define WRITE_BACK 6
#define LEAF (READ_WRITE_EXECUTE | WRITE_BACK << 3)
#define FOUR_LEVELS (3 << 3)

_Static_assert(NP_L2_SIZE == 4096 && NP_L2_BASE < 512 * 4096, "one entry of the first table");

uint8_t l2_page[NP_L2_SIZE] PAGE;

static const uint64_t page_table[512] PAGE = {
	[NP_L2_BASE / 4096] = (uintptr_t)l2_page + LEAF,
};
static const uint64_t directory[512] PAGE = { (uintptr_t)page_table + READ_WRITE_EXECUTE };
static const uint64_t pointers[512] PAGE = { (uintptr_t)directory + READ_WRITE_EXECUTE };
static const uint64_t pml4[512] PAGE = { (uintptr_t)pointers + READ_WRITE_EXECUTE };

uint64_t ept_pointer(void)
{
	return (uintptr_t)pml4 + (FOUR_LEVELS | WRITE_BACK);
}
