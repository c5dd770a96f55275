// SPDX-License-Identifier: GPL-2.0-only
#include "collector/base/fail.h"
#include "collector/commands.h"
#include "collector/stat/privileges.h"
#include "collector/top/run.h"

#define INTERVAL_S 1.0

static error_t parse(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->input;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &target_argp, 0, NULL, 0 }, { 0 } };

const struct argp top_argp = {
	.parser = parse,
	.children = children,
	.doc = "Shows VMs, their vCPUs, the reasons for L2's exits, and what each of those made L1 "
	       "exit to L0 for, on this terminal while they run.\v"
	       "The interval is 1 second unless -I says another. Press ? for the keys, q to end. "
	       "docs/top.md explains the screen, docs/stat.md the columns.",
};

int cmd_top(int argc, char **argv)
{
	struct target t = TARGET_ALL;
	struct top_source *source = NULL;
	int err;

	t.interval = INTERVAL_S;
	argp_parse(&top_argp, argc, argv, 0, NULL, &t);
	err = top_check_terminal();
	if (!err)
		err = privileges_check();
	if (!err)
		err = target_find(&t);
	if (!err)
		err = top_source_live(&source, &t);
	if (!err)
		err = top_run(source, &(struct top_options){ t.interval, t.duration });
	if (source)
		source->close(source);
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
