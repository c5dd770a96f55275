/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A page of the kernel's ring buffer, as trace-cmd copies it to a file. libtraceevent's
 * kbuffer follows whatever lengths a page has, backwards and beyond its end; this does not.
 */
#ifndef NESTPROF_IMPORT_PAGE_H
#define NESTPROF_IMPORT_PAGE_H

#include <stdbool.h>

#include "analysis/import/input.h"

struct imp_page {
	const uint8_t *at, *end;
	uint64_t ts; /* of the event that came last; at first, the page's own */
	bool missed; /* events before its first were lost, */
	uint64_t nr_missed; /* so many; 0: not known */
};

/* `long_size`: the kernel's, 4 or 8. False: the page makes no sense. */
bool imp_page_load(struct imp_page *p, const uint8_t *page, size_t size, uint8_t long_size);

/* 1: an event, whose data are *size bytes at *data; 0: no more; -1: it makes no sense. */
int imp_page_next(struct imp_page *p, const uint8_t **data, uint32_t *size);

#endif
