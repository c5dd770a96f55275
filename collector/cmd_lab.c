// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/calibrate/publish.h"
#include "collector/commands.h"
#include "collector/host/facts.h"
#include "collector/lab/results.h"
#include "collector/lab/run.h"
#include "collector/list.h"
#include "collector/publish.h"
#include "collector/selection.h"
#include "collector/tracer.h"

#define DEFAULT_MEMORY_MIB 1024
#define DEFAULT_WATCHDOG_S 240

struct options {
	struct selection what;
	const char *output, *cpu_model, *l0_command;
	uint64_t memory_mib, watchdog_s, machines;
	struct lab_kernel_choice l0, l1;
	enum np_isa isa;
	bool charts, verbose, keep, update, calibrate;
};

enum { OPT_CPU_MODEL = 256, OPT_CPU, OPT_MEMORY, OPT_WATCHDOG, OPT_MACHINES, OPT_KEEP, OPT_UPDATE,
       OPT_NO_CHARTS,
       OPT_L0_KERNEL, OPT_L0_MODULES, OPT_L1_KERNEL, OPT_L1_MODULES, OPT_L0_COMMAND,
       OPT_CALIBRATE };

static const struct argp_option options[] = {
	{ "output", 'o', "DIR", 0, "where results go [results]", 1 },
	{ "no-charts", OPT_NO_CHARTS, 0, 0, "do not draw charts", 1 },
	{ "verbose", 'v', 0, 0, "show the serial consoles", 1 },
	{ "calibrate", OPT_CALIBRATE, 0, 0,
	  "run 'nestprof calibrate' instead: calibration.json, for 'nestprof advise'", 1 },
	{ "l0-kernel", OPT_L0_KERNEL, "KERNEL", 0,
	  "bullseye, bookworm, bookworm-backports, sid, a version such as 6.12, a bzImage, a "
	  "vmlinux, or .deb files parted by commas [" KERNEL_DEFAULT "]", 2 },
	{ "l0-modules", OPT_L0_MODULES, "DIR", 0,
	  "modules of a bzImage or vmlinux [/lib/modules/RELEASE]", 2 },
	{ "l1-kernel", OPT_L1_KERNEL, "KERNEL", 0, "the same for L1 [" KERNEL_DEFAULT "]", 2 },
	{ "l1-modules", OPT_L1_MODULES, "DIR", 0, "the same for L1", 2 },
	{ "cpu", OPT_CPU, "VENDOR", 0,
	  "intel: VMX, emulated by Bochs; or amd: SVM, emulated by QEMU [intel]", 2 },
	{ "cpu-model", OPT_CPU_MODEL, "NAME", 0,
	  "the CPU that is emulated [intel: corei7_haswell_4770, and broadwell_ult and "
	  "corei7_skylake_x have VMCS shadowing too; amd: EPYC]", 2 },
	{ "memory", OPT_MEMORY, "MIB", 0, "of each emulated machine [1024]", 2 },
	{ "machines", OPT_MACHINES, "N", 0, "at most so many side by side [2]", 2 },
	{ "watchdog", OPT_WATCHDOG, "SECONDS", 0,
	  "give up when a guest is silent so long [240]", 2 },
	{ "keep", OPT_KEEP, 0, 0, "leave the machines' folders", 2 },
	{ "update", OPT_UPDATE, 0, 0, "fetch the packages again: a newer kernel, QEMU, Bochs", 2 },
	{ "l0-command", OPT_L0_COMMAND, "FILE", OPTION_HIDDEN, 0, 2 },
	{ 0 },
};

static void take_number(struct argp_state *state, const char *name, const char *arg, uint64_t min,
			uint64_t max, uint64_t *out)
{
	if (number_parse(arg, min, max, out))
		argp_error(state, "--%s: '%s' is no number from %llu to %llu", name, arg,
			   (unsigned long long)min, (unsigned long long)max);
}

