// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/bench.h"
#include "analysis/json_write.h"
#include "analysis/result_json.h"

static json_t *workload_json(const struct np_bench *b, const struct np_workload_result *w)
{
	const struct np_samples *s = &w->untraced;
	double median = np_sample_median(s->ticks, s->n);
	struct np_interval in = np_median_interval(s->ticks, s->n);

	return json_pack("{s:o, s:o, s:o, s:o}", "median", np_json_ticks(median), "low",
			 np_json_ticks(in.low), "high", np_json_ticks(in.high), "ns",
			 np_json_ticks(np_bench_nanoseconds(b, median)));
}

static json_t *workloads_json(const struct np_bench *b)
{
	const struct np_arm_result *a = np_result_arm(b->result, NP_ARM_SINGLE);
	json_t *o = json_object();
	int err = 0;

	for (uint32_t i = 0; a && i < a->nr_workloads; i++)
		if (!a->workloads[i]->error[0])
			err |= json_object_set_new(o, a->workloads[i]->name,
						   workload_json(b, a->workloads[i]));
	return np_json_whole(o, err);
}

static json_t *figure_json(const struct np_nearness *n)
{
	const struct np_published *p = n->figure;

	if (!p)
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:f, s:f, s:o}", "source", p->source->name, "workload",
			 p->workload, "unit", np_unit_name(p->unit), "least", p->least, "most",
			 p->most, "factor", np_json_number(n->factor));
}

static json_t *near_json(const struct np_bench *b)
{
	return json_pack("{s:o, s:o, s:o}", "single", figure_json(&b->near[NP_FORM_SINGLE]),
			 "shadowed", figure_json(&b->near[NP_FORM_SHADOWED]), "nested",
			 figure_json(&b->near[NP_FORM_NESTED]));
}

static const char *suggestion_name(enum np_suggestion s)
{
	static const char *const names[] = {
		[NP_NOTHING_MEASURED] = "nothing",
		[NP_OTHER_BACKEND] = "other-backend",
		[NP_BARE_METAL] = "bare-metal",
		[NP_NESTED_SVM] = "nested-svm",
		[NP_NESTED_TRAPS] = "nested",
		[NP_NESTED_SHADOW] = "nested-shadowed",
		[NP_NESTED_AS_SINGLE] = "nested-as-single",
		[NP_NESTED_UNCLEAR] = "nested-unclear",
	};

	return names[s];
}

static json_t *bench_json(const struct np_bench *b)
{
	json_t *khz = b->machine.tsc_khz ? json_integer(b->machine.tsc_khz) : json_null();
	char text[800];

	np_bench_suggestion(b, text, sizeof(text));
	return json_pack("{s:o, s:o, s:b, s:o, s:s, s:s}", "tsc_khz", khz, "backend",
			 b->machine.backend[0] ? np_json_string(b->machine.backend) : json_null(),
			 "in_vm", b->machine.in_vm, "workloads", workloads_json(b), "suggests",
			 suggestion_name(b->suggestion), "text", text);
}

char *np_bench_to_json(const struct np_bench *b)
{
	json_t *o = np_result_json(b->result), *bench = bench_json(b);
	int err = bench ? json_object_set_new(bench, "nearest", near_json(b)) : -1;

	err |= json_object_set_new(o, "bench", bench);
	return np_json_print(np_json_whole(o, err));
}
