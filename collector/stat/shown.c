// SPDX-License-Identifier: GPL-2.0-only
#include "collector/stat/shown.h"

#include <stdio.h>
#include <string.h>

#include "collector/stat/target.h"

enum { OPT_BY = 256, OPT_SORT, OPT_MIN_SHARE, OPT_JSON, OPT_CSV };

static const struct argp_option options[] = {
	{ 0, 0, 0, 0, "What is printed:", 4 },
	{ "by", OPT_BY, "WHAT", 0, "apart by reason, vm or vcpu [reason]", 4 },
	{ "sort", OPT_SORT, "KEY", 0, "by this of the keys of --json [share]", 4 },
	{ "min-share", OPT_MIN_SHARE, "PERCENT", 0,
	  "one line for all with less of L0's exits than that [0]", 4 },
	{ "json", OPT_JSON, 0, 0, "a JSON object per line and interval (docs/json-stat.md)", 4 },
	{ "csv", OPT_CSV, 0, 0, "CSV, with the same keys", 4 },
	{ 0 },
};

static enum stat_by take_by(struct argp_state *state, const char *arg)
{
	static const char *const names[] = {
		[STAT_BY_REASON] = "reason", [STAT_BY_VM] = "vm", [STAT_BY_VCPU] = "vcpu"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], arg))
			return i;
	argp_error(state, "--by: '%s' is none of reason, vm and vcpu", arg);
	return STAT_BY_REASON;
}

static const struct stat_metric *take_sort(struct argp_state *state, const char *arg)
{
	const struct stat_metric *m = stat_metric_find(arg);
	char keys[1024] = "";
	size_t n = 0;

	if (m)
		return m;
	for (uint32_t i = 0; i < stat_nr_metrics && n < sizeof(keys); i++)
		n += snprintf(keys + n, sizeof(keys) - n, " %s", stat_metrics[i].column.key);
	argp_error(state, "--sort: '%s' is none of%s", arg, keys);
	return NULL;
}

static void take_format(struct argp_state *state, struct shown *o, enum stat_format format)
{
	if (o->format != STAT_TEXT && o->format != format)
		argp_error(state, "--json and --csv exclude each other");
	o->format = format;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct shown *o = state->input;

	switch (key) {
	case OPT_BY:
		o->by = take_by(state, arg);
		return 0;
	case OPT_SORT:
		o->sort = take_sort(state, arg);
		return 0;
	case OPT_MIN_SHARE:
		o->min_share = target_number(state, "--min-share", arg, 0, 100);
		return 0;
	case OPT_JSON:
		take_format(state, o, STAT_JSON);
		return 0;
	case OPT_CSV:
		take_format(state, o, STAT_CSV);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp shown_argp = { .options = options, .parser = parse };

struct shown shown_default(void)
{
	return (struct shown){ .sort = stat_metric_find("share") };
}

struct stat_report shown_report(const struct shown *s)
{
	return (struct stat_report){ .out = stdout,
				     .notes = stderr,
				     .format = s->format,
				     .by = s->by,
				     .min_share = s->min_share,
				     .sort = s->sort };
}
