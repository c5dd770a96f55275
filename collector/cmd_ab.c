// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "analysis/result_print.h"
#include "collector/ab.h"
#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/log.h"
#include "collector/base/proc.h"
#include "collector/base/workdir.h"
#include "collector/commands.h"
#include "collector/environment.h"
#include "collector/host/noise.h"
#include "collector/host/ready.h"
#include "collector/host/vendor.h"
#include "collector/l1_image.h"
#include "collector/l2_files.h"
#include "collector/lab/cpio.h"
#include "collector/list.h"
#include "collector/publish.h"
#include "collector/selection.h"

#define DEFAULT_PASSES 8
#define DEFAULT_TIMEOUT_S 300

struct options {
	struct selection what;
	const char *output;
	const char *l1_kernel, *l1_initrd, *l1_modules, *l2_kernel, *l2_initrd;
	const char *qemu, *qemu_version, *runner, *guest;
	uint64_t memory_mib, cpu, l2_timeout_s; /* no memory: not said */
	bool pinned, charts, verbose, recover;
};

enum { OPT_L1_KERNEL = 256, OPT_L1_INITRD, OPT_L1_MODULES, OPT_L1_MEMORY, OPT_QEMU,
       OPT_QEMU_VERSION, OPT_RUNNER, OPT_NO_CHARTS, OPT_RECOVER, OPT_PIN, OPT_L2_KERNEL,
       OPT_L2_INITRD, OPT_L2_TIMEOUT };

static const struct argp_option options[] = {
	{ "output", 'o', "DIR", 0, "where results go [results]", 1 },
	{ "no-charts", OPT_NO_CHARTS, 0, 0, "no charts, and no report.html", 1 },
	{ "verbose", 'v', 0, 0, "show L1's console", 1 },
	{ "recover", OPT_RECOVER, 0, 0,
	  "only put back what a killed run left (any run does that first)", 1 },
	{ "pin", OPT_PIN, "CPU", 0, "run L1, and the arm single, on this CPU alone", 1 },
	{ "l1-kernel", OPT_L1_KERNEL, "FILE", 0,
	  "L1's kernel [/boot/vmlinuz-RELEASE; with --l1 micro, nestprof's own]", 2 },
	{ "l1-modules", OPT_L1_MODULES, "DIR", 0,
	  "its modules, for L1's initramfs [/lib/modules/RELEASE]", 2 },
	{ "l1-initrd", OPT_L1_INITRD, "FILE", 0, "an initramfs made before, instead", 2 },
	{ "l1-memory", OPT_L1_MEMORY, "MIB", 0,
	  "L1's memory [256; 512 where L2 is a Linux]", 2 },
	{ "l2-timeout", OPT_L2_TIMEOUT, "SECONDS", 0,
	  "give up a Linux as L2 that has not done its work by then [120]", 2 },
	{ "l2-kernel", OPT_L2_KERNEL, "FILE", OPTION_HIDDEN, 0, 2 }, /* lab: with --l1-initrd */
	{ "l2-initrd", OPT_L2_INITRD, "FILE", OPTION_HIDDEN, 0, 2 },
	{ "qemu", OPT_QEMU, "PROGRAM", 0, "L1's QEMU [" DEFAULT_QEMU "]", 2 },
	{ "runner", OPT_RUNNER, "FILE", 0, "the workload runner [nestprof's own]", 2 },
	{ "qemu-version", OPT_QEMU_VERSION, "TEXT", OPTION_HIDDEN, 0, 2 },
	{ 0 },
};

