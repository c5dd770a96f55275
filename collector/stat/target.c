// SPDX-License-Identifier: GPL-2.0-only
#include "collector/stat/target.h"

#include <stdlib.h>
#include <string.h>

#include "collector/host/vms.h"
#include "collector/list.h"

#define MAX_PID (1 << 22)
#define MAX_VCPU UINT16_MAX

#define MAX_PHASES_EVERY 1000000

enum { OPT_VM = 512, OPT_VCPU, OPT_COUNTS_ONLY, OPT_PHASES_EVERY, OPT_SHADOW_SYNC,
       OPT_FAST_PATH };

static const struct argp_option whose_options[] = {
	{ 0, 0, 0, 0, "Whose exits:", 1 },
	{ "all", 'a', 0, 0, "all virtual machines' (the default)", 1 },
	{ "pid", 'p', "PID", 0, "the virtual machine's that this process runs", 1 },
	{ "vm", OPT_VM, "NAME", 0, "the one of that name: QEMU's -name, libvirt's domain", 1 },
	{ "vcpu", OPT_VCPU, "N", 0, "only this vCPU's of each", 1 },
	{ 0, 0, 0, 0, "For how long:", 2 },
	{ "duration", 'd', "SECONDS", 0, "end after so many [when interrupted]", 2 },
	{ 0 },
};

static const struct argp_option options[] = {
	{ "interval", 'I', "SECONDS", 0, "a new table every so many seconds", 2 },
	{ 0, 0, 0, 0, "What is measured:", 3 },
	{ "counts-only", OPT_COUNTS_ONLY, 0, 0, "no times: costs the guests half as much", 3 },
	{ "shadow-sync", OPT_SHADOW_SYNC, 0, 0,
	  "also the copies between vmcs12 and the shadow VMCS; kvm_intel stays loaded", 3 },
	{ "fast-path", OPT_FAST_PATH, 0, 0,
	  "also which of L2's exits KVM deals with in its fast path: a hook more", 3 },
	{ "phases-every", OPT_PHASES_EVERY, "N", 0,
	  "the phases of one of so many round trips; 1 costs the most [16]", 3 },
	{ 0 },
};

double target_number(struct argp_state *state, const char *option, const char *arg, double min,
		     double max)
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

static error_t parse_whose(int key, char *arg, struct argp_state *state)
{
	struct target *t = state->input;

	switch (key) {
	case 'a':
		t->all = true;
		return 0;
	case 'p':
		t->pid = take_count(state, "-p", arg, 1, MAX_PID);
		return 0;
	case OPT_VM:
		t->vm = arg;
		return 0;
	case OPT_VCPU:
		t->vcpu = take_count(state, "--vcpu", arg, 0, MAX_VCPU);
		return 0;
	case 'd':
		t->duration = target_number(state, "-d", arg, TARGET_MIN_SECONDS,
					    TARGET_MAX_SECONDS);
		return 0;
	case ARGP_KEY_END:
		if (t->all + !!t->pid + !!t->vm > 1)
			argp_error(state, "-a, -p and --vm exclude each other");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp whose_argp = { .options = whose_options, .parser = parse_whose };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct target *t = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = t;
		return 0;
	case 'I':
		t->interval = target_number(state, "-I", arg, TARGET_MIN_SECONDS,
					    TARGET_MAX_SECONDS);
		return 0;
	case OPT_COUNTS_ONLY:
		t->counts_only = true;
		return 0;
	case OPT_SHADOW_SYNC:
		t->shadow_sync = true;
		return 0;
	case OPT_FAST_PATH:
		t->fast_path = true;
		return 0;
	case OPT_PHASES_EVERY:
		t->phases_every = take_count(state, "--phases-every", arg, 1, MAX_PHASES_EVERY);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &whose_argp, 0, NULL, 0 }, { 0 } };
const struct argp target_argp = { .options = options, .parser = parse, .children = children };

int target_find(struct target *t)
{
	if (t->pid)
		return vm_by_pid(t->pid, &t->tgid);
	return t->vm ? vm_by_name(t->vm, &t->tgid) : 0;
}
