// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/commands.h"
#include "collector/fields/recorded.h"
#include "collector/fields/run.h"
#include "collector/stat/privileges.h"

enum { OPT_BY = 256, OPT_JSON, OPT_CSV, OPT_FOLDED, OPT_KALLSYMS, OPT_MIN_SHARE };

static const struct argp_option options[] = {
	{ "interval", 'I', "SECONDS", 0, "print every so many seconds [at the end]", 2 },
	{ 0, 0, 0, 0, "What is printed:", 4 },
	{ "by", OPT_BY, "WHAT", 0, "apart by field, site (L1's instruction) or reason (L2's exit) "
	  "[field; site with --kallsyms]", 4 },
	{ "kallsyms", OPT_KALLSYMS, "FILE", 0, "a copy of L1's /proc/kallsyms: names its functions",
	  4 },
	{ "min-share", OPT_MIN_SHARE, "PERCENT", 0,
	  "one line for all with less of the accesses than that [0]", 4 },
	{ "json", OPT_JSON, 0, 0, "a JSON object (docs/fields.md)", 4 },
	{ "csv", OPT_CSV, 0, 0, "CSV, with the same keys", 4 },
	{ "folded", OPT_FOLDED, 0, 0, "stacks for flame graphs: L2's exit, instruction, field", 4 },
	{ 0 },
};

static const struct argp_child children[] = { { &whose_argp, 0, NULL, 0 }, { 0 } };

struct input {
	struct fields_options o;
	bool by_given;
};

static enum fields_by take_by(struct argp_state *state, const char *arg)
{
	static const char *const names[] = {
		[FIELDS_BY_FIELD] = "field", [FIELDS_BY_SITE] = "site",
		[FIELDS_BY_REASON] = "reason"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], arg))
			return i;
	argp_error(state, "--by: '%s' is none of field, site and reason", arg);
	return FIELDS_BY_FIELD;
}

static void take_format(struct argp_state *state, struct fields_options *o,
			enum fields_format format)
{
	if (o->format != FIELDS_TEXT && o->format != format)
		argp_error(state, "--json, --csv and --folded exclude each other");
	o->format = format;
}

/* Where the command begins, our options end. A recording is no command. */
static void take_command(struct argp_state *state, struct fields_options *o)
{
	o->command = state->argv + state->next - 1;
	if (state->next == state->argc && fields_is_recording(o->command[0]))
		o->recording = o->command[0];
	state->next = state->argc;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct input *in = state->input;
	struct fields_options *o = &in->o;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->target;
		return 0;
	case 'I':
		o->target.interval =
			target_number(state, "-I", arg, TARGET_MIN_SECONDS, TARGET_MAX_SECONDS);
		return 0;
	case OPT_BY:
		o->by = take_by(state, arg);
		in->by_given = true;
		return 0;
	case OPT_KALLSYMS:
		o->kallsyms = arg;
		return 0;
	case OPT_MIN_SHARE:
		o->min_share = target_number(state, "--min-share", arg, 0, 100);
		return 0;
	case OPT_JSON:
		take_format(state, o, FIELDS_JSON);
		return 0;
	case OPT_CSV:
		take_format(state, o, FIELDS_CSV);
		return 0;
	case OPT_FOLDED:
		take_format(state, o, FIELDS_FOLDED);
		return 0;
	case ARGP_KEY_ARG:
		take_command(state, o);
		return 0;
	case ARGP_KEY_END:
		if (o->target.interval && o->format == FIELDS_FOLDED)
			argp_error(state, "-I and --folded exclude each other");
		if (o->target.interval && o->recording)
			argp_error(state, "-I is for what happens now, not for a recording");
		if (o->kallsyms && !in->by_given)
			o->by = FIELDS_BY_SITE;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp fields_argp = {
	.parser = parse,
	.options = options,
	.children = children,
	.args_doc = "[FILE | COMMAND [ARG...]]",
	.doc = "Counts L1's VMREADs and VMWRITEs that exit to L0, by VMCS field, by L1's "
	       "instruction and by the exit of L2 that L1 handled; with COMMAND until that has "
	       "ended. Or those that 'nestprof record --fields' recorded in FILE.\v"
	       "docs/fields.md explains the columns, and how fields are told.",
};

static int run_live(struct fields_options *o)
{
	int err = privileges_check();

	if (!err)
		err = target_find(&o->target);
	return err ? err : fields_run(o);
}

int cmd_fields(int argc, char **argv)
{
	struct input in = { .o = { .target = TARGET_ALL } };
	int err;

	argp_parse(&fields_argp, argc, argv, ARGP_IN_ORDER, NULL, &in);
	err = in.o.recording ? fields_recorded(&in.o) : run_live(&in.o);
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
