/* SPDX-License-Identifier: GPL-2.0-only */
/* The formats that convert writes: each takes events in the order of their times. */
#ifndef NESTPROF_CONVERT_WRITER_H
#define NESTPROF_CONVERT_WRITER_H

#include "analysis/import/vcpus.h"
#include "analysis/recording/info.h"
#include "collector/convert/run.h"
#include "collector/convert/text.h"

struct convert_event {
	const struct rec_stream *vcpu;
	uint32_t slot; /* tells apart the vCPUs of one moment: below NP_MAX_VCPUS */
	struct rec_event e;
	const struct imp_origin *from; /* NULL: it follows from others, or it was recorded */
	bool inferred;
};

struct convert_writer {
	int (*begin)(struct convert_writer *w, const struct rec_info *info);
	int (*vcpu)(struct convert_writer *w, const struct rec_stream *s, uint32_t slot);
	int (*event)(struct convert_writer *w, const struct convert_event *e);
	int (*mark)(struct convert_writer *w, uint64_t ns, uint64_t missed);
	/* Whatever was wrong with the file: what was read is written. */
	int (*end)(struct convert_writer *w, uint64_t ns, uint64_t lost);
	void (*free)(struct convert_writer *w);
	bool foreign; /* another tool recorded it */
};

/* NULL: no memory. */
struct convert_writer *convert_recording(struct output *out);
struct convert_writer *convert_json(struct output *out);
struct convert_writer *convert_csv(struct output *out);
struct convert_writer *convert_timeline(struct output *out);

/* "kvm_exit"; "L2", or NULL. */
const char *convert_event_name(const struct rec_event *e);
const char *convert_level_name(const struct rec_event *e);
/* NULL: it has none. */
const char *convert_reason_name(const struct rec_stream *s, const struct rec_event *e);

#endif
