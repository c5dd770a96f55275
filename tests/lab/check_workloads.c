// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_workloads RESULT.json [WORKLOAD | -LEFT_OUT...]: each workload that "all" names was
 * run, or that one alone, but for those left out as said, and each of its iterations caused
 * the exits that the manifest says, as often as it says. In the arm native are those with such
 * a form, and no vCPU exits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/exit_reason.h"
#include "collector/workload.h"
#include "tests/lab/one_result.h"
#include "workloads/runner/protocol.h"

/* Of each run: set-up, the end, and what a VM's first instructions cause. */
#define SET_UP 12

/* Timers interrupt as well, each CPU's HZ times a second: Debian's kernels of L0 and L1 here. */
#define HZ 250
#define TICKS_PER_S 1e9

/* The manifest names exits as VMX does; SVM has fewer names. */
static const struct {
	const char *vmx, *svm;
} svm_names[] = {
	{ "CPUID", "cpuid" },
	{ "VMCALL", "hypercall" },
	{ "IO_INSTRUCTION", "io" },
	{ "MSR_READ", "msr" },
	{ "MSR_WRITE", "msr" },
	{ "CR_ACCESS", "write_cr0" },
	{ "EXCEPTION_NMI", "UD excp" },
	{ "EPT_MISCONFIG", "npf" },
	{ "EPT_VIOLATION", "npf" },
	{ "APIC_ACCESS", "npf" },
	{ "INTERRUPT_WINDOW", "vintr" },
	{ "EXTERNAL_INTERRUPT", "interrupt" },
	{ "PREEMPTION_TIMER", "interrupt" },
	{ "HLT", "hlt" },
};

static const char *name_of(enum np_isa isa, const char *vmx)
{
	for (size_t i = 0; i < sizeof(svm_names) / sizeof(*svm_names); i++)
		if (isa == NP_ISA_SVM && !strcmp(svm_names[i].vmx, vmx))
			return svm_names[i].svm;
	return vmx;
}

/* By L1, or where there is none, by L0. */
static uint64_t handled(const struct np_arm_result *arm, const struct np_workload_result *w,
			const char *reason)
{
	const struct np_account *a = &w->account;
	int i = np_exit_reason_find(a->isa, name_of(a->isa, reason));

	assert_in_range(i, 0, NP_REASONS - 1);
	return arm->nested ? a->l2[i].to_l1 + a->l2[i].synthetic : a->outside[i];
}

/* APICv, or what it is on AMD's CPUs. */
static bool has_apicv(const struct np_arm_result *arm)
{
	for (uint32_t i = 0; i < arm->nr_params; i++)
		if (!strcmp(arm->params[i].name, "enable_apicv") ||
		    !strcmp(arm->params[i].name, "avic"))
			return arm->params[i].value[0] == 'Y';
	fail_msg("%s: neither enable_apicv nor avic is known", arm->name);
	return false;
}

