// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual I/O Device (VIRTIO) Version 1.0, "Legacy Interface". A request is done when the
 * guest tells of it, before it goes on: each has one exit there and one interrupt. What a
 * guest writes into its queue is believed as far as it stays within the guest's memory.
 */
#include "workloads/runner/disk.h"

#include <errno.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_ring.h>
#include <string.h>
#include <sys/mman.h>

#include "collector/base/fail.h"
#include "workloads/linux/guest.h"

#define SECTOR 512
#define PAGE 4096
#define QUEUE_BYTES (vring_size(DISK_QUEUE_SIZE, PAGE))

enum {
	HOST_FEATURES = 0,
	GUEST_FEATURES = 4,
	QUEUE_PAGE = 8,
	QUEUE_SIZE = 12,
	QUEUE_SELECT = 14,
	QUEUE_NOTIFY = 16,
	STATUS = 18,
	ISR = 19,
	CAPACITY = 20,
};

int disk_create(struct disk *d, char *memory, size_t memory_size)
{
	*d = (struct disk){ .memory = memory, .memory_size = memory_size };
	d->sectors = mmap(NULL, NP_GUEST_DISK, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (d->sectors != MAP_FAILED)
		return 0;
	d->sectors = NULL;
	return fail(NP_EXIT_L1, -errno, "no memory for L2's disk: %s", strerror(errno));
}

void disk_destroy(struct disk *d)
{
	if (d->sectors)
		munmap(d->sectors, NP_GUEST_DISK);
	d->sectors = NULL;
}

void disk_clear(struct disk *d)
{
	madvise(d->sectors, NP_GUEST_DISK, MADV_DONTNEED);
}

static char *guest_bytes(const struct disk *d, uint64_t at, uint64_t size)
{
	return at <= d->memory_size && size <= d->memory_size - at ? d->memory + at : NULL;
}

/* One part of a request's data. */
static bool move(struct disk *d, bool out, uint64_t *at, char *bytes, uint32_t size)
{
	if (!bytes || *at > NP_GUEST_DISK || size > NP_GUEST_DISK - *at)
		return false;
	if (out)
		memcpy(d->sectors + *at, bytes, size);
	else
		memcpy(bytes, d->sectors + *at, size);
	*at += size;
	return true;
}

/* A header, data, and a byte for the status; returns how much the guest was written. */
static uint32_t serve(struct disk *d, const struct vring *v, uint16_t head)
{
	struct virtio_blk_outhdr header = { .type = UINT32_MAX };
	const struct vring_desc *desc = &v->desc[head % DISK_QUEUE_SIZE];
	char *bytes = guest_bytes(d, desc->addr, sizeof(header));
	uint32_t written = 0;
	uint64_t at;
	bool good;

	if (bytes)
		memcpy(&header, bytes, sizeof(header));
	good = header.type == VIRTIO_BLK_T_IN || header.type == VIRTIO_BLK_T_OUT;
	at = header.sector < NP_GUEST_DISK / SECTOR ? header.sector * SECTOR : NP_GUEST_DISK;
	for (int n = 0; desc->flags & VRING_DESC_F_NEXT && n < DISK_QUEUE_SIZE; n++) {
		desc = &v->desc[desc->next % DISK_QUEUE_SIZE];
		bytes = guest_bytes(d, desc->addr, desc->len);
		if (!(desc->flags & VRING_DESC_F_NEXT))
			break;
		good = good && move(d, header.type == VIRTIO_BLK_T_OUT, &at, bytes, desc->len);
		written += header.type == VIRTIO_BLK_T_IN ? desc->len : 0;
	}
	if (bytes && desc->len)
		*bytes = good ? VIRTIO_BLK_S_OK : VIRTIO_BLK_S_IOERR;
	return written + 1;
}

static void notified(struct disk *d)
{
	char *bytes = guest_bytes(d, d->queue, QUEUE_BYTES);
	struct vring v;

	if (!bytes || !d->queue)
		return;
	vring_init(&v, DISK_QUEUE_SIZE, bytes, PAGE);
	while (d->seen != v.avail->idx) {
		uint16_t head = v.avail->ring[d->seen++ % DISK_QUEUE_SIZE];
		struct vring_used_elem *e = &v.used->ring[v.used->idx % DISK_QUEUE_SIZE];

		e->id = head;
		e->len = serve(d, &v, head);
		v.used->idx++;
		d->isr = 1;
	}
}

static uint32_t capacity(uint32_t offset)
{
	return offset < 4 ? NP_GUEST_DISK / SECTOR >> 8 * offset : 0;
}

static uint32_t whole(struct disk *d, uint32_t port)
{
	uint32_t isr = d->isr;

	switch (port) {
	case GUEST_FEATURES:
		return d->features;
	case QUEUE_PAGE:
		return d->selected ? 0 : d->queue / PAGE;
	case QUEUE_SIZE:
		return d->selected ? 0 : DISK_QUEUE_SIZE;
	case QUEUE_SELECT:
		return d->selected;
	case STATUS:
		return d->status;
	case ISR:
		d->isr = 0;
		return isr;
	default:
		return port >= CAPACITY ? capacity(port - CAPACITY) : HOST_FEATURES;
	}
}

uint32_t disk_read(struct disk *d, uint32_t port, uint32_t size)
{
	uint32_t value = whole(d, port);

	return size == 4 ? value : value & ((1u << 8 * size) - 1);
}

static void reset(struct disk *d)
{
	d->queue = d->seen = d->selected = d->features = d->isr = 0;
}

void disk_write(struct disk *d, uint32_t port, uint32_t value)
{
	switch (port) {
	case GUEST_FEATURES:
		d->features = value;
		break;
	case QUEUE_PAGE:
		if (!d->selected)
			d->queue = (uint64_t)value * PAGE;
		break;
	case QUEUE_SELECT:
		d->selected = value;
		break;
	case QUEUE_NOTIFY:
		notified(d);
		break;
	case STATUS:
		d->status = value;
		if (!d->status)
			reset(d);
		break;
	}
}
