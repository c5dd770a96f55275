// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/commands.h"
#include "collector/convert/run.h"

enum { OPT_FORCE = 256 };

static const struct argp_option options[] = {
	{ "to", 't', "FORMAT", 0,
	  "recording (nestprof's own), json (a line for each event), csv, or timeline (for "
	  "Perfetto and Chrome) [recording]", 1 },
	{ "output", 'o', "FILE", 0, "- is standard output [-]", 1 },
	{ "force", OPT_FORCE, 0, 0, "replace a file that exists", 1 },
	{ 0 },
};

static void take_format(struct argp_state *state, struct convert_options *o, const char *arg)
{
	static const char *const names[] = { [CONVERT_RECORDING] = "recording",
					     [CONVERT_JSON] = "json", [CONVERT_CSV] = "csv",
					     [CONVERT_TIMELINE] = "timeline" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(arg, names[i])) {
			o->to = i;
			return;
		}
	argp_error(state, "--to: '%s' is none of recording, json, csv and timeline", arg);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct convert_options *o = state->input;

	switch (key) {
	case 't':
		take_format(state, o, arg);
		return 0;
	case 'o':
		o->output = arg;
		return 0;
	case OPT_FORCE:
		o->force = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one FILE only");
		o->file = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which FILE?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp convert_argp = {
	.options = options,
	.parser = parse,
	.args_doc = "FILE",
	.doc = "Writes the events of FILE in another format: a recording of nestprof's, perf's "
	       "(perf.data) or trace-cmd's (trace.dat); - reads standard input.\v"
	       "docs/import.md tells more.",
};

int cmd_convert(int argc, char **argv)
{
	struct convert_options o = { .output = "-" };
	int err;

	argp_parse(&convert_argp, argc, argv, 0, NULL, &o);
	err = convert_run(&o);
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
