/* SPDX-License-Identifier: GPL-2.0-only */
/* A trace of another tool's: its events of KVM's in the order of their times. */
#ifndef NESTPROF_IMPORT_READER_H
#define NESTPROF_IMPORT_READER_H

#include "analysis/import/event.h"
#include "analysis/import/input.h"
#include "analysis/import/layout.h"

/* What a trace says about itself. */
struct imp_about {
	const char *tool;   /* "perf" */
	char kernel[128], cpu[128]; /* "": it does not tell */
	char clock[32];	    /* "": nanoseconds, of whatever clock */
	bool counts_only;   /* its clock counts something else than time */
	bool has_tgids;	    /* it tells which thread is whose */
	uint64_t late;	    /* events that came too late to be put in order */
};

struct imp_reader {
	/* The next events, how many, until its next call; 0: no more; else a negative errno. */
	int (*next)(struct imp_reader *r, const struct imp_event **e);
	void (*free)(struct imp_reader *r);
	uint64_t (*offset)(const struct imp_reader *r); /* how far it has come in the file */
	struct imp_about about;
	struct imp_layouts *layouts;
	struct imp_error *error;
};

/* Of files that begin as theirs do. *r is to be freed whatever they return. */
int imp_perf_open(struct imp_reader **r, const struct imp_source *source, struct imp_error *e);
int imp_tracedat_open(struct imp_reader **r, const struct imp_source *source,
		      struct imp_error *e);

#endif
