/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The result of `nestprof ab`, in memory. docs/result-schema.md documents its
 * JSON form. A result can be partial (one arm, one workload); results of one
 * image are merged arm by arm, and the comparison is computed from the whole.
 */
#ifndef NESTPROF_RESULT_H
#define NESTPROF_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/account.h"
#include "analysis/fields.h"
#include "analysis/times.h"

#define NP_RESULT_SCHEMA "nestprof-result/1"
#define NP_MAX_ARMS 24
#define NP_MAX_WORKLOADS 32
#define NP_MAX_SAMPLES 64
#define NP_MAX_PARAMS 16
#define NP_MAX_ENV 64
#define NP_NAME 32

/* The arms that the comparison knows; others can be there besides. */
#define NP_ARM_NATIVE "native"
#define NP_ARM_SINGLE "single"
#define NP_ARM_OFF "shadow-off"
#define NP_ARM_ON "shadow-on"

/* Ticks per iteration, one sample per repetition, in the order they ran. */
struct np_samples {
	uint32_t n;
	double ticks[NP_MAX_SAMPLES];
};

/* A thousandth of a tick is the resolution of all that is computed from samples. */
double np_round_ticks(double ticks);

double np_samples_mean(const struct np_samples *s); /* NaN without samples */
double np_samples_min(const struct np_samples *s);
double np_samples_max(const struct np_samples *s);
/*
 * Whether they differ. Emulated, what varies is not chance: the slowest of one must be
 * faster than the fastest of the other. Else the rank test and the interval must both say so.
 */
bool np_samples_apart(const struct np_samples *a, const struct np_samples *b, bool emulated);

/* An independent count of one thing over the same window. */
struct np_witness {
	char source[NP_NAME];  /* "ftrace hist", "kvm debugfs" */
	char what[2 * NP_NAME]; /* "kvm_exit VMREAD" */
	uint64_t theirs;
	uint64_t ours;
};
#define NP_MAX_WITNESSES 256

/* The same workload under another way to trace it: what that costs. */
struct np_tracer_result {
	char name[NP_NAME];
	struct np_samples untraced; /* just before it: after a boot of L1 less is settled */
	struct np_samples round_trip;
};
#define NP_MAX_TRACERS 24

struct np_workload_result {
	char name[NP_NAME];
	char stresses[128];   /* from the manifest */
	uint64_t iterations;  /* per repetition */
	struct np_samples untraced;
	struct np_samples traced;
	bool has_account;     /* traced windows were taken */
	struct np_account account; /* over all traced repetitions */
	uint64_t traced_iterations; /* iterations in that window */
	uint64_t lost;
	bool has_fields;	    /* ... by programs that tell VMCS fields, too */
	struct np_fields fields;    /* in that window; of all VMs and vCPUs together */
	struct np_times times;	    /* of windows of their own, where they were asked for */
	struct np_cycles cycles;
	uint32_t nr_witnesses;
	struct np_witness witnesses[NP_MAX_WITNESSES];
	uint32_t nr_tracers;
	struct np_tracer_result tracers[NP_MAX_TRACERS];
	char error[160];      /* "" when the workload ran */
};

struct np_param {
	char name[NP_NAME];  /* "enable_shadow_vmcs" */
	char value[NP_NAME]; /* as read back from /sys/module: "N" */
};

/* One fact about where the result was measured: "l0_kernel" = "6.1.0-...". */
struct np_env {
	char key[NP_NAME];
	char value[256];
};
#define NP_MAX_ARM_ENV 8

struct np_arm_result {
	char name[NP_NAME]; /* "shadow-off", "shadow-on", "single"; analysis/result_variant.h */
	bool nested;        /* false: the same code as a plain guest of L0 */
	uint32_t nr_params;
	struct np_param params[NP_MAX_PARAMS];
	uint32_t nr_env; /* facts in which it differs from other arms */
	struct np_env env[NP_MAX_ARM_ENV];
	uint32_t nr_workloads;
	struct np_workload_result *workloads[NP_MAX_WORKLOADS];
};

struct np_result {
	char time_unit[160]; /* says in so many words what a tick is */
	bool emulated;       /* .environment.emulated */
	uint32_t nr_env;
	struct np_env env[NP_MAX_ENV];
	uint32_t nr_arms;
	struct np_arm_result *arms[NP_MAX_ARMS];
};

/*
 * Ownership: the result owns what is added to it. NULL when out of memory or
 * of room. Arms are kept in the order native, single, shadow-off, shadow-on, others.
 */
struct np_result *np_result_new(void);
void np_result_free(struct np_result *r);
struct np_arm_result *np_result_add_arm(struct np_result *r, const char *name);
struct np_workload_result *np_arm_add_workload(struct np_arm_result *a, const char *name);
/* Replaces what the key had. -EINVAL: no usable key; -E2BIG: no room. */
int np_result_set_env(struct np_result *r, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
const char *np_result_env(const struct np_result *r, const char *key); /* or NULL */
/* enum np_isa of what was traced; 0: nothing was. */
uint32_t np_result_isa(const struct np_result *r);
const struct np_arm_result *np_result_arm(const struct np_result *r, const char *name);
const struct np_workload_result *np_arm_workload(const struct np_arm_result *a,
						 const char *name);

/*
 * Moves every arm of `from` into `to`; `from` is left without arms. -EEXIST
 * when both have an arm of that name, -EINVAL when units or environments
 * contradict each other (the arm's name or the key is put into *differs),
 * -E2BIG without room. On failure neither is changed.
 */
int np_result_merge(struct np_result *to, struct np_result *from, const char **differs);

/* The same, for workloads of the same arms. -EEXIST when both have one in an arm. */
int np_result_join(struct np_result *to, struct np_result *from, const char **differs);

/* Turtles' figures for one workload: all relative to the arm "single". */
struct np_comparison {
	char workload[NP_NAME];
	char variant[NP_NAME]; /* "" where the arms are of none */
	bool has_off, has_on, has_single;
	double single, off, on; /* untraced round trip, ticks */
	double overhead_off;    /* off / single - 1 */
	double overhead_on;     /* on / single - 1 */
	double overhead_reduction_percent; /* 100 * (off - on) / (off - single) */
	double time_saved_percent;	   /* 100 * (off - on) / off */
};
#define NP_MAX_COMPARISONS (NP_MAX_WORKLOADS * 8)
/* Returns how many were filled in; NaN where an arm is missing. */
uint32_t np_result_compare(const struct np_result *r,
			   struct np_comparison out[NP_MAX_COMPARISONS]);
/* "cpuid", or "cpuid@6.12". */
#define NP_COMPARED (2 * NP_NAME)
const char *np_comparison_name(const struct np_comparison *c, char out[NP_COMPARED]);

/* Traced over untraced round trip, minus 1; NaN when one is missing. */
double np_observer_effect(const struct np_workload_result *w);

/* Whether any workload has times or cycles: they were asked for. */
bool np_result_has_times(const struct np_result *r);

/* How often something happened per hardware exit of L2; NaN without any. */
double np_per_l2_exit(uint64_t count, uint64_t l2_exits);

#endif
