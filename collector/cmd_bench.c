// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/out.h"
#include "collector/bench/run.h"
#include "collector/commands.h"
#include "collector/environment.h"
#include "collector/list.h"
#include "collector/workload.h"

#define DEFAULT_REPETITIONS 20
#define DEFAULT_TIMEOUT_S 10

struct options {
	struct bench_config what;
	bool json;
};

enum { OPT_WORKLOADS = 256, OPT_ITERATIONS, OPT_REPETITIONS, OPT_TIMEOUT, OPT_RUNNER, OPT_JSON };

static const struct argp_option options[] = {
	{ "workloads", OPT_WORKLOADS, "LIST", 0, "some of those in docs/workloads.md [all]", 1 },
	{ "iterations", OPT_ITERATIONS, "N", 0, "of a workload's loop [the manifest's]", 1 },
	{ "repetitions", OPT_REPETITIONS, "N", 0, "of each workload [20]", 1 },
	{ "timeout", OPT_TIMEOUT, "SECONDS", 0, "of each repetition [10]", 1 },
	{ "json", OPT_JSON, 0, 0, "a result.json, with what bench says (docs/bench.md)", 2 },
	{ "runner", OPT_RUNNER, "FILE", 0, "the workload runner [nestprof's own]", 3 },
	{ 0 },
};

static void take_workloads(struct bench_config *c, char *arg, struct argp_state *state)
{
	int n = list_split(arg, c->workloads, NP_MAX_WORKLOADS);

	if (n < 0)
		argp_error(state, "--workloads: an empty, repeated or excess name");
	c->nr_workloads = n;
	for (int i = 0; i < n; i++)
		if (!workload_find(c->workloads[i]))
			argp_error(state, "unknown workload '%s'", c->workloads[i]);
}

static void all_workloads(struct bench_config *c)
{
	for (uint32_t i = 0; workload_at(i) && i < NP_MAX_WORKLOADS; i++)
		if (workload_in_all(workload_at(i)))
			c->workloads[c->nr_workloads++] = workload_at(i)->name;
}

static uint64_t take_number(struct argp_state *state, const char *name, const char *arg,
			    uint64_t max)
{
	uint64_t n = 0;

	if (number_parse(arg, 1, max, &n))
		argp_error(state, "--%s: '%s' is no number from 1 to %llu", name, arg,
			   (unsigned long long)max);
	return n;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPT_WORKLOADS:
		take_workloads(&o->what, arg, state);
		return 0;
	case OPT_ITERATIONS:
		o->what.iterations = take_number(state, "iterations", arg, 100000000);
		return 0;
	case OPT_REPETITIONS:
		o->what.repetitions = take_number(state, "repetitions", arg, NP_MAX_SAMPLES);
		return 0;
	case OPT_TIMEOUT:
		o->what.timeout_s = take_number(state, "timeout", arg, 86400);
		return 0;
	case OPT_RUNNER:
		o->what.runner = arg;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp bench_argp = {
	.options = options,
	.parser = parse,
	.doc = "Measures how long exits take on whatever KVM this machine has, and says what "
	       "that suggests: bare metal, nested with or without VMCS shadowing, something "
	       "else. Traces nothing, changes nothing, and needs no more than /dev/kvm.\v"
	       "docs/bench.md explains the figures.",
};

static int find_runner(struct bench_config *c, char path[NP_PATH])
{
	int err = c->runner ? 0 : fs_data_path(path, "runner");

	if (err)
		return err;
	c->runner = c->runner ?: path;
	if (access(c->runner, X_OK) == 0)
		return 0;
	return fail(NP_EXIT_MISSING, -errno, "the workload runner %s: %s", c->runner,
		    strerror(errno));
}

static int print(const struct np_bench *b, bool json)
{
	return out_end(json ? out_text(np_bench_to_json(b)) : np_bench_print(b, stdout));
}

int cmd_bench(int argc, char **argv)
{
	struct options o = { .what = { .repetitions = DEFAULT_REPETITIONS,
				       .timeout_s = DEFAULT_TIMEOUT_S } };
	struct np_result *r = np_result_new();
	struct np_bench_machine machine;
	char runner[NP_PATH];
	struct np_bench b;
	int err = r ? 0 : -ENOMEM;

	argp_parse(&bench_argp, argc, argv, 0, NULL, &o);
	if (!o.what.nr_workloads)
		all_workloads(&o.what);
	if (!err)
		err = bench_machine(&machine);
	if (!err)
		err = find_runner(&o.what, runner);
	if (!err)
		err = environment_of_machine(r);
	if (!err)
		err = bench_run(&o.what, r);
	if (!err) {
		np_bench_judge(&b, r, &machine);
		err = print(&b, o.json);
	}
	np_result_free(r);
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
