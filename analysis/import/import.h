/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Traces that perf or trace-cmd wrote, as if nestprof had recorded them. They are read in a
 * memory that does not grow, and nothing of what they say is believed.
 */
#ifndef NESTPROF_IMPORT_H
#define NESTPROF_IMPORT_H

#include "analysis/import/reader.h"
#include "analysis/import/vcpus.h"

enum import_kind { IMPORT_NONE, IMPORT_PERF, IMPORT_TRACEDAT };

/* So many of a file's first bytes tell what it is. */
#define IMPORT_TELLING 10
enum import_kind import_kind(const void *begin, size_t size);

struct import;

/*
 * -EBADMSG: *error says what is wrong, as it does when import_run() returns that; what came
 * before was told. *im is to be freed whatever it returns.
 */
int import_open(struct import **im, enum import_kind kind, const struct imp_source *source,
		struct imp_error *error);
void import_free(struct import *im); /* NULL is fine */

uint64_t import_start(const struct import *im); /* ns: the first event's time */
uint64_t import_offset(const struct import *im);
const struct imp_about *import_about(const struct import *im);
bool import_has(const struct import *im, enum np_event_type type); /* a format of it */

/* All events. 0, a negative errno, or what the sink returned. */
int import_run(struct import *im, const struct imp_sink *sink);

/* After it: what was there; and, line by line, what was not. NULL: no more lines. */
const struct imp_seen *import_seen(const struct import *im);
const char *import_lack(const struct import *im, uint32_t line);

#endif
