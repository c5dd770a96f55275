// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>

#include "collector/base/fail.h"
#include "collector/commands.h"
#include "collector/stat/privileges.h"
#include "collector/stat/run.h"

static const struct argp_child children[] = { { &target_argp, 0, NULL, 0 },
					      { &shown_argp, 0, NULL, 0 },
					      { 0 } };

/* Where the command begins, our options end. */
static void take_command(struct argp_state *state, struct stat_options *o)
{
	o->command = state->argv + state->next - 1;
	state->next = state->argc;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct stat_options *o = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->target;
		state->child_inputs[1] = &o->shown;
		return 0;
	case ARGP_KEY_ARG:
		take_command(state, o);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp stat_argp = {
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
	struct stat_options o = { .target = TARGET_ALL, .shown = shown_default() };
	int err;

	argp_parse(&stat_argp, argc, argv, ARGP_IN_ORDER, NULL, &o);
	err = privileges_check();
	if (!err)
		err = target_find(&o.target);
	if (!err)
		err = stat_run(&o);
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