/* How often a word of the manifest's came in the list, so far as it is not there yet. */
static uint64_t times_in(const char *exits, const char *word)
{
	char text[128], *rest, *w;
	uint64_t n = 0;

	snprintf(text, sizeof(text), "%s", exits);
	for (w = strtok_r(text, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
		n += !strcmp(w, word);
	return n;
}

static uint64_t timers_interrupt(const struct np_workload_result *w)
{
	double seconds = np_samples_mean(&w->traced) * w->traced_iterations / TICKS_PER_S;

	return workload_find(w->name)->cpus * ((uint64_t)(seconds * HZ) + 1);
}

/*
 * "A|B": one of both. There may be more: interrupts that nobody asked for; and a read of the
 * APIC that KVM emulates exits twice (x86_emulate_instruction() has it tried again first).
 */
static void check_word(const struct np_arm_result *arm, const struct np_workload_result *w,
		       char *word, uint64_t wanted)
{
	char *other = strchr(word, '|');
	uint32_t isa = w->account.isa;
	uint64_t least = wanted, got, most = wanted + SET_UP * w->traced.n;

	if (other)
		*other++ = '\0';
	if (!strcmp(word, "EXTERNAL_INTERRUPT"))
		most += timers_interrupt(w);
	got = handled(arm, w, word);
	if (other && strcmp(name_of(isa, word), name_of(isa, other)))
		got += handled(arm, w, other);
	printf("%-10s %-16s %-40s %6llu wanted %6llu\n", arm->name, w->name, word,
	       (unsigned long long)got, (unsigned long long)wanted);
	assert_true(got >= least);
	if (!other)
		assert_true(got <= most);
}

static void check_none(const struct np_arm_result *arm, const struct np_workload_result *w,
		       uint64_t iterations)
{
	struct np_l2_totals t;

	np_account_l2_totals(&w->account, &t);
	printf("%-10s %-16s no exits of L2: %llu\n", arm->name, w->name,
	       (unsigned long long)t.exits);
	assert_true(t.exits < iterations / 2);
}

static void check_exits(const struct np_arm_result *arm, const struct np_workload_result *w)
{
	const struct workload *m = workload_find(w->name);
	uint64_t iterations = w->traced_iterations + NP_WARM_UP * w->traced.n;
	char text[128], *rest, *word;

	assert_non_null(m);
	assert_true(w->has_account);
	if (!m->exits[0])
		check_none(arm, w, iterations);
	snprintf(text, sizeof(text), "%s", m->exits);
	for (word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		uint64_t wanted = iterations * times_in(m->exits, word);

		if (word[0] == '(') {
			if (has_apicv(arm))
				continue;
			word[strlen(word) - 1] = '\0';
			word++;
		}
		check_word(arm, w, word, wanted);
	}
}

static bool is_native(const struct np_arm_result *arm)
{
	return !strcmp(arm->name, NP_ARM_NATIVE);
}

static void check_no_guest(const struct np_workload_result *w)
{
	uint64_t by_reason[NP_REASONS] = { 0 }, all = 0;

	assert_true(w->has_account);
	np_account_by_reason(&w->account, by_reason);
	for (uint32_t i = 0; i < NP_REASONS; i++)
		all += by_reason[i];
	printf("%-10s %-16s %.1f ticks, no guest: %llu exits\n", NP_ARM_NATIVE, w->name,
	       w->untraced.ticks[0], (unsigned long long)all);
	assert_int_equal(all, 0);
}

static void each_iteration_causes_its_exits(void **state)
{
	const struct np_result *r = *state;

	assert_true(r->nr_arms > 0);
	for (uint32_t a = 0; a < r->nr_arms; a++)
		for (uint32_t i = 0; i < r->arms[a]->nr_workloads; i++)
			if (is_native(r->arms[a]))
				check_no_guest(r->arms[a]->workloads[i]);
			else
				check_exits(r->arms[a], r->arms[a]->workloads[i]);
}

static const char *only; /* or NULL */
static char **left_out;	 /* each after a "-", up to NULL */

static bool is_left_out(const char *workload)
{
	for (char **p = left_out; *p; p++)
		if (!strcmp(*p + 1, workload))
			return true;
	return false;
}

static bool is_wanted(const struct workload *m)
{
	return only ? !strcmp(m->name, only) : workload_in_all(m);
}

static void every_workload_was_run(void **state)
{
	const struct np_result *r = *state;
	const struct workload *m;

	for (uint32_t i = 0; (m = workload_at(i)); i++)
		for (uint32_t a = 0; is_wanted(m) && a < r->nr_arms; a++) {
			const struct np_workload_result *w = np_arm_workload(r->arms[a], m->name);

			if ((is_native(r->arms[a]) && !m->native) || is_left_out(m->name)) {
				assert_null(w);
				continue;
			}
			assert_non_null(w);
			assert_string_equal(w->error, "");
			assert_true(w->untraced.n > 0);
		}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_workload_was_run),
		cmocka_unit_test(each_iteration_causes_its_exits),
	};

	if (argc < 2) {
		fprintf(stderr, "usage: check_workloads RESULT.json [WORKLOAD | -LEFT_OUT...]\n");
		return 2;
	}
	one_result_path = argv[1];
	left_out = argv + 2;
	if (*left_out && **left_out != '-')
		only = *left_out++;
	return cmocka_run_group_tests(tests, one_result_load, one_result_free);
}
