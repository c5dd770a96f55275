/* SPDX-License-Identifier: GPL-2.0-only */
/* An event of KVM's, as another tool's trace has it: what its own format says, decoded. */
#ifndef NESTPROF_IMPORT_EVENT_H
#define NESTPROF_IMPORT_EVENT_H

#include <stdint.h>

#include "bpf/record_event.h"

#define IMP_NO_VCPU UINT16_MAX

struct imp_event {
	uint64_t ns;
	union {
		uint64_t rip;  /* an exit's: where the guest was; an entry's: where it goes on */
		uint64_t lost; /* NP_EVENT_LOST: how many; 0: that some may be missing */
	};
	int32_t tid;
	int32_t tgid;	/* 0: the trace does not tell */
	uint16_t vcpu;	/* IMP_NO_VCPU: the event does not tell */
	uint16_t cpu;
	uint16_t reason; /* the basic one */
	uint8_t type;	/* enum np_event_type */
	uint8_t isa;	/* enum np_isa; 0: the event does not tell */
};

_Static_assert(sizeof(struct imp_event) == 32, "many of them wait for their turn");

#endif
