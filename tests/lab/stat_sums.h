/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests/lab/stat.sh left in a folder: stat's intervals, summed up, beside ftrace's counts. */
#ifndef NESTPROF_STAT_SUMS_H
#define NESTPROF_STAT_SUMS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "analysis/exit_reason.h"
#include "collector/base/fsutil.h"
#include "collector/hist.h"

static const char *folder; /* where it all is */

static char *text_of(const char *name)
{
	char path[NP_PATH], *text;

	assert_int_equal(fs_path(path, "%s/%s", folder, name), 0);
	if (fs_read(path, &text, NULL))
		fail_msg("cannot read %s", path);
	return text;
}

struct sums {
	uint64_t exits[NP_REASONS]; /* kvm_exit */
	uint64_t nested[NP_REASONS]; /* of L2 */
	uint64_t slow[NP_REASONS], fast[NP_REASONS]; /* ... by path, where that was asked for */
	uint64_t given[NP_REASONS]; /* to L1 */
	uint64_t entries, lost, desyncs;
	uint64_t unfinished; /* a level: of the last interval in which anything happened */
	uint32_t intervals;
	uint64_t to_shadow; /* copies of vmcs12 */
	json_t *end;
};

static uint64_t count(const json_t *row, const char *key)
{
	return json_integer_value(json_object_get(row, key));
}

static uint32_t reason(const json_t *row, const char *key)
{
	int index = np_exit_reason_find(NP_ISA_VMX, json_string_value(json_object_get(row, key)));

	assert_true(index >= 0);
	return index;
}

static void add_interval(struct sums *sums, const json_t *o)
{
	const json_t *row;
	size_t i;

	sums->intervals++;
	sums->lost += count(o, "lost");
	if (json_array_size(json_object_get(o, "groups")))
		sums->unfinished = 0;
	json_array_foreach(json_object_get(o, "groups"), i, row) {
		sums->entries += count(row, "entries");
		sums->desyncs += count(row, "desyncs");
		sums->to_shadow += count(row, "to_shadow");
		sums->unfinished += count(row, "unfinished");
	}
	json_array_foreach(json_object_get(o, "exits"), i, row) {
		uint32_t r = reason(row, "reason");

		sums->exits[r] += count(row, "exits");
		if (!strcmp(json_string_value(json_object_get(row, "kind")), "L1 alone"))
			continue;
		sums->nested[r] += count(row, "exits");
		sums->slow[r] += count(row, "slow");
		sums->fast[r] += count(row, "fast");
		sums->given[r] += count(row, "to_l1") + count(row, "synthetic");
	}
	json_array_foreach(json_object_get(o, "causes"), i, row)
		sums->exits[reason(row, "cause")] += count(row, "exits");
}

__attribute__((unused))
static void read_intervals(struct sums *sums, const char *name)
{
	char *text = text_of(name), *save, *line;

	memset(sums, 0, sizeof(*sums));
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		json_error_t error;
		json_t *o = json_loads(line, 0, &error);
		const char *type = json_string_value(json_object_get(o, "type"));

		if (!type)
			fail_msg("%s: %s", name, error.text);
		if (!strcmp(type, "end"))
			sums->end = json_incref(o);
		else
			add_interval(sums, o);
		json_decref(o);
	}
	free(text);
}

/* Returns all that ftrace counted; `file`: which hist triggers. */
__attribute__((unused))
static uint64_t compare(const char *file, const char *event, const char *key,
			const uint64_t ours[NP_REASONS])
{
	char name[64], *text;
	struct hist h;
	uint32_t differ = 0;

	snprintf(name, sizeof(name), "%s.%s", file, event);
	text = text_of(name);
	assert_int_equal(hist_parse(&h, text, key, NP_ISA_VMX), 0);
	assert_int_equal(h.dropped, 0);
	free(text);
	for (uint32_t i = 0; ours && i < NP_REASONS; i++) {
		if (!h.count[i] && !ours[i])
			continue;
		printf("%-26s %-20s %8llu %s %-8llu\n", event, np_exit_reason_name(NP_ISA_VMX, i),
		       (unsigned long long)h.count[i], h.count[i] == ours[i] ? "==" : "!=",
		       (unsigned long long)ours[i]);
		differ += h.count[i] != ours[i];
	}
	assert_int_equal(differ, 0);
	return h.hits;
}

#endif
