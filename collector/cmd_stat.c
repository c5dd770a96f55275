// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/commands.h"
#include "collector/stat/privileges.h"
#include "collector/stat/run.h"

enum { OPT_BY = 256, OPT_SORT, OPT_MIN_SHARE, OPT_JSON, OPT_CSV };

static const struct argp_option options[] = {
	{ 0, 0, 0, 0, "What is printed:", 3 },
	{ "by", OPT_BY, "WHAT", 0, "apart by reason, vm or vcpu [reason]", 3 },
	{ "sort", OPT_SORT, "KEY", 0, "by this of the keys of --json [share]", 3 },
	{ "min-share", OPT_MIN_SHARE, "PERCENT", 0,
	  "one line for all with less of L0's exits than that [0]", 3 },
	{ "json", OPT_JSON, 0, 0, "a JSON object per line and interval (docs/json-stat.md)", 3 },
	{ "csv", OPT_CSV, 0, 0, "CSV, with the same keys", 3 },
	{ 0 },
};

static const struct argp_child children[] = { { &target_argp, 0, NULL, 0 }, { 0 } };

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

static void take_format(struct argp_state *state, struct stat_options *o, enum stat_format format)
{
	if (o->format != STAT_TEXT && o->format != format)
		argp_error(state, "--json and --csv exclude each other");
	o->format = format;
}

/* Where the command begins, our options end. */
static void take_command(struct argp_state *state, struct stat_options *o)
{
	o->command = state->argv + state->next - 1;
	state->next = state->argc;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct stat_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->target;
		return 0;
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
	case ARGP_KEY_ARG:
		take_command(state, o);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "[COMMAND [ARG...]]",
	.doc = "Counts L2's exits by reason, and what each made L1 exit to L0 for, while it runs; "
	       "with COMMAND until that has ended.\v"
	       "The last line says how many events were lost, and what the tracing cost. "
	       "docs/stat.md explains the columns.",
};

int cmd_stat(int argc, char **argv)
{
	struct stat_options o = { .target = TARGET_ALL, .sort = stat_metric_find("share") };
	int err;

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &o);
	err = privileges_check();
	if (!err)
		err = target_find(&o.target);
	if (!err)
		err = stat_run(&o);
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