/* As many as there is room for; in the lab one, for each would be the same. */
static void complete_passes(struct options *o)
{
	uint32_t room = NP_MAX_SAMPLES / o->what.repetitions;

	if (!o->what.passes)
		o->what.passes = o->qemu_version ? 1 : room < DEFAULT_PASSES ? room
									     : DEFAULT_PASSES;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->what;
		return 0;
	case 'o':
		o->output = arg;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	case OPT_NO_CHARTS:
		o->charts = false;
		return 0;
	case OPT_RECOVER:
		o->recover = true;
		return 0;
	case OPT_L1_KERNEL:
		o->l1_kernel = arg;
		return 0;
	case OPT_L1_MODULES:
		o->l1_modules = arg;
		return 0;
	case OPT_L1_INITRD:
		o->l1_initrd = arg;
		return 0;
	case OPT_L1_MEMORY:
		if (number_parse(arg, 64, 1u << 20, &o->memory_mib))
			argp_error(state, "--l1-memory: '%s' is no number of MiB from 64 on", arg);
		return 0;
	case OPT_L2_KERNEL:
		o->l2_kernel = arg;
		return 0;
	case OPT_L2_INITRD:
		o->l2_initrd = arg;
		return 0;
	case OPT_L2_TIMEOUT:
		if (number_parse(arg, 1, 86400, &o->l2_timeout_s))
			argp_error(state, "--l2-timeout: '%s' is no number from 1 to 86400", arg);
		return 0;
	case OPT_PIN:
		if (number_parse(arg, 0, CPU_SETSIZE - 1, &o->cpu))
			argp_error(state, "--pin: '%s' is no CPU's number", arg);
		o->pinned = true;
		return 0;
	case OPT_QEMU:
		o->qemu = arg;
		return 0;
	case OPT_QEMU_VERSION:
		o->qemu_version = arg;
		return 0;
	case OPT_RUNNER:
		o->runner = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->what.micro && (o->l1_modules || o->l1_initrd))
			argp_error(state, "--l1 micro has no modules, and no initramfs");
		if (o->l1_initrd && !o->l2_initrd && selection_has_macro(&o->what))
			argp_error(state, "--l1-initrd holds no Linux to be L2");
		complete_passes(o);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &selection_argp, 0, "What to run:", 3 }, { 0 } };
const struct argp ab_argp = {
	.options = options,
	.parser = parse,
	.doc = "Runs workloads in L2, with shadow VMCS (on AMD: virtual GIF) off and on, and as a "
	       "plain guest of L0; counts the exits they cause with BPF; puts the parameters of "
	       "KVM's module back.",
	.children = children,
};

/* What is not given: this host's own kernel and modules, the runner beside us. */
struct defaults {
	char kernel[NP_PATH], modules[NP_PATH], runner[NP_PATH], initrd[NP_PATH], work[NP_PATH];
	char l2_kernel[NP_PATH], l2_initrd[NP_PATH], guest[NP_PATH];
};

static int need_readable(const char *what, const char *path)
{
	if (access(path, R_OK) == 0)
		return 0;
	return fail(NP_EXIT_MISSING, -errno, "%s %s: %s", what, path, strerror(errno));
}

/* It is its own kernel, and has no modules. */
static int prepare_micro(struct options *o, struct defaults *d)
{
	int err = 0;

	if (!o->l1_kernel) {
		err = fs_data_path(d->kernel, "micro");
		o->l1_kernel = d->kernel;
	}
	return err ? err : need_readable("the micro-hypervisor", o->l1_kernel);
}

/* L2's kernel is L1's. Both its files are for the arm "single", and in L1's initramfs. */
static int prepare_l2(struct options *o, struct defaults *d)
{
	char files[NP_PATH], archive[NP_PATH];
	int err = fs_path(files, "%s/files", d->work);

	log_phase("make L2's files");
	if (!err)
		err = fs_path(d->l2_kernel, "%s" NP_L2_KERNEL, files);
	if (!err)
		err = fs_path(d->l2_initrd, "%s" NP_L2_INITRD, files);
	if (!err)
		err = l2_files_write(o->l1_kernel, o->l1_modules, d->l2_kernel, d->l2_initrd);
	if (!err)
		err = fs_path(archive, "%s/files.cpio", d->work);
	if (!err)
		err = cpio_pack(files, archive);
	if (!err)
		err = l1_image_append(d->initrd, archive);
	o->l2_kernel = d->l2_kernel;
	o->l2_initrd = d->l2_initrd;
	return err;
}

static int prepare_linux(struct options *o, struct defaults *d)
{
	struct utsname u;
	int err = 0;

	uname(&u);
	if (!o->l1_kernel) {
		err = fs_path(d->kernel, "/boot/vmlinuz-%s", u.release);
		o->l1_kernel = d->kernel;
	}
	if (!err && !o->l1_modules) {
		err = fs_path(d->modules, "/lib/modules/%s", u.release);
		o->l1_modules = d->modules;
	}
	if (!err)
		err = need_readable("L1's kernel", o->l1_kernel);
	if (!err && o->l1_initrd)
		return need_readable("L1's initramfs", o->l1_initrd);
	if (!err)
		err = workdir_make(d->work, "/var/tmp", "nestprof-ab");
	if (!err)
		err = fs_path(d->initrd, "%s/l1.cpio", d->work);
	if (!err) {
		log_phase("make L1's initramfs");
		err = l1_image_build(o->runner, o->l1_modules, NULL, d->initrd);
		o->l1_initrd = d->initrd;
	}
	if (!err && selection_has_macro(&o->what))
		err = prepare_l2(o, d);
	return err;
}

