// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench_overhead RESULT.json: what each tracer adds to a round trip, beside the untraced
 * ones just before it, in ticks per L0 exit, one column per arm. The exits are those of an
 * iteration: of the L2 exit reason that came most often, and of L1 while it handled it. Where
 * there is no L2, they are those of the reason that came most often.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/result_json.h"
#include "analysis/stats.h"
#include "collector/base/fsutil.h"

static double exits_without_l2(const struct np_workload_result *w)
{
	uint64_t most = 0;

	for (uint32_t i = 0; i < NP_REASONS; i++)
		if (w->account.outside[i] > most)
			most = w->account.outside[i];
	return (double)most / w->traced_iterations;
}

static double exits_per_iteration(const struct np_workload_result *w)
{
	const struct np_account *a = &w->account;
	const struct np_row *most = &a->l2[0];
	uint64_t caused = 0;

	for (uint32_t i = 1; i < NP_REASONS; i++)
		if (a->l2[i].exits > most->exits)
			most = &a->l2[i];
	for (uint32_t i = 0; i < NP_REASONS; i++)
		caused += most->caused[i];
	return most->exits ? 1 + (double)caused / most->exits : exits_without_l2(w);
}

static const struct np_tracer_result *find_tracer(const struct np_workload_result *w,
						   const char *name)
{
	for (uint32_t i = 0; i < w->nr_tracers; i++)
		if (!strcmp(w->tracers[i].name, name))
			return &w->tracers[i];
	return NULL;
}

/* Of a repetition that L0 has something else to do in, nothing is to be seen. */
static double median(const struct np_samples *s)
{
	return np_sample_median(s->ticks, s->n);
}

static void print_cell(const struct np_workload_result *w, const char *tracer)
{
	const struct np_tracer_result *t = w ? find_tracer(w, tracer) : NULL;
	double untraced, added;

	if (!t || !w->has_account) {
		printf(" %10s %8s", "-", "-");
		return;
	}
	untraced = median(&t->untraced);
	added = median(&t->round_trip) - untraced;
	printf(" %10.1f %7.1f%%", added / exits_per_iteration(w),
	       100 * added / untraced);
}

/* The mean of what was measured beside each tracer. */
static double mean_untraced(const struct np_workload_result *w)
{
	double sum = 0;

	for (uint32_t i = 0; i < w->nr_tracers; i++)
		sum += median(&w->tracers[i].untraced);
	return w->nr_tracers ? sum / w->nr_tracers : 0;
}

static void print_head(const struct np_result *r, const char *workload)
{
	printf("\n%s\n%-16s", workload, "arm");
	for (uint32_t i = 0; i < r->nr_arms; i++)
		printf(" %19s", r->arms[i]->name);
	printf("\n%-16s", "untraced, ticks");
	for (uint32_t i = 0; i < r->nr_arms; i++) {
		const struct np_workload_result *w = np_arm_workload(r->arms[i], workload);

		printf(" %19.1f", w ? mean_untraced(w) : 0);
	}
	printf("\n%-16s", "L0 exits");
	for (uint32_t i = 0; i < r->nr_arms; i++) {
		const struct np_workload_result *w = np_arm_workload(r->arms[i], workload);

		printf(" %19.2f", w ? exits_per_iteration(w) : 0);
	}
	printf("\n%-16s", "tracer adds");
	for (uint32_t i = 0; i < r->nr_arms; i++)
		printf(" %10s %8s", "per exit", "in all");
	printf("\n");
}

static void print_workload(const struct np_result *r, const struct np_workload_result *first)
{
	print_head(r, first->name);
	for (uint32_t t = 0; t < first->nr_tracers; t++) {
		printf("%-16s", first->tracers[t].name);
		for (uint32_t i = 0; i < r->nr_arms; i++)
			print_cell(np_arm_workload(r->arms[i], first->name),
				   first->tracers[t].name);
		printf("\n");
	}
}

int main(int argc, char **argv)
{
	struct np_result *r = NULL;
	char *text = NULL, why[200] = "cannot read it";

	if (argc != 2 || fs_read(argv[1], &text, NULL) ||
	    np_result_from_json(text, &r, why, sizeof(why))) {
		fprintf(stderr, "bench_overhead RESULT.json: %s\n", why);
		return 2;
	}
	for (uint32_t i = 0; r->nr_arms && i < r->arms[0]->nr_workloads; i++)
		print_workload(r, r->arms[0]->workloads[i]);
	np_result_free(r);
	free(text);
	return 0;
}
