// SPDX-License-Identifier: GPL-2.0-only
#include "collector/selection.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "collector/arm_option.h"

static bool is_custom(const struct ab_arm *arm)
{
	return ab_find_arm(arm->name) != arm;
}

/* --arms with the names of those that nestprof knows, and --arm for each other. */
static size_t arms_to_words(uint32_t nr_arms, const struct ab_arm *const arms[], char *out,
			    size_t size)
{
	const char *parting = "--arms ";
	size_t n = 0;

	for (uint32_t i = 0; i < nr_arms && n < size; i++)
		if (!is_custom(arms[i])) {
			n += snprintf(out + n, size - n, "%s%s", parting, arms[i]->name);
			parting = ",";
		}
	for (uint32_t i = 0; i < nr_arms && n < size; i++)
		if (is_custom(arms[i])) {
			n += snprintf(out + n, size - n, " --arm ");
			if (n >= size || arm_option_print(arms[i], out + n, size - n))
				return size;
			n += strlen(out + n);
		}
	return n;
}

int selection_to_words(const struct selection *s, uint32_t nr_arms,
		       const struct ab_arm *const arms[], char *out, size_t size)
{
	size_t n = arms_to_words(nr_arms, arms, out, size);

	if (n < size)
		n += snprintf(out + n, size - n,
			      " --repetitions %u --passes %u --precision %g%s%s%s --workloads ",
			      s->repetitions, s->passes ?: 1, 100 * s->precision,
			      s->verify ? " --verify" : "",
			      s->fields ? " --fields" : "", s->turtles ? " --turtles" : "");
	for (uint32_t i = 0; i < s->nr_workloads && n < size; i++)
		n += snprintf(out + n, size - n, "%s%s", i ? "," : "", s->workloads[i]);
	for (uint32_t i = 0; i < s->nr_tracers && n < size; i++)
		n += snprintf(out + n, size - n, "%s%s", i ? "," : " --tracers ", s->tracers[i]);
	if (s->micro && n < size)
		n += snprintf(out + n, size - n, " --l1 micro");
	if (s->l1_sequence && n < size)
		n += snprintf(out + n, size - n, " --l1-sequence %s", s->l1_sequence);
	if (s->timeout_s && n < size)
		n += snprintf(out + n, size - n, " --timeout %llu",
			      (unsigned long long)s->timeout_s);
	if (s->iterations && n < size)
		n += snprintf(out + n, size - n, " --iterations %llu",
			      (unsigned long long)s->iterations);
	return n < size ? 0 : -E2BIG;
}
