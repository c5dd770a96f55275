/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the fields of KVM's events are: as the trace's own descriptions of their formats
 * say it, which libtraceevent reads. No kernel's layout is known here, only names.
 */
#ifndef NESTPROF_IMPORT_LAYOUT_H
#define NESTPROF_IMPORT_LAYOUT_H

#include <stdbool.h>

#include "analysis/import/event.h"
#include "analysis/import/input.h"

#define IMP_MAX_FORMAT 65536 /* bytes of a description */

/*
 * A number of 1, 2, 4 or 8 bytes: some of 8 that are all within the record, for that takes
 * no decision. Without a mask there is none.
 */
struct imp_field {
	uint64_t mask;
	uint16_t at;
	uint8_t shift;
};

struct imp_layout {
	uint8_t type;	  /* enum np_event_type */
	uint16_t no_vcpu; /* IMP_NO_VCPU where it does not tell, else 0 */
	uint16_t least;	  /* a record is no shorter than this */
	struct imp_field pid, vcpu, reason, rip, isa;
};

struct imp_layouts {
	struct imp_layout of[NP_EVENT_TYPES * 2]; /* from 1 on */
	uint32_t nr;
	uint8_t by_id[65536]; /* which; 0: an event that is of no interest here */
	bool has[NP_EVENT_TYPES];
};

struct imp_layouts *imp_layouts_new(void);

/* Whether it is worth reading what describes this system's events. */
bool imp_system_matters(const char *name);

/* A description, as in events/SYSTEM/EVENT/format. */
int imp_layouts_add(struct imp_layouts *l, const char *text, size_t size, uint64_t offset,
		    struct imp_error *error);

static inline uint64_t imp_field_get(const struct imp_field *f, const uint8_t *record)
{
	return imp_get64(record + f->at) >> f->shift & f->mask;
}

/*
 * A record of that layout, but its time, its thread and where it was recorded. False: it is
 * shorter than its format says.
 */
static inline bool imp_layout_decode(const struct imp_layout *l, const uint8_t *record,
				     uint32_t size, struct imp_event *e)
{
	if (size < l->least)
		return false;
	e->type = l->type;
	e->rip = imp_field_get(&l->rip, record);
	e->vcpu = imp_field_get(&l->vcpu, record) | l->no_vcpu;
	e->reason = imp_field_get(&l->reason, record);
	e->isa = imp_field_get(&l->isa, record);
	return true;
}

/* Whose it is, as it says itself. */
static inline int32_t imp_layout_tid(const struct imp_layout *l, const uint8_t *record)
{
	return imp_field_get(&l->pid, record);
}

/* Of an event's id, which records begin with. NULL: not of interest. */
static inline const struct imp_layout *imp_layout_of(const struct imp_layouts *l, uint16_t id)
{
	return l->by_id[id] ? &l->of[l->by_id[id]] : NULL;
}

#endif
