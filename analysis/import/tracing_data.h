/* SPDX-License-Identifier: GPL-2.0-only */
/* What perf.data and trace.dat say about the formats of events, in the same way. */
#ifndef NESTPROF_IMPORT_TRACING_DATA_H
#define NESTPROF_IMPORT_TRACING_DATA_H

#include "analysis/import/layout.h"

#define IMP_TRACING_MAGIC "\x17\x08\x44tracing"
#define IMP_TRACING_MAGIC_SIZE 10

struct imp_tracing {
	uint32_t version; /* of trace.dat; perf writes 0 */
	uint8_t long_size;
	uint32_t page_size;
};

/* Each of them reads what it is named for, and is then behind it. */
int imp_tracing_initial(struct imp_input *in, struct imp_tracing *t);
int imp_tracing_headers(struct imp_input *in);
int imp_tracing_ftrace_events(struct imp_input *in);
int imp_tracing_events(struct imp_input *in, struct imp_layouts *l);

/* All of perf's, as far as it is needed. */
int imp_tracing_data(struct imp_input *in, struct imp_layouts *l);

#endif
