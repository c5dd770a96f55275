/* SPDX-License-Identifier: GPL-2.0-only */
/* .times and .cycles of a workload in result.json: there when they were asked for and had. */
#ifndef NESTPROF_RESULT_JSON_TIMES_H
#define NESTPROF_RESULT_JSON_TIMES_H

#include "analysis/result_json_reader.h"

/* Adds them to the workload's object; not 0: out of memory. */
int np_json_add_times(json_t *o, const struct np_workload_result *w);
int np_json_take_times(const struct np_json_reader *r, const json_t *o,
		       struct np_workload_result *w);

#endif
