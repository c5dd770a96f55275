// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/runs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/result_variant.h"
#include "collector/base/fail.h"
#include "collector/calibrate/publish.h"
#include "collector/lab/plan.h"
#include "collector/lab/results.h"
#include "collector/publish.h"
#include "collector/tracer.h"

/* The machines that all runs of a command have in common, and what came of them so far. */
struct lab {
	const struct lab_options *o;
	char cache[NP_PATH];
	struct lab_image image;
	struct lab_kernel l0[LAB_MAX_VARIANTS], l1;
	struct np_result *result;
};

/* One of several runs: its arms get its name. */
static int add_variant(struct lab *l, struct np_result *part, const char *variant)
{
	const char *differs = NULL;
	int err = variant[0] ? np_result_make_variant(part, variant) : 0;

	if (err || !l->result) {
		l->result = err ? l->result : part;
		return err;
	}
	err = np_result_merge(l->result, part, &differs);
	if (err)
		fail(NP_EXIT_FAILED, err, "the results of %s do not fit the others: %s", variant,
		     differs ?: "they are too many");
	else
		np_result_free(part);
	return err;
}

static int take_result(const struct lab_config *c, const struct lab_run *run,
		       struct np_result **result)
{
	struct np_result *round = NULL;
	const char *differs = NULL;
	int err = lab_results_collect(c, run, &round);

	if (!err)
		err = lab_results_describe(round, c);
	if (err || !*result) {
		*result = err ? *result : round;
		if (err)
			np_result_free(round);
		return err;
	}
	err = np_result_join(*result, round, &differs);
	np_result_free(round);
	return err ? fail(NP_EXIT_FAILED, err, "the results with one CPU and with two do not fit: "
			  "%s", differs ?: "a workload came twice") : 0;
}

static int take_calibration(const struct lab_options *o, const struct lab_config *c,
			    const struct lab_run *run)
{
	struct np_calibration *calibration = NULL;
	int err = lab_results_calibration(c, run, &calibration);

	if (!err)
		err = calibration_publish(calibration, o->output);
	np_calibration_free(calibration);
	return err;
}

static int take(struct lab *l, const struct lab_config *c, const struct lab_run *run,
		struct np_result **result)
{
	if (l->o->l0_command)
		return lab_results_bring(c, run, l->o->output);
	if (l->o->calibrate)
		return take_calibration(l->o, c, run);
	return take_result(c, run, result);
}

/* The machines of one round; what they measured is added to *result. */
static int run_round(struct lab *l, struct lab_config *c, const struct selection *what,
		     const char *variant, struct np_result **result)
{
	const struct lab_options *o = l->o;
	struct lab_run *run = NULL;
	int err = lab_plan_ab(c, what, o->machines, variant);

	if (!err && o->calibrate)
		lab_plan_calibration(c);
	if (!err)
		err = lab_run(&run, c);
	if (!err)
		err = take(l, c, run, result);
	lab_run_free(run);
	return err;
}

static bool has_rounds(const struct lab_options *o)
{
	return !o->calibrate && !o->l0_command;
}

static int run_rounds(struct lab *l, struct lab_config *c, const char *variant)
{
	struct np_result *result = NULL;
	struct selection round;
	int err = 0;

	for (c->cpus = 1; !err && c->cpus <= LAB_ROUNDS; c->cpus++)
		if (lab_plan_round(&l->o->what, c->cpus, &round)) {
			c->linux_l2 = selection_has_macro(&round);
			err = run_round(l, c, &round, variant, &result);
			if (!has_rounds(l->o))
				break;
		}
	if (!err && result)
		err = add_variant(l, result, variant);
	if (err && result != l->result)
		np_result_free(result);
	return err;
}

static int run_variant(struct lab *l, const struct lab_kernel *l0, const char *cpu_model,
		       const char *variant)
{
	const struct lab_options *o = l->o;
	struct lab_config *c = calloc(1, sizeof(*c));
	int err = c ? 0 : -ENOMEM;

	if (err)
		return err;
	*c = (struct lab_config){ .image = &l->image,
				  .l0 = l0,
				  .l1 = o->what.micro ? NULL : &l->l1,
				  .cache = l->cache,
				  .emulator = emulator_of(o->isa),
				  .cpu_model = cpu_model,
				  .memory_mib = o->memory_mib,
				  .silence_s = o->watchdog_s,
				  .verbose = o->verbose,
				  .l0_command = o->l0_command,
				  .keep = o->keep };
	err = run_rounds(l, c, variant);
	free(c);
	return err;
}

/* A kernel is named as the user did, if not by a file. */
static void name_variant(const struct lab *l, uint32_t kernel, uint32_t cpu, char name[LAB_VARIANT])
{
	const struct lab_options *o = l->o;
	const char *wanted = o->l0[kernel].wanted;

	lab_plan_variant(name, o->nr_l0 == 1 ? NULL : strchr(wanted, '/') ? l->l0[kernel].release
									  : wanted,
			 o->nr_cpus == 1 ? NULL : o->cpu_model[cpu]);
}

/* All before the first run: a later one's would come too late to be refused. */
static int ensure_kernels(struct lab *l)
{
	const struct lab_options *o = l->o;
	char name[LAB_VARIANT];
	int err = 0;

	for (uint32_t i = 0; !err && i < o->nr_l0; i++) {
		err = lab_kernel_ensure(&l->l0[i], l->cache, l->image.dir, &o->l0[i], o->update);
		for (uint32_t k = 0; !err && k < o->nr_cpus; k++) {
			name_variant(l, i, k, name);
			err = lab_plan_check_variant(&o->what, name);
		}
	}
	if (err || o->what.micro)
		return err;
	return lab_kernel_ensure(&l->l1, l->cache, l->image.dir, &o->l1,
				 o->update && strcmp(o->l0[0].wanted, o->l1.wanted));
}

static int run_all(struct lab *l)
{
	const struct lab_options *o = l->o;
	char name[LAB_VARIANT];
	int err = 0;

	for (uint32_t i = 0; i < o->nr_l0; i++)
		for (uint32_t k = 0; !err && k < o->nr_cpus; k++) {
			name_variant(l, i, k, name);
			err = run_variant(l, &l->l0[i], o->cpu_model[k], name);
		}
	return err;
}

/* Whether nestprof is compared with tools that the image must have. */
static bool wants_others(const struct selection *s)
{
	bool others = false;

	for (uint32_t i = 0; i < s->nr_tracers; i++)
		others |= tracer_find(s->tracers[i])->others;
	return others;
}

static unsigned wanted_parts(const struct lab_options *o)
{
	return (wants_others(&o->what) ? IMAGE_TRACERS : 0) |
	       (emulator_of(o->isa) == &emulator_qemu ? IMAGE_QEMU : 0);
}

int lab_runs(const struct lab_options *o)
{
	struct lab *l = calloc(1, sizeof(*l));
	int err = l ? lab_cache_dir(l->cache) : -ENOMEM;

	if (!l)
		return err;
	l->o = o;
	if (!err)
		err = lab_image_ensure(&l->image, l->cache, wanted_parts(o), o->update);
	if (!err)
		err = ensure_kernels(l);
	if (!err)
		err = run_all(l);
	if (!err && l->result)
		err = publish_result(l->result, o->output, o->charts);
	if (l->result && o->what.turtles)
		err = publish_turtles(l->result, o->what.uarch, err);
	np_result_free(l->result);
	free(l);
	return err;
}
