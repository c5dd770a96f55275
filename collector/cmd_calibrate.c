// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/calibrate/publish.h"
#include "collector/calibrate/run.h"
#include "collector/commands.h"
#include "collector/environment.h"
#include "collector/host/ready.h"
#include "collector/host/vendor.h"
#include "collector/list.h"
#include "collector/publish.h"

#define MAX_REPETITIONS (NP_MAX_SAMPLES / 8) /* the round trip is measured more often */

struct options {
	const char *output, *micro, *qemu, *qemu_version;
	uint64_t iterations, repetitions;
	bool verbose;
};

enum { OPT_ITERATIONS = 256, OPT_REPETITIONS, OPT_QEMU, OPT_QEMU_VERSION, OPT_L1_KERNEL };

static const struct argp_option options[] = {
	{ "output", 'o', "DIR", 0, "where " CALIBRATION_FILE " goes [results]", 1 },
	{ "verbose", 'v', 0, 0, "show L1's console", 1 },
	{ "iterations", OPT_ITERATIONS, "N", 0, "exits of L2 for each point [1500]", 2 },
	{ "repetitions", OPT_REPETITIONS, "N", 0, "of each point [3]", 2 },
	{ "l1-kernel", OPT_L1_KERNEL, "FILE", 0, "the micro-hypervisor [nestprof's own]", 3 },
	{ "qemu", OPT_QEMU, "PROGRAM", 0, "L1's QEMU [" DEFAULT_QEMU "]", 3 },
	{ "qemu-version", OPT_QEMU_VERSION, "TEXT", OPTION_HIDDEN, 0, 3 },
	{ 0 },
};

static void take_number(struct argp_state *state, const char *name, const char *arg, uint64_t max,
			uint64_t *out)
{
	if (number_parse(arg, 1, max, out))
		argp_error(state, "--%s: '%s' is no number from 1 to %llu", name, arg,
			   (unsigned long long)max);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'o':
		o->output = arg;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	case OPT_ITERATIONS:
		take_number(state, "iterations", arg, 100000000, &o->iterations);
		return 0;
	case OPT_REPETITIONS:
		take_number(state, "repetitions", arg, MAX_REPETITIONS, &o->repetitions);
		return 0;
	case OPT_L1_KERNEL:
		o->micro = arg;
		return 0;
	case OPT_QEMU:
		o->qemu = arg;
		return 0;
	case OPT_QEMU_VERSION:
		o->qemu_version = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp calibrate_argp = {
	.options = options,
	.parser = parse,
	.doc = "Measures what L1's accesses to its VMCS cost on this host, and what keeping the "
	       "shadow VMCS does: for nestprof advise. Loads kvm_intel with shadow VMCS off and "
	       "on, and puts its parameters back. In the emulated CPU: nestprof lab --calibrate.",
};

static int run(const struct options *o, struct np_calibration *c)
{
	char micro[NP_PATH];
	struct calibrate_config config = {
		.iterations = o->iterations,
		.repetitions = o->repetitions,
		.l1 = { .qemu = o->qemu,
			.kernel = o->micro,
			.memory_mib = 256,
			.ready_timeout_s = 120,
			.run_timeout_s = 300,
			.verbose = o->verbose },
	};
	int err = 0;

	if (!o->micro) {
		err = fs_data_path(micro, "micro");
		config.l1.kernel = micro;
	}
	if (!err)
		err = environment_of_host(c->where, o->qemu, o->qemu_version);
	if (!err)
		err = calibrate_run(&config, c);
	return err ? err : calibration_publish(c, o->output);
}

/* What it measures is VMX's; on a host without either, doctor's words are better. */
static int check_vmx(void)
{
	if (kvm_vendor()->isa == NP_ISA_VMX)
		return 0;
	return fail(NP_EXIT_NO_VMX, -EOPNOTSUPP,
		    "calibrate measures accesses to a VMCS, and this CPU has SVM; use nestprof lab "
		    "--calibrate");
}

int cmd_calibrate(int argc, char **argv)
{
	struct options o = { .output = "results", .qemu = DEFAULT_QEMU, .iterations = 1500,
			     .repetitions = 3 };
	struct np_calibration *c = np_calibration_new();
	int err = c ? 0 : -ENOMEM;

	argp_parse(&calibrate_argp, argc, argv, 0, NULL, &o);
	if (!err)
		err = host_recover();
	if (!err)
		err = check_vmx();
	if (!err)
		err = host_check(o.qemu);
	if (!err)
		err = publish_check(o.output);
	if (!err)
		err = run(&o, c);
	np_calibration_free(c);
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
