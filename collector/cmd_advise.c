// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/advise_report.h"
#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/out.h"
#include "collector/calibrate/publish.h"
#include "collector/commands.h"
#include "collector/result_file.h"
#include "collector/fields/recorded.h"
#include "workloads/runner/protocol.h"

#define DEFAULT_RESULT "results/latest"

struct options {
	const char *result, *calibration;
	bool force, json;
};

enum { OPT_CALIBRATION = 256, OPT_FORCE, OPT_JSON };

static const struct argp_option options[] = {
	{ "calibration", OPT_CALIBRATION, "FILE", 0,
	  "what accesses cost [" CALIBRATION_FILE " beside the result, or in the folder above]",
	  1 },
	{ "force", OPT_FORCE, 0, 0, "take it even when it is of another machine or kernel", 1 },
	{ "json", OPT_JSON, 0, 0, "a JSON object (docs/advise.md)", 2 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPT_CALIBRATION:
		o->calibration = arg;
		return 0;
	case OPT_FORCE:
		o->force = true;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one RESULT only");
		o->result = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp advise_argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[RESULT]",
	.doc = "Says what turning shadow VMCS on would change, and what KVM's shadowing other "
	       "fields would: from a result of 'nestprof ab' or 'nestprof lab' with --fields "
	       "[" DEFAULT_RESULT "], a folder or its result.json, and a calibration of the same "
	       "machine.\v"
	       "docs/advise.md explains the figures.",
};

/* How far what is no result would go. */
static int is_trace(const char *path)
{
	return fail(NP_EXIT_MISSING, -ENODATA, "%s is a recording or a trace, which does not say "
		    "how long a workload took untraced, as advise needs; 'nestprof report' says "
		    "how many VMREADs and VMWRITEs each exit of L2 took, 'nestprof fields' where "
		    "L1 executes them", path);
}

static int refuse(const char *path, const char *why)
{
	return fail(NP_EXIT_FAILED, -ESTALE,
		    "%s is not of this result's machine: %s; calibrate there, or take it with "
		    "--force", path, why);
}

static int print(const struct np_advice_report *r, bool json)
{
	return out_end(json ? out_text(np_advice_to_json(r)) : np_advice_print(r, stdout));
}

static int advise(const struct options *o, const char *path, const char *calibration,
		  const struct np_result *r, const struct np_calibration *c)
{
	struct np_advice_report *report = calloc(1, sizeof(*report));
	char why[200] = "";
	int err = report ? 0 : -ENOMEM;

	if (!err)
		err = np_advice_report(report, r, c, NP_WARM_UP, NP_RUN_HALTS, why, sizeof(why));
	if (err && why[0])
		fail(NP_EXIT_FAILED, err, "%s: %s", path, why);
	if (!err && report->stale[0] && !o->force)
		err = refuse(calibration, report->stale);
	if (!err)
		err = print(report, o->json);
	if (report)
		np_advice_report_free(report);
	free(report);
	return err;
}

int cmd_advise(int argc, char **argv)
{
	struct options o = { .result = DEFAULT_RESULT };
	char path[NP_PATH], beside[NP_PATH];
	struct np_calibration *c = NULL;
	struct np_result *r = NULL;
	int err;

	argp_parse(&advise_argp, argc, argv, 0, NULL, &o);
	err = result_file_path(o.result, path);
	if (!err)
		err = fields_is_recording(path) ? is_trace(path) : result_file_read(path, &r);
	if (!err && !o.calibration) {
		err = result_file_calibration(path, beside);
		o.calibration = beside;
	}
	if (!err)
		err = calibration_read(o.calibration, &c);
	if (!err)
		err = advise(&o, path, o.calibration, r, c);
	np_calibration_free(c);
	np_result_free(r);
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
