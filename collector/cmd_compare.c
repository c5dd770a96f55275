// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare_formats.h"
#include "collector/base/fail.h"
#include "collector/base/out.h"
#include "collector/commands.h"
#include "collector/result_file.h"

struct options {
	const char *file[2];
	double threshold; /* a share, not percent */
	bool all;
	enum format { TEXT, JSON, MARKDOWN, GITHUB, JUNIT } format;
};

static const char *const formats[] = { [TEXT] = "text",
				       [JSON] = "json",
				       [MARKDOWN] = "markdown",
				       [GITHUB] = "github",
				       [JUNIT] = "junit" };

enum { OPT_THRESHOLD = 256, OPT_ALL, OPT_JSON, OPT_FORMAT };

static const struct argp_option options[] = {
	{ "threshold", OPT_THRESHOLD, "PERCENT", 0,
	  "exit with 15 only when something is worse by more than this [0]", 1 },
	{ "all", OPT_ALL, 0, 0, "print also what did not change", 1 },
	{ "json", OPT_JSON, 0, 0, "a JSON object (docs/compare.md)", 2 },
	{ "format", OPT_FORMAT, "FORMAT", 0,
	  "text, json, markdown, github (annotations of a workflow) or junit [text]", 2 },
	{ 0 },
};

static void take_threshold(struct options *o, const char *arg, struct argp_state *state)
{
	char *end;
	double percent;

	errno = 0;
	percent = strtod(arg, &end);
	if (end == arg || *end || errno || !(percent >= 0 && percent <= 1e6))
		argp_error(state, "--threshold: '%s' is no percentage from 0 on", arg);
	o->threshold = percent / 100;
}

static void take_format(struct options *o, const char *arg, struct argp_state *state)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (!strcmp(arg, formats[i])) {
			o->format = i;
			return;
		}
	argp_error(state, "--format: unknown '%s'; there are text, json, markdown, github and "
		   "junit", arg);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPT_THRESHOLD:
		take_threshold(o, arg, state);
		return 0;
	case OPT_ALL:
		o->all = true;
		return 0;
	case OPT_JSON:
		o->format = JSON;
		return 0;
	case OPT_FORMAT:
		take_format(o, arg, state);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num >= 2)
			argp_error(state, "two results only");
		o->file[state->arg_num] = arg;
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num < 2)
			argp_error(state, "two results are to be compared: OLD and NEW");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp compare_argp = {
	.options = options,
	.parser = parse,
	.args_doc = "OLD NEW",
	.doc = "Says of each workload and metric of two results of 'nestprof ab' or 'nestprof lab' "
	       "(folders, or their result.json) whether it got better or worse, or no difference "
	       "is proven. Exits with 15 when something got worse.\v"
	       "docs/compare.md says what is taken for proof.",
};

static int read_result(const char *given, struct np_result **out)
{
	char path[NP_PATH];
	int err = result_file_path(given, path);

	return err ? err : result_file_read(path, out);
}

static int print_as(const struct np_compare *c, const struct options *o)
{
	switch (o->format) {
	case JSON:
		return out_text(np_compare_to_json(c));
	case MARKDOWN:
		return np_compare_markdown(c, o->all, stdout);
	case GITHUB:
		return np_compare_github(c, o->threshold, stdout);
	case JUNIT:
		return np_compare_junit(c, o->threshold, stdout);
	default:
		return np_compare_print(c, o->all, stdout);
	}
}

static int print(const struct np_compare *c, const struct options *o)
{
	return out_end(print_as(c, o));
}

static int compare(const struct options *o, const struct np_result *old,
		   const struct np_result *new)
{
	static struct np_compare c;
	char why[1024] = "";
	uint32_t worse;
	int err = np_compare(&c, old, new, why, sizeof(why));

	if (err == -EINVAL)
		fail(NP_EXIT_FAILED, err, "%s and %s cannot be compared: %s", o->file[0],
		     o->file[1], why);
	if (!err)
		err = print(&c, o);
	worse = err ? 0 : np_compare_worse(&c, o->threshold);
	if (worse)
		err = fail(NP_EXIT_WORSE, -ERANGE, "%u figure%s got worse by more than %g %%",
			   worse, worse == 1 ? "" : "s", 100 * o->threshold);
	np_compare_free(&c);
	return err;
}

int cmd_compare(int argc, char **argv)
{
	struct options o = { .threshold = 0 };
	struct np_result *old = NULL, *new = NULL;
	int err;

	argp_parse(&compare_argp, argc, argv, 0, NULL, &o);
	err = read_result(o.file[0], &old);
	if (!err)
		err = read_result(o.file[1], &new);
	if (!err)
		err = compare(&o, old, new);
	np_result_free(old);
	np_result_free(new);
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
