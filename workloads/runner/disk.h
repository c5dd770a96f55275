/* SPDX-License-Identifier: GPL-2.0-only */
/* A disk of L2's: virtio-blk, legacy, whose sectors are memory of the monitor's. */
#ifndef NESTPROF_RUNNER_DISK_H
#define NESTPROF_RUNNER_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_PORTS 64
#define DISK_QUEUE_SIZE 128

struct disk {
	char *memory; /* the guest's */
	size_t memory_size;
	char *sectors;
	uint64_t queue; /* guest-physical; 0: none yet */
	uint16_t seen;	/* of the queue's requests */
	uint16_t selected;
	uint32_t features;
	uint8_t status;
	uint8_t isr; /* its interrupt is raised while this is not 0 */
};

int disk_create(struct disk *d, char *memory, size_t memory_size); /* fail()s */
void disk_destroy(struct disk *d);
void disk_clear(struct disk *d); /* all zero again */

/* The guest's access to a port of its, little endian; out of range reads 0. */
uint32_t disk_read(struct disk *d, uint32_t port, uint32_t size);
void disk_write(struct disk *d, uint32_t port, uint32_t value);

#endif