static int prepare_l1(struct options *o, struct defaults *d)
{
	int err = 0;

	if (!o->runner) {
		err = fs_data_path(d->runner, "runner");
		o->runner = d->runner;
	}
	if (!err)
		err = need_readable("the workload runner", o->runner);
	if (!err && selection_has_macro(&o->what)) {
		err = fs_data_path(d->guest, "guest");
		o->guest = d->guest;
	}
	if (!err)
		err = o->what.micro ? prepare_micro(o, d) : prepare_linux(o, d);
	return err;
}

static int warn_of_noise(const struct options *o, struct np_result *r)
{
	char names[128];
	int err;

	noise_warn(o->pinned, names, sizeof(names));
	err = np_result_set_env(r, "noise", "%s", names);
	if (!err && o->pinned)
		err = np_result_set_env(r, "pinned_to", "CPU %llu", (unsigned long long)o->cpu);
	return err;
}

static uint32_t cpus_for_l1(const struct options *o)
{
	cpu_set_t ours;

	return o->pinned || sched_getaffinity(0, sizeof(ours), &ours) ? 1 : CPU_COUNT(&ours);
}

static int run(struct options *o, struct np_result *r)
{
	struct ab_config c = {
		.nr_arms = o->what.nr_arms,
		.nr_workloads = o->what.nr_workloads,
		.iterations = o->what.iterations,
		.emulated = o->qemu_version != NULL,
		.cpus = cpus_for_l1(o),
		.repetitions = o->what.repetitions,
		.passes = o->what.passes,
		.precision = o->what.precision,
		.verify = o->what.verify,
		.fields = o->what.fields,
		.times = o->what.turtles,
		.nr_tracers = o->what.nr_tracers,
		.l1 = {
			.qemu = o->qemu,
			.kernel = o->l1_kernel,
			.initrd = o->l1_initrd,
			.runner = o->runner,
			.l2_kernel = o->l2_kernel,
			.l2_initrd = o->l2_initrd,
			.guest = o->guest,
			.l2_timeout_s = o->l2_timeout_s,
			.memory_mib = o->memory_mib ?: selection_has_macro(&o->what) ? 512 : 256,
			.ready_timeout_s = 120,
			.run_timeout_s = o->what.timeout_s ?: DEFAULT_TIMEOUT_S,
			.verbose = o->verbose,
			.pinned = o->pinned,
			.cpu = o->cpu,
		},
		.micro = o->what.micro,
		.l1_sequence = o->what.l1_sequence,
	};

	memcpy(c.arms, o->what.arms, sizeof(c.arms));
	memcpy(c.workloads, o->what.workloads, sizeof(c.workloads));
	memcpy(c.tracers, o->what.tracers, sizeof(c.tracers));
	return ab_run(&c, r);
}

int cmd_ab(int argc, char **argv)
{
	struct options o = { .output = "results", .qemu = DEFAULT_QEMU, .l2_timeout_s = 120,
			     .charts = true };
	struct np_result *r = np_result_new();
	struct defaults d = { .work = "" };
	int err = r ? 0 : -ENOMEM;

	selection_init(&o.what);
	argp_parse(&ab_argp, argc, argv, 0, NULL, &o);
	if (!err)
		err = selection_finish(&o.what, kvm_vendor()->isa);
	if (!err)
		err = host_recover();
	if (!err && !o.recover)
		err = host_check(o.qemu);
	if (!err)
		err = publish_check(o.output);
	if (err || o.recover)
		goto out;
	err = prepare_l1(&o, &d);
	if (!err)
		err = environment_of_host(r, o.qemu, o.qemu_version);
	if (!err && !o.qemu_version) /* the lab says what it runs on itself */
		err = warn_of_noise(&o, r);
	if (!err)
		err = run(&o, r);
	if (d.work[0])
		fs_remove(d.work);
	if (!err)
		err = publish_result(r, o.output, o.charts);
	if (o.what.turtles)
		err = publish_turtles(r, o.what.uarch, err);
out:
	np_result_free(r);
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
