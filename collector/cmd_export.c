// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line of export. The server is a program of its own (exporter/), so
 * that nothing else needs its libraries.
 */
#include <argp.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/commands.h"
#include "collector/export/options.h"
#include "collector/list.h"

enum { OPT_LISTEN = 1024, OPT_CERTIFICATE, OPT_KEY, OPT_AUTH, OPT_PLAIN, OPT_MAX_VMS,
       OPT_MAX_VCPUS, OPT_MAX_CLIENTS, OPT_KEEP, OPT_COUNTS_ONLY, OPT_RECORDING };

static const struct argp_option options[] = {
	{ "listen", OPT_LISTEN, "ADDRESS", 0,
	  "HOST:PORT, [HOST]:PORT or unix:PATH [" EXPORT_ADDRESS "]", 1 },
	{ "tls-certificate", OPT_CERTIFICATE, "FILE", 0, "PEM; with --tls-key: by HTTPS alone", 1 },
	{ "tls-key", OPT_KEY, "FILE", 0, "PEM, without a password", 1 },
	{ "auth", OPT_AUTH, "FILE", 0, "has a line user:password, which clients must give", 1 },
	{ "plain", OPT_PLAIN, 0, 0,
	  "let other hosts in without TLS or password, if --listen says so", 1 },
	{ "max-vms", OPT_MAX_VMS, "N", 0, "with series of their own; more are told together [256]",
	  2 },
	{ "max-vcpus", OPT_MAX_VCPUS, "N", 0,
	  "that can be counted at a time; events of more are lost [512]", 2 },
	{ "max-clients", OPT_MAX_CLIENTS, "N", 0, "connections at a time [16]", 2 },
	{ "keep", OPT_KEEP, "SECONDS", 0, "tell of a VM so long after it ended [300]", 2 },
	{ "counts-only", OPT_COUNTS_ONLY, 0, 0, "no times: costs the guests half as much", 2 },
	{ "recording", OPT_RECORDING, "FILE", OPTION_HIDDEN, 0, 2 },
	{ 0 },
};

static uint64_t take_number(struct argp_state *state, const char *name, const char *arg,
			    uint64_t max)
{
	uint64_t value = 0;

	if (number_parse(arg, 1, max, &value))
		argp_error(state, "--%s: '%s' is no number from 1 to %llu", name, arg,
			   (unsigned long long)max);
	return value;
}

static void check(struct argp_state *state, const struct export_options *o)
{
	if (!o->certificate != !o->key)
		argp_error(state, "--tls-certificate and --tls-key go together");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct export_options *o = state->input;

	switch (key) {
	case OPT_LISTEN:
		o->listen = arg;
		return 0;
	case OPT_CERTIFICATE:
		o->certificate = arg;
		return 0;
	case OPT_KEY:
		o->key = arg;
		return 0;
	case OPT_AUTH:
		o->auth = arg;
		return 0;
	case OPT_PLAIN:
		o->plain = true;
		return 0;
	case OPT_MAX_VMS:
		o->max_vms = take_number(state, "max-vms", arg, 4096);
		return 0;
	case OPT_MAX_VCPUS:
		o->max_vcpus = take_number(state, "max-vcpus", arg, NP_MANY_VCPUS);
		return 0;
	case OPT_MAX_CLIENTS:
		o->max_clients = take_number(state, "max-clients", arg, 1024);
		return 0;
	case OPT_KEEP:
		o->keep = target_number(state, "--keep", arg, 0, 1e6);
		return 0;
	case OPT_COUNTS_ONLY:
		o->target.counts_only = true;
		return 0;
	case OPT_RECORDING:
		o->recording = arg;
		return 0;
	case ARGP_KEY_END:
		check(state, o);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp export_argp = {
	.options = options,
	.parser = parse,
	.doc = "Counts exits of all virtual machines until it is ended, and serves them at "
	       "/metrics for Prometheus: counters by VM, reason of L2's exit and kind of L1's "
	       "exits, and histograms of round trips. Takes CAP_BPF and CAP_PERFMON.\v"
	       "docs/export.md has the metrics, alerts, a dashboard, and how to run it on many "
	       "hosts.",
};

int cmd_export(int argc, char **argv)
{
	struct export_options o = EXPORT_OPTIONS;
	char program[NP_PATH];
	int err;

	argp_parse(&export_argp, argc, argv, 0, NULL, &o);
	err = fs_data_path(program, "nestprof-exporter");
	if (!err) {
		execv(program, argv);
		err = -errno;
	}
	fail(NP_EXIT_MISSING, err, "cannot run %s: %s; export is in Debian's package "
	     "nestprof-exporter", program, strerror(-err));
	return NP_EXIT_MISSING;
}