static void take_cpu(struct options *o, const char *arg, struct argp_state *state)
{
	if (!strcmp(arg, "intel"))
		o->isa = NP_ISA_VMX;
	else if (!strcmp(arg, "amd"))
		o->isa = NP_ISA_SVM;
	else
		argp_error(state, "--cpu: '%s' is neither intel nor amd", arg);
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
	case OPT_CALIBRATE:
		o->calibrate = o->what.micro = true;
		return 0;
	case OPT_L0_COMMAND:
		o->l0_command = arg;
		return 0;
	case OPT_L0_KERNEL:
		o->l0.wanted = arg;
		return 0;
	case OPT_L0_MODULES:
		o->l0.modules = arg;
		return 0;
	case OPT_L1_KERNEL:
		o->l1.wanted = arg;
		return 0;
	case OPT_L1_MODULES:
		o->l1.modules = arg;
		return 0;
	case OPT_CPU:
		take_cpu(o, arg, state);
		return 0;
	case OPT_CPU_MODEL:
		o->cpu_model = arg;
		return 0;
	case OPT_MEMORY:
		take_number(state, "memory", arg, 768, 3072, &o->memory_mib);
		return 0;
	case OPT_WATCHDOG:
		take_number(state, "watchdog", arg, 1, 86400, &o->watchdog_s);
		return 0;
	case OPT_MACHINES:
		take_number(state, "machines", arg, 1, LAB_MAX_MACHINES, &o->machines);
		return 0;
	case OPT_KEEP:
		o->keep = true;
		return 0;
	case OPT_UPDATE:
		o->update = true;
		return 0;
	case ARGP_KEY_END:
		if (o->what.micro && (o->l1.wanted || o->l1.modules))
			argp_error(state, "--l1 micro has no kernel but itself, and no modules");
		o->l1.wanted = o->l1.wanted ?: KERNEL_DEFAULT;
		o->cpu_model = o->cpu_model ?: emulator_of(o->isa)->default_cpu;
		o->l0.isa = o->l1.isa = o->isa;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &selection_argp, 0, "What to run:", 3 }, { 0 } };
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Runs `nestprof ab` inside an emulated CPU with VMX or SVM, on stock Debian kernels "
	       "and QEMU. A tick is an emulated instruction: the figures are the same on any "
	       "machine.",
	.children = children,
};

/* A word of a bochsrc, or of QEMU's -cpu: anything else could add lines, or features, to it. */
static int check_cpu_model(const char *name)
{
	size_t n = 0;

	while (isalnum((unsigned char)name[n]) || name[n] == '_' || name[n] == '-')
		n++;
	if (n && !name[n])
		return 0;
	return fail(NP_EXIT_USAGE, -EINVAL, "--cpu-model: '%s' is no name of a CPU", name);
}

/* Told at once, where it would otherwise be L0's kernel that does after its boot. */
static int check_arm(const struct ab_arm *arm, const struct emulator *e)
{
	for (uint32_t i = 0; i < arm->nr_params; i++)
		for (const char *const *p = e->lacks; *p; p++)
			if (!strcmp(arm->params[i].name, *p) && !strcmp(arm->params[i].value, "1"))
				return fail(NP_EXIT_USAGE, -EINVAL,
					    "arm %s: %s emulates no CPU with %s", arm->name,
					    e->name, *p);
	return 0;
}

static int check_selection(struct options *o)
{
	int err = selection_finish(&o->what, o->isa);

	for (uint32_t i = 0; !err && i < o->what.nr_arms; i++)
		err = check_arm(o->what.arms[i], emulator_of(o->isa));
	return err;
}

static int check_prerequisites(void)
{
	struct facts *f = calloc(1, sizeof(*f));
	const struct fact *first;
	int err = 0;

	if (!f)
		return -ENOMEM;
	facts_gather(f);
	if (!facts_allow(f, FOR_LAB, &first))
		err = fail(first->exit_code, -EPERM, "%s: %s%s%s", first->name, first->found,
			   first->remedy[0] ? "; " : "", first->remedy);
	free(f);
	return err;
}

/*
 * Which arms go to which machine. A nested arm takes the longest, so each has
 * a machine of its own where there are enough; a single-level arm is short and
 * goes to the last.
 */
static void assign_arms(const struct selection *s, uint32_t machines, struct lab_config *c)
{
	uint32_t nested = 0;

	for (uint32_t i = 0; i < s->nr_arms; i++)
		nested += s->arms[i]->nested;
	c->nr_machines = nested < machines ? nested : machines;
	if (c->nr_machines == 0)
		c->nr_machines = 1;
	nested = 0;
	for (uint32_t i = 0; i < s->nr_arms; i++) {
		uint32_t m = s->arms[i]->nested ? nested++ % c->nr_machines : c->nr_machines - 1;
		size_t n = strlen(c->name[m]);

		snprintf(c->name[m] + n, sizeof(c->name[m]) - n, "%s%s", n ? "," : "",
			 s->arms[i]->name);
	}
}

