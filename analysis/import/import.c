// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/import.h"

#include <errno.h>
#include <stdlib.h>

#include "analysis/import/tracing_data.h"

struct import {
	struct imp_reader *reader;
	struct imp_vcpus *vcpus;
	const struct imp_event *first;
	int nr_first; /* so many wait to be told; or what next() returned for them */
	uint64_t start;
};

enum import_kind import_kind(const void *begin, size_t size)
{
	if (size >= 8 && (!memcmp(begin, "PERFILE2", 8) || !memcmp(begin, "2ELIFREP", 8)))
		return IMPORT_PERF;
	if (size >= IMP_TRACING_MAGIC_SIZE &&
	    !memcmp(begin, IMP_TRACING_MAGIC, IMP_TRACING_MAGIC_SIZE))
		return IMPORT_TRACEDAT;
	return IMPORT_NONE;
}

int import_open(struct import **to, enum import_kind kind, const struct imp_source *source,
		struct imp_error *error)
{
	struct import *im = calloc(1, sizeof(*im));
	int err;

	*to = im;
	if (!im)
		return -ENOMEM;
	err = kind == IMPORT_PERF ? imp_perf_open(&im->reader, source, error)
				  : imp_tracedat_open(&im->reader, source, error);
	if (err)
		return err;
	im->nr_first = im->reader->next(im->reader, &im->first);
	if (im->nr_first > 0)
		im->start = im->first->ns;
	return im->nr_first < 0 ? im->nr_first : 0;
}

void import_free(struct import *im)
{
	if (!im)
		return;
	if (im->reader)
		im->reader->free(im->reader);
	imp_vcpus_free(im->vcpus);
	free(im);
}

uint64_t import_start(const struct import *im)
{
	return im->start;
}

uint64_t import_offset(const struct import *im)
{
	return im->reader->offset(im->reader);
}

const struct imp_about *import_about(const struct import *im)
{
	return &im->reader->about;
}

bool import_has(const struct import *im, enum np_event_type type)
{
	return im->reader->layouts->has[type];
}

const struct imp_seen *import_seen(const struct import *im)
{
	return imp_vcpus_seen(im->vcpus);
}

int import_run(struct import *im, const struct imp_sink *sink)
{
	const struct imp_event *e = im->first;
	int more = im->nr_first, err = 0, finished;

	im->vcpus = imp_vcpus_new(sink);
	if (!im->vcpus)
		return -ENOMEM;
	for (; more > 0 && !err; more = err ? 0 : im->reader->next(im->reader, &e))
		err = imp_vcpus_events(im->vcpus, e, more);
	if (err)
		return err;
	finished = imp_vcpus_finish(im->vcpus);
	return finished ?: more;
}
