// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>

#include "collector/base/fail.h"
#include "collector/commands.h"
#include "collector/list.h"
#include "collector/record/others.h"
#include "collector/stat/privileges.h"

enum { OPT_FORCE = 256, OPT_BUFFER, OPT_FIELDS, OPT_PERF, OPT_TRACE_CMD };

struct asked {
	struct record_options record;
	enum record_with with;
};

static const struct argp_option options[] = {
	{ 0, 0, 0, 0, "Where to:", 4 },
	{ "output", 'o', "FILE", 0, "- is standard output [" RECORD_FILE "]", 4 },
	{ "fields", OPT_FIELDS, 0, 0,
	  "also which VMCS fields L1 accesses, for 'nestprof fields'", 3 },
	{ "force", OPT_FORCE, 0, 0, "replace a file that exists", 4 },
	{ "buffer", OPT_BUFFER, "MIB", 0, "memory for events that are not written yet [32]", 4 },
	{ 0, 0, 0, 0, "Where nestprof cannot be installed:", 5 },
	{ "perf", OPT_PERF, 0, 0,
	  "print the command of perf that records the same, as far as it can", 5 },
	{ "trace-cmd", OPT_TRACE_CMD, 0, 0, "the same of trace-cmd", 5 },
	{ 0 },
};

static const struct argp_child children[] = { { &target_argp, 0, NULL, 0 }, { 0 } };

/* Where the command begins, our options end. */
static void take_command(struct argp_state *state, struct record_options *o)
{
	o->command = state->argv + state->next - 1;
	state->next = state->argc;
}

static void take_buffer(struct argp_state *state, struct record_options *o, const char *arg)
{
	if (number_parse(arg, RECORD_MIN_BUFFER_MIB, RECORD_MAX_BUFFER_MIB, &o->buffer_mib))
		argp_error(state, "--buffer: '%s' is no number from %d to %d", arg,
			   RECORD_MIN_BUFFER_MIB, RECORD_MAX_BUFFER_MIB);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct asked *asked = state->input;
	struct record_options *o = &asked->record;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->target;
		return 0;
	case 'o':
		o->file = arg;
		return 0;
	case OPT_FIELDS:
		o->fields = true;
		return 0;
	case OPT_PERF:
		asked->with = RECORD_WITH_PERF;
		return 0;
	case OPT_TRACE_CMD:
		asked->with = RECORD_WITH_TRACE_CMD;
		return 0;
	case OPT_FORCE:
		o->force = true;
		return 0;
	case OPT_BUFFER:
		take_buffer(state, o, arg);
		return 0;
	case ARGP_KEY_ARG:
		take_command(state, o);
		return 0;
	case ARGP_KEY_END:
		if (o->target.interval)
			argp_error(state, "-I is an option of 'nestprof report'");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp record_argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "[COMMAND [ARG...]]",
	.doc = "Records each exit, entry and nested event of virtual machines, with its time, "
	       "while they run; with COMMAND until that has ended. 'nestprof report' prints "
	       "stat's tables from it.\v"
	       "docs/record.md tells more, docs/recording.md describes the file.",
};

static int record(struct record_options *o)
{
	int err = privileges_check();

	if (!err)
		err = target_find(&o->target);
	return err ? err : record_run(o);
}

int cmd_record(int argc, char **argv)
{
	struct asked asked = { .record = { .target = TARGET_ALL,
					   .file = RECORD_FILE,
					   .buffer_mib = RECORD_BUFFER_MIB } };
	int err;

	argp_parse(&record_argp, argc, argv, ARGP_IN_ORDER, NULL, &asked);
	err = asked.with ? others_print(&asked.record, asked.with) : record(&asked.record);
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
