/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording of nestprof's, event by event. */
#ifndef NESTPROF_CONVERT_RECORDED_H
#define NESTPROF_CONVERT_RECORDED_H

#include "analysis/import/vcpus.h"
#include "analysis/recording/info.h"
#include "analysis/recording/reader.h"
#include "collector/convert/ordered.h"

struct recorded;

/* -EBADMSG: it is none; -ENOTSUP: of a later version. *r is to be freed whatever it returns. */
int recorded_open(struct recorded **r, rec_source source, void *arg, struct rec_info *info);
void recorded_free(struct recorded *r); /* NULL is fine */

/*
 * Up to its end, or to what is wrong: recorded_damage() says. vCPUs go to the sink, events
 * and marks to `to`.
 */
int recorded_run(struct recorded *r, const struct imp_sink *sink, struct ordered *to);
int recorded_damage(struct recorded *r, struct rec_damage *d);

#endif
