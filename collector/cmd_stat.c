// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/commands.h"
#include "collector/host/vms.h"
#include "collector/list.h"
#include "collector/stat/privileges.h"
#include "collector/stat/run.h"

#define MIN_SECONDS 0.1
#define MAX_SECONDS 1e8
#define MAX_PID (1 << 22)
#define MAX_VCPU UINT16_MAX

struct options {
	struct stat_options stat;
	bool all;
	uint64_t pid;
	const char *vm;
};

enum { OPT_VM = 256, OPT_VCPU, OPT_BY, OPT_SORT, OPT_MIN_SHARE, OPT_JSON, OPT_CSV };

static const struct argp_option options[] = {
	{ 0, 0, 0, 0, "Whose exits:", 1 },
	{ "all", 'a', 0, 0, "all virtual machines' (the default)", 1 },
	{ "pid", 'p', "PID", 0, "the virtual machine's that this process runs", 1 },
	{ "vm", OPT_VM, "NAME", 0, "the one of that name: QEMU's -name, libvirt's domain", 1 },
	{ "vcpu", OPT_VCPU, "N", 0, "only this vCPU's of each", 1 },
	{ 0, 0, 0, 0, "For how long:", 2 },
	{ "interval", 'I', "SECONDS", 0, "print every so many seconds", 2 },
	{ "duration", 'd', "SECONDS", 0, "end after so many [when interrupted]", 2 },
	{ 0, 0, 0, 0, "What is printed:", 3 },
	{ "by", OPT_BY, "WHAT", 0, "apart by reason, vm or vcpu [reason]", 3 },
	{ "sort", OPT_SORT, "KEY", 0, "by this of the keys of --json [share]", 3 },
	{ "min-share", OPT_MIN_SHARE, "PERCENT", 0,
	  "one line for all with less of L0's exits than that [0]", 3 },
	{ "json", OPT_JSON, 0, 0, "a JSON object per line and interval (docs/json-stat.md)", 3 },
	{ "csv", OPT_CSV, 0, 0, "CSV, with the same keys", 3 },
	{ 0 },
};

/* A plain decimal number: no sign, no exponent, no "nan". */
static double take_number(struct argp_state *state, const char *option, const char *arg,
			  double min, double max)
{
	char *end;
	double value = strtod(arg, &end);

	if (!arg[0] || arg[strspn(arg, "0123456789.")] || *end || !(value >= min && value <= max))
		argp_error(state, "%s: '%s' is no number from %.10g to %.10g", option, arg, min,
			   max);
	return value;
}

static uint64_t take_count(struct argp_state *state, const char *option, const char *arg,
			   uint64_t min, uint64_t max)
{
	uint64_t value = 0;

	if (number_parse(arg, min, max, &value))
		argp_error(state, "%s: '%s' is no number from %llu to %llu", option, arg,
			   (unsigned long long)min, (unsigned long long)max);
	return value;
}

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

static void take_format(struct argp_state *state, struct options *o, enum stat_format format)
{
	if (o->stat.format != STAT_TEXT && o->stat.format != format)
		argp_error(state, "--json and --csv exclude each other");
	o->stat.format = format;
}

/* Where the command begins, our options end. */
static void take_command(struct argp_state *state, struct options *o)
{
	o->stat.command = state->argv + state->next - 1;
	state->next = state->argc;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'a':
		o->all = true;
		return 0;
	case 'p':
		o->pid = take_count(state, "-p", arg, 1, MAX_PID);
		return 0;
	case OPT_VM:
		o->vm = arg;
		return 0;
	case OPT_VCPU:
		o->stat.vcpu = take_count(state, "--vcpu", arg, 0, MAX_VCPU);
		return 0;
	case 'I':
		o->stat.interval = take_number(state, "-I", arg, MIN_SECONDS, MAX_SECONDS);
		return 0;
	case 'd':
		o->stat.duration = take_number(state, "-d", arg, MIN_SECONDS, MAX_SECONDS);
		return 0;
	case OPT_BY:
		o->stat.by = take_by(state, arg);
		return 0;
	case OPT_SORT:
		o->stat.sort = take_sort(state, arg);
		return 0;
	case OPT_MIN_SHARE:
		o->stat.min_share = take_number(state, "--min-share", arg, 0, 100);
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
	case ARGP_KEY_END:
		if (o->all + !!o->pid + !!o->vm > 1)
			argp_error(state, "-a, -p and --vm exclude each other");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[COMMAND [ARG...]]",
	.doc = "Counts L2's exits by reason, and what each made L1 exit to L0 for, while it runs; "
	       "with COMMAND until that has ended.\v"
	       "The last line says how many events were lost, and what the tracing cost. "
	       "docs/stat.md explains the columns.",
};

static int find_target(struct options *o)
{
	if (o->pid)
		return vm_by_pid(o->pid, &o->stat.tgid);
	return o->vm ? vm_by_name(o->vm, &o->stat.tgid) : 0;
}

int cmd_stat(int argc, char **argv)
{
	struct options o = { .stat = { .vcpu = NP_ANY_VCPU, .sort = stat_metric_find("share") } };
	int err;

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &o);
	err = privileges_check();
	if (!err)
		err = find_target(&o);
	if (!err)
		err = stat_run(&o.stat);
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
