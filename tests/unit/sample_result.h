/* SPDX-License-Identifier: GPL-2.0-only */
/* A made-up result of the usual shape, for tests of what is done with results. */
#ifndef NESTPROF_SAMPLE_RESULT_H
#define NESTPROF_SAMPLE_RESULT_H

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/exit_reason.h"
#include "analysis/result.h"

/* NaN is close to nothing. */
#define assert_close(is, want, tolerance)                                                         \
	do {                                                                                       \
		if (!(fabs((is) - (want)) <= (tolerance)))                                         \
			fail_msg("%s is %.9g, not %.9g", #is, (double)(is), (double)(want));       \
	} while (0)

struct sample_cause {
	const char *reason;
	double per_exit;
};

static inline uint32_t sample_reason(const char *name)
{
	int i = np_exit_reason_find(NP_ISA_VMX, name);

	assert(i >= 0);
	return i;
}

static inline void sample_times(struct np_samples *s, double ticks, uint32_t n)
{
	for (s->n = 0; s->n < n; s->n++)
		s->ticks[s->n] = ticks + s->n / 8.0;
}

/* `iterations` L2 exits for `reason`, each handled by L1 and resumed. */
static inline void sample_account(struct np_workload_result *w, const char *reason,
				  const struct sample_cause *causes)
{
	struct np_row *row = &w->account.l2[sample_reason(reason)];

	w->has_account = true;
	w->traced_iterations = w->iterations;
	w->account.isa = NP_ISA_VMX;
	w->account.entries = w->iterations;
	row->exits = row->to_l1 = row->resumed = w->iterations;
	for (; causes->reason; causes++)
		row->caused[sample_reason(causes->reason)] = causes->per_exit * w->iterations;
}

static inline struct np_workload_result *sample_workload(struct np_arm_result *a,
							 const char *name, double ticks,
							 double traced)
{
	struct np_workload_result *w = np_arm_add_workload(a, name);

	assert(w);
	snprintf(w->stresses, sizeof(w->stresses), "what %s stresses", name);
	w->iterations = 1000;
	sample_times(&w->untraced, ticks, 3);
	sample_times(&w->traced, traced, 3);
	return w;
}

static inline struct np_arm_result *sample_arm(struct np_result *r, const char *name,
					       const char *shadow)
{
	struct np_arm_result *a = np_result_add_arm(r, name);

	assert(a);
	a->nested = shadow != NULL;
	a->params[a->nr_params++] = (struct np_param){ "nested", "Y" };
	if (shadow) {
		struct np_param *p = &a->params[a->nr_params++];

		snprintf(p->name, sizeof(p->name), "enable_shadow_vmcs");
		snprintf(p->value, sizeof(p->value), "%s", shadow);
	}
	return a;
}

static inline void sample_single(struct np_result *r)
{
	struct np_arm_result *a = sample_arm(r, NP_ARM_SINGLE, NULL);
	struct np_workload_result *w = sample_workload(a, "cpuid", 1030, 1210);

	w->has_account = true;
	w->traced_iterations = 1000;
	w->account.isa = NP_ISA_VMX;
	w->account.outside[sample_reason("CPUID")] = 1000;
	sample_workload(a, "vmcall", 962, 1140);
	sample_workload(a, "pio", 5120, 5350);
}

static inline void sample_off(struct np_result *r)
{
	static const struct sample_cause most[] = { { "VMREAD", 7.05 }, { "VMWRITE", 1.16 },
						    { "VMRESUME", 1 }, { "MSR_READ", 1.01 },
						    { "EXTERNAL_INTERRUPT", .02 }, { NULL, 0 } };
	static const struct sample_cause pio[] = { { "VMREAD", 16.3 }, { "VMWRITE", 4.2 },
						   { "VMRESUME", 1 }, { "MSR_READ", 3.1 },
						   { "MSR_WRITE", 4 }, { "VMPTRLD", .5 },
						   { "VMCLEAR", .4 }, { "EXTERNAL_INTERRUPT", .1 },
						   { "EPT_MISCONFIG", .07 }, { NULL, 0 } };
	struct np_arm_result *a = sample_arm(r, NP_ARM_OFF, "N");

	sample_account(sample_workload(a, "cpuid", 24110, 26230), "CPUID", most);
	sample_account(sample_workload(a, "vmcall", 23480, 25610), "VMCALL", most);
	sample_account(sample_workload(a, "pio", 71840, 77200), "IO_INSTRUCTION", pio);
}

static inline void sample_on(struct np_result *r)
{
	static const struct sample_cause most[] = { { "VMREAD", 1.04 }, { "VMWRITE", .13 },
						    { "VMRESUME", 1 }, { "MSR_READ", 1.01 },
						    { "EXTERNAL_INTERRUPT", .02 }, { NULL, 0 } };
	static const struct sample_cause pio[] = { { "VMREAD", 2.1 }, { "VMWRITE", .9 },
						   { "VMRESUME", 1 }, { "MSR_READ", 3.1 },
						   { "MSR_WRITE", 4 }, { "VMPTRLD", .5 },
						   { "VMCLEAR", .4 }, { "EXTERNAL_INTERRUPT", .1 },
						   { "EPT_MISCONFIG", .07 }, { NULL, 0 } };
	struct np_arm_result *a = sample_arm(r, NP_ARM_ON, "Y");

	sample_account(sample_workload(a, "cpuid", 17000, 17900), "CPUID", most);
	sample_account(sample_workload(a, "vmcall", 16420, 17310), "VMCALL", most);
	sample_account(sample_workload(a, "pio", 58300, 61100), "IO_INSTRUCTION", pio);
}

static inline struct np_result *sample_empty(void)
{
	struct np_result *r = np_result_new();

	assert(r);
	r->emulated = true;
	snprintf(r->time_unit, sizeof(r->time_unit), "one tick is one emulated instruction (plus "
		 "idle time), not a nanosecond");
	np_result_set_env(r, "l0_kernel", "6.1.0-37-cloud-amd64");
	np_result_set_env(r, "l1_kernel", "6.1.0-37-cloud-amd64");
	np_result_set_env(r, "cpu_model", "Intel(R) Core(TM) i7-4770 CPU @ 3.40GHz");
	np_result_set_env(r, "emulator", "Bochs 2.7+dfsg-4");
	return r;
}

static inline struct np_result *sample_result(void)
{
	struct np_result *r = sample_empty();

	sample_single(r);
	sample_off(r);
	sample_on(r);
	return r;
}

#endif
