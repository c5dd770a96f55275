// SPDX-License-Identifier: GPL-2.0-only
#include "collector/selection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/arm_option.h"
#include "collector/base/fail.h"
#include "collector/host/vendor.h"
#include "collector/list.h"
#include "collector/tracer.h"
#include "collector/workload.h"

#define MAX_ITERATIONS 100000000
#define MAX_TIMEOUT_S 86400
#define DEFAULT_REPETITIONS 3
#define DEFAULT_PRECISION 0.01
#define SEQUENCE_CHARACTERS "RWm:,*0123456789abcdefABCDEF"
#define MAX_SEQUENCE (NP_LINE_MAX - 1 - sizeof(NP_SEQUENCE " ")) /* with its line's end */

enum { OPT_ARM = 1023, OPT_ARMS, OPT_WORKLOADS, OPT_ITERATIONS, OPT_REPETITIONS, OPT_PASSES,
       OPT_PRECISION, OPT_VERIFY,
       OPT_TRACERS, OPT_L1, OPT_L1_SEQUENCE, OPT_FIELDS, OPT_TURTLES, OPT_UARCH, OPT_TIMEOUT,
       OPT_QUICK, OPT_FULL };

static const struct argp_option options[] = {
	{ "arms", OPT_ARMS, "LIST", 0, "of", 0 }, /* completed by help() */
	{ "arm", OPT_ARM, "NAME:PARAMETER=VALUE,...", 0,
	  "another arm, with these parameters of kvm_intel or kvm_amd, or kvm.PARAMETER of kvm, "
	  "and nested=1; with the word single among them, as a plain guest of L0; can be repeated, "
	  "and without --arms only these are run", 0 },
	/* help() completes it. */
	{ "workloads", OPT_WORKLOADS, "LIST", 0,
	  "all (micro-workloads but ipi, which needs two CPUs), macro (with a Linux as L2), or "
	  "some of", 0 },
	{ "quick", OPT_QUICK, 0, 0, "as --workloads all --repetitions 1", 0 },
	{ "full", OPT_FULL, 0, 0, "the same, and the macro-workloads", 0 },
	{ "iterations", OPT_ITERATIONS, "N", 0, "of a workload's loop [the manifest's]", 0 },
	{ "repetitions", OPT_REPETITIONS, "N", 0, "of each timed window [3]", 0 },
	{ "passes", OPT_PASSES, "N", 0,
	  "visit each arm so often at most, forth and back [ab: 8, lab: 1]", 0 },
	{ "precision", OPT_PRECISION, "PERCENT", 0,
	  "no more passes once each median is known to so much, either way [1]", 0 },
	{ "timeout", OPT_TIMEOUT, "SECONDS", 0,
	  "give up a workload that runs so long, and go on with the others [ab: 300; lab: 10, of "
	  "the emulated clock]", 0 },
	{ "verify", OPT_VERIFY, 0, 0,
	  "one more window each, counted by ftrace's hist triggers and KVM's debugfs too", 0 },
	{ "fields", OPT_FIELDS, 0, 0,
	  "also which VMCS fields L1 reads and writes with an exit, and where", 0 },
	{ "turtles", OPT_TURTLES, 0, 0,
	  "also where time and cycles go, and the Turtles report (docs/turtles.md)", 0 },
	{ "uarch", OPT_UARCH, "NAME", 0,
	  "in that report, exits modelled as they cost on " NP_UARCHS, 0 },
	{ "l1", OPT_L1, "KIND", 0,
	  "linux, or micro: a bare-metal hypervisor with few and known accesses to the VMCS "
	  "[linux]", 0 },
	{ "l1-sequence", OPT_L1_SEQUENCE, "LIST", 0,
	  "accesses that micro makes besides on each L2 exit, such as R:4404,W:6820*3: VMREAD "
	  "of field 4404, VMWRITE of 6820 three times; with m, as in R:4404m, the operand is in "
	  "memory [none]", 0 },
	{ "tracers", OPT_TRACERS, "LIST", OPTION_HIDDEN, 0, 0 }, /* make bench-overhead */
	{ 0 },
};

static bool is_basic(const struct workload *w)
{
	return w->basic;
}

static bool is_any(const struct workload *w)
{
	return w->macro || workload_in_all(w);
}

static bool is_macro(const struct workload *w)
{
	return w->macro;
}

static void set_workloads(struct selection *s, bool (*wanted)(const struct workload *))
{
	s->nr_workloads = 0;
	for (uint32_t i = 0; workload_at(i) && s->nr_workloads < NP_MAX_WORKLOADS; i++)
		if (wanted(workload_at(i)))
			s->workloads[s->nr_workloads++] = workload_at(i)->name;
}

bool selection_has_macro(const struct selection *s)
{
	for (uint32_t i = 0; i < s->nr_workloads; i++)
		if (workload_find(s->workloads[i])->macro)
			return true;
	return false;
}

bool selection_has_second_cpu(const struct selection *s)
{
	for (uint32_t i = 0; i < s->nr_workloads; i++)
		if (workload_find(s->workloads[i])->cpus > 1)
			return true;
	return false;
}

