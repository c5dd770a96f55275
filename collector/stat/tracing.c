// SPDX-License-Identifier: GPL-2.0-only
#include "collector/stat/tracing.h"

#include <errno.h>
#include <string.h>

/* In the order of the errors that stand for them. */
static const struct {
	int err;
	const char *why;
} reasons[] = {
	{ 0, "no program ran while it was sampled" },
	{ -EPERM, "the kernel's BPF statistics take CAP_SYS_ADMIN" },
	{ -EINVAL, "this kernel's BPF statistics cannot be put on" },
	{ -ENODATA, "the recording was cut off before it said so" },
	{ -ENOTSUP, "another tool recorded it" },
};

#define NR_REASONS (sizeof(reasons) / sizeof(reasons[0]))

const char *tracing_why_not(const struct stat_tracing *t)
{
	int err = t->err == -EACCES ? -EPERM : t->err;

	if (t->measured)
		return NULL;
	for (size_t i = 0; i < NR_REASONS; i++)
		if (reasons[i].err == err)
			return reasons[i].why;
	return reasons[2].why;
}

const char *tracing_text(const struct stat_tracing *t, char out[TRACING_TEXT])
{
	if (t->measured)
		snprintf(out, TRACING_TEXT,
			 "%.3f ms of CPU time (%.2f %% of one CPU), %.0f ns per program run "
			 "(kernel's BPF statistics, sampled in %.2f s)",
			 1000 * t->cpu_seconds, t->cpu_percent, t->ns_per_run, t->sampled);
	else
		snprintf(out, TRACING_TEXT, "not measured (%s)", tracing_why_not(t));
	return out;
}

json_t *tracing_to_json(const struct stat_tracing *t)
{
	if (!t->measured)
		return json_pack("{s:b, s:s}", "measured", false, "why", tracing_why_not(t));
	return json_pack("{s:b, s:s, s:f, s:I, s:f, s:f, s:f}", "measured", true, "source",
			 "bpf statistics", "sampled_seconds", t->sampled, "sampled_runs",
			 (json_int_t)t->runs, "ns_per_run", t->ns_per_run, "cpu_seconds",
			 t->cpu_seconds, "cpu_percent", t->cpu_percent);
}

static int error_of(const json_t *o)
{
	const char *why = json_string_value(json_object_get(o, "why"));

	for (size_t i = 0; why && i < NR_REASONS; i++)
		if (!strcmp(reasons[i].why, why))
			return reasons[i].err;
	return -ENODATA;
}

void tracing_from_json(struct stat_tracing *t, const json_t *o)
{
	json_int_t runs;

	*t = (struct stat_tracing){ 0 };
	t->measured = !json_unpack((json_t *)o, "{s:F, s:I, s:F, s:F, s:F}", "sampled_seconds",
				   &t->sampled, "sampled_runs", &runs, "ns_per_run",
				   &t->ns_per_run, "cpu_seconds", &t->cpu_seconds, "cpu_percent",
				   &t->cpu_percent) && json_is_true(json_object_get(o, "measured"));
	if (t->measured)
		t->runs = runs;
	else
		t->err = error_of(o);
}
