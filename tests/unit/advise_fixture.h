/* SPDX-License-Identifier: GPL-2.0-only */
/* A run whose accesses and times are known, and the calibration that goes with it. */
#ifndef NESTPROF_ADVISE_FIXTURE_H
#define NESTPROF_ADVISE_FIXTURE_H

#include <stdlib.h>

#include "analysis/advise.h"
#include "tests/unit/sample_calibration.h"

#define EXITS 1000
#define ROUND_TRIP 30000.0
#define COPY (KNOWN_SYNC / 59 / 2 + 2.5) /* in the middle between a VMREAD and all of a sync */

enum { VMREAD = 23, VMWRITE = 25, CPUID = 10 };

struct fixture {
	struct np_calibration *c;
	struct np_result *r;
	struct np_workload_result *w;
	struct np_advise_input in;
	struct np_advice a;
};

static inline void account_for(struct np_workload_result *w, const struct np_access *x)
{
	if (x->reason < NP_REASONS)
		w->account.l2[x->reason].caused[x->write ? VMWRITE : VMREAD] += x->count;
}

static inline void access_field(struct np_workload_result *w, uint64_t field, bool write,
				bool memory, double per_exit)
{
	const struct np_access x = { .reason = CPUID, .field = field, .write = write,
				     .memory = memory, .count = per_exit * EXITS };

	assert_int_equal(np_fields_add(&w->fields, &x), 0);
	account_for(w, &x);
}

static inline struct np_workload_result *add_run(struct np_result *r, const char *arm)
{
	struct np_arm_result *a = np_result_add_arm(r, arm);
	struct np_workload_result *w = np_arm_add_workload(a, "sample");
	struct np_row *row = &w->account.l2[CPUID];

	w->iterations = w->traced_iterations = EXITS;
	w->account.isa = NP_ISA_VMX;
	w->has_account = w->has_fields = true;
	row->exits = row->to_l1 = row->resumed = EXITS;
	row->caused[24] = EXITS; /* VMRESUME */
	for (w->untraced.n = 0; w->untraced.n < 3; w->untraced.n++)
		w->untraced.ticks[w->untraced.n] = ROUND_TRIP;
	return w;
}

static inline int make(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *missing;

	f->c = sample_calibration(NP_NR_COSTS);
	assert_int_equal(np_calibration_solve(f->c, &missing), 0);
	f->r = np_result_new();
	sample_machine(f->r);
	f->w = add_run(f->r, NP_ARM_OFF);
	f->in.run = f->w;
	*state = f;
	return 0;
}

static inline int unmake(void **state)
{
	struct fixture *f = *state;

	np_advice_free(&f->a);
	np_calibration_free(f->c);
	np_result_free(f->r);
	free(f);
	return 0;
}

static inline void advise(struct fixture *f)
{
	np_advice_free(&f->a);
	assert_int_equal(np_advise(&f->a, &f->in, f->c), 0);
}

static inline const struct np_field_advice *field(const struct fixture *f, uint64_t encoding)
{
	for (uint32_t i = 0; i < f->a.nr_fields; i++)
		if (f->a.field[i].use.field == encoding)
			return &f->a.field[i];
	fail_msg("no advice on field %lx", (long)encoding);
	return NULL;
}

/* Each kind of access once or more, and each with another cost on either side. */
static inline void use_all_kinds(struct np_workload_result *w)
{
	access_field(w, NP_FIELD_GUEST_RIP, false, false, 2);
	access_field(w, NP_FIELD_GUEST_RIP, true, true, 1);
	access_field(w, NP_FIELD_VM_EXIT_REASON, false, true, 1);
	access_field(w, NP_FIELD_VM_EXIT_REASON, true, false, 0.5);
	access_field(w, NP_FIELD_GUEST_ES_SELECTOR, false, false, 3);
	access_field(w, NP_FIELD_GUEST_ES_SELECTOR, true, true, 0.25);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)

#endif
