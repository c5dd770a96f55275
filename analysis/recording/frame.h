/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frames that a recording is made of (docs/recording.md): a header of fixed
 * size, and a payload compressed on its own. Nothing in here does I/O.
 */
#ifndef NESTPROF_RECORDING_FRAME_H
#define NESTPROF_RECORDING_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The file's first bytes; each frame begins with them. Not text, and never in text. */
#define REC_MAGIC "\x89NPR\r\n\x1a\n"
#define REC_MAGIC_SIZE 8
#define REC_VERSION 2 /* the latest */
#define REC_VERSION_PLAIN 1 /* that of a recording without accesses to VMCS fields */

#define REC_HEADER_SIZE 72
/* No frame is larger, whatever its header says. */
#define REC_MAX_PAYLOAD (1u << 20)
#define REC_MAX_STORED (REC_MAX_PAYLOAD + (REC_MAX_PAYLOAD >> 8) + 64)

/* The numbers are part of the format: never change or reuse one. */
enum rec_type {
	REC_FILE = 1,	/* JSON: what was recorded, where and when; the first frame */
	REC_VCPU = 2,	/* JSON: a vCPU, before its first event */
	REC_EVENTS = 3, /* see events.h */
	REC_ACCESS = 5, /* JSON: a kind of access of a vCPU's to its VMCS, before its first */
	REC_END = 4,	/* JSON: totals; the last frame of a recording that ended well */
};

struct rec_frame {
	uint16_t version;
	uint16_t type;
	uint32_t sequence; /* 0, 1, 2, ... */
	uint32_t stored;   /* bytes of the payload in the file */
	uint32_t size;	   /* ... and decompressed */
	uint64_t first_ns; /* the earliest and the latest event's time, of events */
	uint64_t last_ns;
	uint64_t events;
	uint64_t checksum; /* XXH64 of the stored payload */
};

void rec_header_put(uint8_t to[REC_HEADER_SIZE], const struct rec_frame *f);

/* False: these are no frame's header, or it is damaged. */
bool rec_header_get(struct rec_frame *f, const uint8_t from[REC_HEADER_SIZE]);

uint64_t rec_checksum(const void *data, size_t size);

/* Little-endian integers, wherever they are. */
void rec_put32(uint8_t *to, uint32_t v);
void rec_put64(uint8_t *to, uint64_t v);
uint32_t rec_get32(const uint8_t *from);
uint64_t rec_get64(const uint8_t *from);

#endif