bool selection_leave_out(struct selection *s, const char *workload)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->nr_workloads; i++)
		if (strcmp(s->workloads[i], workload))
			s->workloads[n++] = s->workloads[i];
	if (n == s->nr_workloads)
		return false;
	s->nr_workloads = n;
	return true;
}

void selection_init(struct selection *s)
{
	memset(s, 0, sizeof(*s));
	s->repetitions = DEFAULT_REPETITIONS;
	s->precision = DEFAULT_PRECISION;
	set_workloads(s, is_basic);
}

static void take_arms(struct selection *s, char *arg, struct argp_state *state)
{
	const char *words[NP_MAX_ARMS];
	int n = list_split(arg, words, NP_MAX_ARMS);

	if (n < 0)
		argp_error(state, "--arms: an empty, repeated or excess name");
	s->nr_arms = 0;
	s->arms_said = true;
	for (int i = 0; i < n; i++) {
		s->arms[s->nr_arms] = ab_find_arm(words[i]);
		if (!s->arms[s->nr_arms++])
			argp_error(state, "unknown arm '%s': there are %s", words[i],
				   ab_arm_names());
	}
}

static void take_arm(struct selection *s, char *arg, struct argp_state *state)
{
	struct ab_arm *arm = &s->custom[s->nr_custom];
	char why[160];

	if (s->nr_custom == NP_MAX_ARMS)
		argp_error(state, "--arm: more than %d", NP_MAX_ARMS);
	if (arm_option_parse(arg, arm, why, sizeof(why)))
		argp_error(state, "--arm %s: %s", arg, why);
	if (ab_find_arm(arm->name))
		argp_error(state, "--arm %s: there is an arm of that name already", arm->name);
	for (uint32_t i = 0; i < s->nr_custom; i++)
		if (!strcmp(s->custom[i].name, arm->name))
			argp_error(state, "--arm %s: comes twice", arm->name);
	s->nr_custom++;
}

/* --arm and --arms come in any order. */
static void add_custom_arms(struct selection *s, struct argp_state *state)
{
	if (s->nr_custom && !s->arms_said)
		s->nr_arms = 0;
	if (s->nr_arms + s->nr_custom > NP_MAX_ARMS)
		argp_error(state, "more than %d arms", NP_MAX_ARMS);
	for (uint32_t i = 0; i < s->nr_custom; i++)
		s->arms[s->nr_arms++] = &s->custom[i];
}

static void take_workloads(struct selection *s, char *arg, struct argp_state *state)
{
	int n;

	if (!strcmp(arg, "all")) {
		set_workloads(s, workload_in_all);
		return;
	}
	if (!strcmp(arg, "macro")) {
		set_workloads(s, is_macro);
		return;
	}
	n = list_split(arg, s->workloads, NP_MAX_WORKLOADS);
	if (n < 0)
		argp_error(state, "--workloads: an empty, repeated or excess name");
	s->nr_workloads = n;
	for (int i = 0; i < n; i++)
		if (!workload_find(s->workloads[i]))
			argp_error(state, "unknown workload '%s'", s->workloads[i]);
}

static void take_tracers(struct selection *s, char *arg, struct argp_state *state)
{
	int n = list_split(arg, s->tracers, NP_MAX_TRACERS);

	if (n < 0)
		argp_error(state, "--tracers: an empty, repeated or excess name");
	s->nr_tracers = n;
	for (int i = 0; i < n; i++)
		if (!tracer_find(s->tracers[i]))
			argp_error(state, "unknown tracer '%s'", s->tracers[i]);
}

static void take_precision(struct selection *s, const char *arg, struct argp_state *state)
{
	char *end;
	double percent = strtod(arg, &end);

	if (end == arg || *end || !(percent > 0 && percent <= 100))
		argp_error(state, "--precision: '%s' is no percentage", arg);
	s->precision = percent / 100;
}

static void take_l1(struct selection *s, const char *arg, struct argp_state *state)
{
	s->micro = !strcmp(arg, "micro");
	if (!s->micro && strcmp(arg, "linux"))
		argp_error(state, "unknown L1 '%s': there are linux and micro", arg);
}

