// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernels_table DIR: a table in Markdown of what kernels.sh found: per run,
 * which arms and workloads were measured, whether the counts are the kernel's
 * own, what cpuid took, and what could not be filled in, and why.
 */
#include <errno.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/result_json.h"
#include "collector/base/fsutil.h"

#define WORKLOAD "cpuid" /* whose figures are shown */

struct sum {
	uint32_t workloads, failed, no_account, witnesses, equal;
	uint64_t lost, desyncs;
};

static struct np_result *load(const char *dir)
{
	char path[NP_PATH], why[200], *text = NULL;
	struct np_result *r = NULL;

	if (!fs_path(path, "%s/latest/result.json", dir) && !fs_read(path, &text, NULL))
		np_result_from_json(text, &r, why, sizeof(why));
	free(text);
	return r;
}

static struct sum add_up(const struct np_result *r)
{
	struct sum s = { 0 };

	for (uint32_t a = 0; a < r->nr_arms; a++)
		for (uint32_t i = 0; i < r->arms[a]->nr_workloads; i++) {
			const struct np_workload_result *w = r->arms[a]->workloads[i];

			s.workloads++;
			s.failed += w->error[0] != '\0';
			s.no_account += !w->has_account;
			s.lost += w->lost;
			s.desyncs += w->has_account ? w->account.desyncs : 0;
			s.witnesses += w->nr_witnesses;
			for (uint32_t k = 0; k < w->nr_witnesses; k++)
				s.equal += w->witnesses[k].theirs == w->witnesses[k].ours;
		}
	return s;
}

static const struct np_workload_result *find(const struct np_result *r, const char *arm)
{
	const struct np_arm_result *a = np_result_arm(r, arm);

	return a ? np_arm_workload(a, WORKLOAD) : NULL;
}

static void print_round_trip(const struct np_result *r, const char *arm)
{
	const struct np_workload_result *w = find(r, arm);

	if (w && w->untraced.n)
		printf(" %.0f |", np_samples_mean(&w->untraced));
	else
		printf(" - |");
}

/* What L1 caused, per exit of L2. */
static void print_exits(const struct np_result *r, const char *arm)
{
	const struct np_workload_result *w = find(r, arm);
	struct np_l2_totals t;

	if (w && w->has_account)
		np_account_l2_totals(&w->account, &t);
	if (w && w->has_account && t.exits)
		printf(" %.2f |", (double)t.caused_total / t.exits);
	else
		printf(" - |");
}

static void print_verified(const struct sum *s)
{
	if (s->witnesses)
		printf(" %u of %u |", s->equal, s->witnesses);
	else
		printf(" - |");
}

static void print_missing(const struct sum *s)
{
	if (s->failed || s->no_account)
		printf(" %u workloads, counts of %u |\n", s->failed, s->no_account);
	else
		printf(" %s |\n", s->witnesses ? "nothing" : "`witnesses`");
}

static const char *env(const struct np_result *r, const char *key)
{
	const char *value = np_result_env(r, key);

	return value ? value : "-";
}

static void print_result(const struct np_result *r)
{
	struct sum s = add_up(r);

	printf("| %s | %s | %u arms, %u of %u |", env(r, "l0_kernel"), env(r, "l1_kernel"),
	       r->nr_arms, s.workloads - s.failed, s.workloads);
	print_verified(&s);
	printf(" %llu / %llu |", (unsigned long long)s.lost, (unsigned long long)s.desyncs);
	print_round_trip(r, "single");
	print_round_trip(r, "shadow-off");
	print_round_trip(r, "shadow-on");
	print_exits(r, "shadow-off");
	print_exits(r, "shadow-on");
	print_missing(&s);
}

/* Its message, which is the last line that starts with "nestprof: ". */
static void print_failure(const char *dir)
{
	char path[NP_PATH], kernels[100] = "- -", *log = NULL, *line = NULL;

	if (!fs_path(path, "%s/kernels", dir))
		fs_read_line(path, kernels, sizeof(kernels));
	if (!fs_path(path, "%s/log", dir) && !fs_read(path, &log, NULL))
		for (char *p = log; (p = strstr(p, "nestprof: ")); p++)
			line = p;
	printf("| %.*s | %s | no: %.*s | | | | | | | | all |\n", (int)strcspn(kernels, " "),
	       kernels, strchr(kernels, ' ') + 1, line ? (int)strcspn(line + 10, "\n") : 40,
	       line ? line + 10 : "it ended without a word");
	free(log);
}

int main(int argc, char **argv)
{
	char pattern[NP_PATH];
	glob_t dirs;

	if (argc != 2 || fs_path(pattern, "%s/[0-9]*", argv[1]) || glob(pattern, 0, NULL, &dirs)) {
		fprintf(stderr, "usage: kernels_table DIR (with the runs of kernels.sh)\n");
		return 2;
	}
	puts("| L0 | L1 | measured | counts equal to the kernel's own | lost / desyncs | "
	     "single | off | on | caused, off | caused, on | cannot fill |\n"
	     "|---|---|---|---|---|---|---|---|---|---|---|");
	for (size_t i = 0; i < dirs.gl_pathc; i++) {
		struct np_result *r = load(dirs.gl_pathv[i]);

		if (r)
			print_result(r);
		else
			print_failure(dirs.gl_pathv[i]);
		np_result_free(r);
	}
	globfree(&dirs);
	return 0;
}
