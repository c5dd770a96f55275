/* SPDX-License-Identifier: GPL-2.0-only */
/* What the readers of JSON files have in common, and result.json's two halves. */
#ifndef NESTPROF_RESULT_JSON_READER_H
#define NESTPROF_RESULT_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "analysis/result.h"

/* What a double, and so any reader of JSON, still holds exactly. */
#define NP_JSON_MAX_COUNT ((json_int_t)1 << 53)
#define NP_JSON_MAX_TICKS 1e12 /* three decimals of it are within 15 digits */

struct np_json_reader {
	char *why;
	size_t why_size;
	char at[64]; /* where the reader is: "arms[0].workloads[1]." */
};

/* Puts the place and what is wrong there into `why`; returns -EINVAL. */
int np_json_bad(const struct np_json_reader *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A member that must be there; else -EINVAL or NULL, and `why`. */
int np_json_text(const struct np_json_reader *r, const json_t *o, const char *key, char *out,
		 size_t size);
int np_json_flag(const struct np_json_reader *r, const json_t *o, const char *key, bool *out);
int np_json_count(const struct np_json_reader *r, const json_t *o, const char *key, uint64_t *out);
const json_t *np_json_object(const struct np_json_reader *r, const json_t *o, const char *key);
const json_t *np_json_array(const struct np_json_reader *r, const json_t *o, const char *key,
			    size_t max);

/* null stands for an empty text. */
int np_json_text_or_null(const struct np_json_reader *r, const json_t *o, const char *key,
			 char *out, size_t size);
/* The members of that name, "environment", "params": what the writers of json_write.h made. */
int np_json_take_environment(const struct np_json_reader *r, const json_t *o,
			     struct np_result *out);
int np_json_take_params(const struct np_json_reader *r, const json_t *o,
			struct np_arm_result *arm);
/* .samples of the object of that name */
int np_json_take_samples(const struct np_json_reader *r, const json_t *o, const char *key,
			 struct np_samples *out);
/* The text is no JSON at all: whatever is in it, `why` is one line that can be printed. */
int np_json_not(const struct np_json_reader *r, const json_error_t *e);

/* The account of a workload, or null in its place. */
int np_json_account(const struct np_json_reader *r, const json_t *o, struct np_workload_result *w);

/* Its accesses to VMCS fields, where it has some. */
int np_json_fields(const struct np_json_reader *r, const json_t *o, struct np_workload_result *w);

#endif
