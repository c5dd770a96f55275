// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/ab_part.h"
#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/commands.h"
#include "collector/host/facts.h"
#include "collector/lab/plan.h"
#include "collector/lab/runs.h"
#include "collector/list.h"
#include "collector/publish.h"

#define DEFAULT_MEMORY_MIB 1024
#define DEFAULT_WATCHDOG_S 240
#define DEFAULT_TIMEOUT_S 10 /* before the watchdog, on a machine that is not too slow */
#define DEFAULT_WATCHDOG_SLOW_S 900 /* nothing is said while a Linux runs as L2 */

enum { OPT_CPU_MODEL = 256, OPT_CPU, OPT_MEMORY, OPT_WATCHDOG, OPT_MACHINES, OPT_KEEP, OPT_UPDATE,
       OPT_NO_CHARTS,
       OPT_L0_KERNEL, OPT_L0_MODULES, OPT_L1_KERNEL, OPT_L1_MODULES, OPT_L0_COMMAND,
       OPT_CALIBRATE };

static const struct argp_option options[] = {
	{ "output", 'o', "DIR", 0, "where results go [results]", 1 },
	{ "no-charts", OPT_NO_CHARTS, 0, 0, "no charts, and no report.html", 1 },
	{ "verbose", 'v', 0, 0, "show the serial consoles", 1 },
	{ "calibrate", OPT_CALIBRATE, 0, 0,
	  "run 'nestprof calibrate' instead: calibration.json, for 'nestprof advise'", 1 },
	{ "l0-kernel", OPT_L0_KERNEL, "KERNEL", 0,
	  "bullseye, bookworm, bookworm-backports, sid, a version such as 6.12, a bzImage, a "
	  "vmlinux, or .deb files parted by commas [" KERNEL_DEFAULT "]; repeated: a run with "
	  "each, in one result", 2 },
	{ "l0-modules", OPT_L0_MODULES, "DIR", 0,
	  "modules of a bzImage or vmlinux [/lib/modules/RELEASE]", 2 },
	{ "l1-kernel", OPT_L1_KERNEL, "KERNEL", 0, "the same for L1 [" KERNEL_DEFAULT "]", 2 },
	{ "l1-modules", OPT_L1_MODULES, "DIR", 0, "the same for L1", 2 },
	{ "cpu", OPT_CPU, "VENDOR", 0,
	  "intel: VMX, emulated by Bochs; or amd: SVM, emulated by QEMU [intel]", 2 },
	{ "cpu-model", OPT_CPU_MODEL, "NAME", 0,
	  "the CPU that is emulated [intel: corei7_haswell_4770, and broadwell_ult and "
	  "corei7_skylake_x have VMCS shadowing too; amd: EPYC]; can be repeated likewise", 2 },
	{ "memory", OPT_MEMORY, "MIB", 0, "of each emulated machine [1024]", 2 },
	{ "machines", OPT_MACHINES, "N", 0, "at most so many side by side [2]", 2 },
	{ "watchdog", OPT_WATCHDOG, "SECONDS", 0,
	  "give up when a guest is silent so long [240; 900 where L2 is a Linux or has two vCPUs]",
	  2 },
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

static void take_cpu(struct lab_options *o, const char *arg, struct argp_state *state)
{
	if (!strcmp(arg, "intel"))
		o->isa = NP_ISA_VMX;
	else if (!strcmp(arg, "amd"))
		o->isa = NP_ISA_SVM;
	else
		argp_error(state, "--cpu: '%s' is neither intel nor amd", arg);
}

static void take_kernel(struct lab_options *o, const char *arg, struct argp_state *state)
{
	if (o->nr_l0 == LAB_MAX_VARIANTS)
		argp_error(state, "--l0-kernel: more than %d", LAB_MAX_VARIANTS);
	for (uint32_t i = 0; i < o->nr_l0; i++)
		if (!strcmp(o->l0[i].wanted, arg))
			argp_error(state, "--l0-kernel: %s comes twice", arg);
	o->l0[o->nr_l0++].wanted = arg;
}

static void take_cpu_model(struct lab_options *o, const char *arg, struct argp_state *state)
{
	if (o->nr_cpus == LAB_MAX_VARIANTS)
		argp_error(state, "--cpu-model: more than %d", LAB_MAX_VARIANTS);
	for (uint32_t i = 0; i < o->nr_cpus; i++)
		if (!strcmp(o->cpu_model[i], arg))
			argp_error(state, "--cpu-model: %s comes twice", arg);
	o->cpu_model[o->nr_cpus++] = arg;
}

/* What was not named, and what does not go together. */
static void complete(struct lab_options *o, struct argp_state *state)
{
	if (o->what.micro && (o->l1.wanted || o->l1.modules))
		argp_error(state, "--l1 micro has no kernel but itself, and no modules");
	if (o->nr_l0 > 1 && o->l0[0].modules)
		argp_error(state, "--l0-modules is for one --l0-kernel");
	if ((o->nr_l0 > 1 || o->nr_cpus > 1) && (o->calibrate || o->l0_command))
		argp_error(state, "one --l0-kernel and one --cpu-model at a time");
	if (o->nr_cpus > 1 && o->what.fields)
		argp_error(state, "--fields is for one --cpu-model");
	o->l1.wanted = o->l1.wanted ?: KERNEL_DEFAULT;
	o->what.timeout_s = o->what.timeout_s ?: DEFAULT_TIMEOUT_S;
	if (!o->nr_l0)
		o->l0[o->nr_l0++].wanted = KERNEL_DEFAULT;
	if (!o->watchdog_s)
		o->watchdog_s = selection_has_macro(&o->what) ||
				selection_has_second_cpu(&o->what) ? DEFAULT_WATCHDOG_SLOW_S
								   : DEFAULT_WATCHDOG_S;
	if (!o->nr_cpus)
		o->cpu_model[o->nr_cpus++] = emulator_of(o->isa)->default_cpu;
	for (uint32_t i = 0; i < o->nr_l0; i++)
		o->l0[i].isa = o->isa;
	o->l1.isa = o->isa;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct lab_options *o = state->input;

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
		take_kernel(o, arg, state);
		return 0;
	case OPT_L0_MODULES:
		o->l0[0].modules = arg;
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
		take_cpu_model(o, arg, state);
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
		complete(o, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &selection_argp, 0, "What to run:", 3 }, { 0 } };
const struct argp lab_argp = {
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

static int leave_out_distorted(struct selection *s, const struct emulator *e)
{
	for (uint32_t i = 0; i < sizeof(e->distorts) / sizeof(e->distorts[0]); i++) {
		const char *workload = e->distorts[i].workload;

		if (!workload || !selection_leave_out(s, workload))
			continue;
		if (!s->nr_workloads)
			return fail(NP_EXIT_USAGE, -EINVAL, "%s: nothing else to run: %s", workload,
				    e->distorts[i].why);
		log_note("%s is left out: %s", workload, e->distorts[i].why);
	}
	return 0;
}

/* What L0 will leave out. */
static int check_left_out(const struct lab_options *o)
{
	const struct selection *s = &o->what;
	struct ab_config *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return -ENOMEM;
	c->cpus = emulator_of(o->isa)->cpus;
	c->nr_arms = s->nr_arms;
	memcpy(c->arms, s->arms, sizeof(c->arms));
	c->nr_workloads = s->nr_workloads;
	memcpy(c->workloads, s->workloads, sizeof(c->workloads));
	err = ab_part_check(c);
	free(c);
	return err;
}

static int check_selection(struct lab_options *o)
{
	int err = selection_finish(&o->what, o->isa);

	for (uint32_t i = 0; !err && i < o->what.nr_arms; i++)
		err = check_arm(o->what.arms[i], emulator_of(o->isa));
	if (!err)
		err = leave_out_distorted(&o->what, emulator_of(o->isa));
	if (!err && !o->calibrate && !o->l0_command)
		err = check_left_out(o);
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

int cmd_lab(int argc, char **argv)
{
	struct lab_options o = { .output = "results", .isa = NP_ISA_VMX, .charts = true,
				 .memory_mib = DEFAULT_MEMORY_MIB, .machines = 2,
				 .l1 = { "--l1-kernel", NULL, NULL, 0 } };
	int err = 0;

	for (uint32_t i = 0; i < LAB_MAX_VARIANTS; i++)
		o.l0[i].option = "--l0-kernel";
	selection_init(&o.what);
	argp_parse(&lab_argp, argc, argv, 0, NULL, &o);
	for (uint32_t i = 0; !err && i < o.nr_cpus; i++)
		err = check_cpu_model(o.cpu_model[i]);
	if (!err)
		err = check_selection(&o);
	if (!err)
		err = check_prerequisites();
	if (!err)
		err = publish_check(o.output);
	if (!err)
		err = lab_runs(&o);
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
