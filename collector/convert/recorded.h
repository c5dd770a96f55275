/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording of nestprof's, given on in the order of its events' times. */
#ifndef NESTPROF_CONVERT_RECORDED_H
#define NESTPROF_CONVERT_RECORDED_H

#include "analysis/import/vcpus.h"
#include "analysis/recording/info.h"
#include "analysis/recording/reader.h"

struct recorded;

/* -EBADMSG: it is none; -ENOTSUP: of a later version. *r is to be freed whatever it returns. */
int recorded_open(struct recorded **r, rec_source source, void *arg, struct rec_info *info);
void recorded_free(struct recorded *r); /* NULL is fine */

/* Up to its end, or to what is wrong: recorded_damage() says. */
int recorded_run(struct recorded *r, const struct imp_sink *sink);
int recorded_damage(struct recorded *r, struct rec_damage *d);

#endif