/* L1 itself judges what it means; here it must but be one word of L1's command line. */
static void take_sequence(struct selection *s, const char *arg, struct argp_state *state)
{
	size_t len = strlen(arg);

	if (!len || len > MAX_SEQUENCE || strspn(arg, SEQUENCE_CHARACTERS) != len)
		argp_error(state, "--l1-sequence: '%s' is no list such as R:4404,W:6820*3", arg);
	s->l1_sequence = arg;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct selection *s = state->input;
	uint64_t n;

	switch (key) {
	case OPT_ARMS:
		take_arms(s, arg, state);
		return 0;
	case OPT_ARM:
		take_arm(s, arg, state);
		return 0;
	case OPT_WORKLOADS:
		take_workloads(s, arg, state);
		return 0;
	case OPT_QUICK:
	case OPT_FULL:
		set_workloads(s, key == OPT_FULL ? is_any : workload_in_all);
		s->repetitions = 1;
		return 0;
	case OPT_ITERATIONS:
		if (number_parse(arg, 1, MAX_ITERATIONS, &s->iterations))
			argp_error(state, "--iterations: '%s' is no number from 1 to %d", arg,
				   MAX_ITERATIONS);
		return 0;
	case OPT_REPETITIONS:
		if (number_parse(arg, 1, NP_MAX_SAMPLES, &n))
			argp_error(state, "--repetitions: '%s' is no number from 1 to %d", arg,
				   NP_MAX_SAMPLES);
		s->repetitions = n;
		return 0;
	case OPT_PASSES:
		if (number_parse(arg, 1, NP_MAX_SAMPLES, &n))
			argp_error(state, "--passes: '%s' is no number from 1 to %d", arg,
				   NP_MAX_SAMPLES);
		s->passes = n;
		return 0;
	case OPT_PRECISION:
		take_precision(s, arg, state);
		return 0;
	case OPT_TIMEOUT:
		if (number_parse(arg, 1, MAX_TIMEOUT_S, &s->timeout_s))
			argp_error(state, "--timeout: '%s' is no number of seconds from 1 to %d",
				   arg, MAX_TIMEOUT_S);
		return 0;
	case OPT_VERIFY:
		s->verify = true;
		return 0;
	case OPT_FIELDS:
		s->fields = true;
		return 0;
	case OPT_TURTLES:
		s->turtles = true;
		return 0;
	case OPT_UARCH:
		s->uarch = np_uarch_find(arg);
		if (!s->uarch)
			argp_error(state, "--uarch: unknown '%s'; there are " NP_UARCHS, arg);
		return 0;
	case OPT_TRACERS:
		take_tracers(s, arg, state);
		return 0;
	case OPT_L1:
		take_l1(s, arg, state);
		return 0;
	case OPT_L1_SEQUENCE:
		take_sequence(s, arg, state);
		return 0;
	case ARGP_KEY_END:
		if (s->uarch && !s->turtles)
			argp_error(state, "--uarch is for --turtles");
		if (s->l1_sequence && !s->micro)
			argp_error(state, "--l1-sequence is for --l1 micro");
		if (s->micro && selection_has_macro(s))
			argp_error(state, "--l1 micro cannot run Linux as L2");
		if (s->passes * s->repetitions > NP_MAX_SAMPLES)
			argp_error(state, "--passes times --repetitions is more than %d",
				   NP_MAX_SAMPLES);
		add_custom_arms(s, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Names come from the manifest and the table of arms, not from a second list. */
static char *help(int key, const char *text, void *input)
{
	char *list = NULL;
	size_t size;
	FILE *f;

	(void)input;
	if ((key != OPT_WORKLOADS && key != OPT_ARMS) || !(f = open_memstream(&list, &size)))
		return (char *)text;
	if (key == OPT_ARMS)
		fprintf(f, "%s %s [single and, on Intel, shadow-off, shadow-on; on AMD, vgif-off, "
			"vgif-on]", text, ab_arm_names());
	for (uint32_t i = 0; key == OPT_WORKLOADS && workload_at(i); i++)
		fprintf(f, "%s %s", i ? "," : text, workload_at(i)->name);
	for (uint32_t i = 0, n = 0; key == OPT_WORKLOADS && workload_at(i); i++)
		if (workload_at(i)->basic)
			fprintf(f, "%s%s", n++ ? "," : " [", workload_at(i)->name);
	if (key == OPT_WORKLOADS)
		fputs("]", f);
	fclose(f);
	return list;
}

static bool has_native(const struct selection *s)
{
	bool any = false;

	for (uint32_t i = 0; i < s->nr_workloads; i++)
		any |= workload_find(s->workloads[i])->native;
	return any;
}

static void take_default_arms(struct selection *s, enum np_isa isa)
{
	const struct ab_arm *arm;

	for (uint32_t i = 0; (arm = ab_arm_of(isa, i)); i++)
		if (arm->is_default || (arm->native && s->turtles && has_native(s)))
			s->arms[s->nr_arms++] = arm;
}

/* What needs VMX, as the user would say it; NULL: nothing does. */
static const char *wants_vmx(const struct selection *s)
{
	return s->micro ? "--l1 micro" : s->fields ? "--fields" : s->uarch ? "--uarch" : NULL;
}

int selection_finish(struct selection *s, enum np_isa isa)
{
	const struct kvm_vendor *v = kvm_vendor_of(isa);

	if (!s->nr_arms)
		take_default_arms(s, isa);
	for (uint32_t i = 0; i < s->nr_arms; i++)
		if (s->arms[i]->isa && s->arms[i]->isa != isa)
			return fail(NP_EXIT_USAGE, -EINVAL,
				    "arm %s sets a parameter of %s, and KVM is %s here",
				    s->arms[i]->name, kvm_vendor_of(s->arms[i]->isa)->module,
				    v->module);
	if (isa != NP_ISA_VMX && wants_vmx(s))
		return fail(NP_EXIT_USAGE, -EINVAL, "%s needs VMX, and this CPU has %s",
			    wants_vmx(s), v->isa_name);
	return 0;
}

const struct argp selection_argp = { .options = options, .parser = parse, .help_filter = help };