static int make_words(const struct options *o, struct lab_config *c)
{
	int err = 0;

	for (uint32_t m = 0; !err && m < c->nr_machines; m++) {
		char what[sizeof(c->words[m])];
		int n = 0;

		err = selection_to_words(&o->what, c->name[m], what, sizeof(what));
		if (!err)
			n = snprintf(c->words[m], sizeof(c->words[m]),
				     "ab %s --no-charts --l1-kernel %s --runner /usr/bin/runner"
				     " --qemu-version %s", what,
				     c->l1 ? "/boot/vmlinux --l1-initrd /boot/l1.cpio" :
					     "/boot/micro",
				     c->image->qemu_version);
		if (n >= (int)sizeof(c->words[m]))
			err = -E2BIG;
	}
	return err;
}

/* One machine, for both arms: kvm_intel is all that changes between them. */
static void make_calibration(struct lab_config *c)
{
	c->nr_machines = 1;
	snprintf(c->name[0], sizeof(c->name[0]), "calibrate");
	snprintf(c->words[0], sizeof(c->words[0]),
		 "calibrate --l1-kernel /boot/micro --qemu-version %s", c->image->qemu_version);
}

static int publish(const struct options *o, const struct lab_config *c, const struct lab_run *lab)
{
	struct np_calibration *calibration = NULL;
	struct np_result *result = NULL;
	int err;

	if (o->l0_command)
		return lab_results_bring(c, lab, o->output);
	if (o->calibrate) {
		err = lab_results_calibration(c, lab, &calibration);
		if (!err)
			err = calibration_publish(calibration, o->output);
		np_calibration_free(calibration);
		return err;
	}
	err = lab_results_collect(c, lab, &result);
	if (!err)
		err = lab_results_describe(result, c);
	if (!err)
		err = publish_result(result, o->output, o->charts);
	np_result_free(result);
	return err;
}

static int ensure_kernels(const struct options *o, const char *cache, const char *image_dir,
			  struct lab_kernel *l0, struct lab_kernel *l1)
{
	int err = lab_kernel_ensure(l0, cache, image_dir, &o->l0, o->update);

	if (err || o->what.micro)
		return err;
	return lab_kernel_ensure(l1, cache, image_dir, &o->l1,
				 o->update && strcmp(o->l0.wanted, o->l1.wanted));
}

/* Whether nestprof is compared with tools that the image must have. */
static bool wants_others(const struct selection *s)
{
	bool others = false;

	for (uint32_t i = 0; i < s->nr_tracers; i++)
		others |= tracer_find(s->tracers[i])->others;
	return others;
}

static unsigned wanted_parts(const struct options *o)
{
	return (wants_others(&o->what) ? IMAGE_TRACERS : 0) |
	       (emulator_of(o->isa) == &emulator_qemu ? IMAGE_QEMU : 0);
}

static int run(const struct options *o)
{
	struct lab_kernel l0, l1;
	struct lab_config *c = calloc(1, sizeof(*c));
	struct lab_run *lab = NULL;
	struct lab_image image;
	char cache[NP_PATH];
	int err = c ? lab_cache_dir(cache) : -ENOMEM;

	if (!err)
		err = lab_image_ensure(&image, cache, wanted_parts(o), o->update);
	if (!err)
		err = ensure_kernels(o, cache, image.dir, &l0, &l1);
	if (!err) {
		*c = (struct lab_config){ .image = &image,
					  .l0 = &l0,
					  .l1 = o->what.micro ? NULL : &l1,
					  .cache = cache,
					  .emulator = emulator_of(o->isa),
					  .cpu_model = o->cpu_model,
					  .memory_mib = o->memory_mib,
					  .silence_s = o->watchdog_s,
					  .verbose = o->verbose,
					  .l0_command = o->l0_command,
					  .keep = o->keep };
		assign_arms(&o->what, o->machines, c);
		err = make_words(o, c);
		if (!err && o->calibrate)
			make_calibration(c);
	}
	if (!err)
		err = lab_run(&lab, c);
	if (!err)
		err = publish(o, c, lab);
	lab_run_free(lab);
	free(c);
	return err;
}

int cmd_lab(int argc, char **argv)
{
	struct options o = { .output = "results", .isa = NP_ISA_VMX, .charts = true,
			     .memory_mib = DEFAULT_MEMORY_MIB, .watchdog_s = DEFAULT_WATCHDOG_S,
			     .machines = 2,
			     .l0 = { "--l0-kernel", KERNEL_DEFAULT, NULL, 0 },
			     .l1 = { "--l1-kernel", NULL, NULL, 0 } };
	int err;

	selection_init(&o.what);
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	err = check_cpu_model(o.cpu_model);
	if (!err)
		err = check_selection(&o);
	if (!err)
		err = check_prerequisites();
	if (!err)
		err = publish_check(o.output);
	if (!err)
		err = run(&o);
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
