// SPDX-License-Identifier: GPL-2.0-only
#include "collector/workload.h"

#include <stddef.h>
#include <string.h>

#include "workloads/l2/harness.h"

static const struct workload workloads[] = {
#define BASIC true
#define EXTRA false
#define NATIVE true
#define GUEST false
#define WORKLOAD(name, set, form, iterations, machine, pages, each, exits, stresses)               \
	{ #name, set, false, form, (machine) & NP_L2_SECOND ? 2 : 1, iterations, iterations,       \
	  exits, stresses },
#define MACRO(name, form, lab, hardware, stresses)                                                 \
	{ #name, EXTRA, true, form, 1, lab, hardware, "", stresses },
#include "workloads/manifest.def"
#undef WORKLOAD
#undef MACRO
};

const struct workload *workload_at(uint32_t i)
{
	return i < sizeof(workloads) / sizeof(*workloads) ? &workloads[i] : NULL;
}

const struct workload *workload_find(const char *name)
{
	const struct workload *w;

	for (uint32_t i = 0; (w = workload_at(i)); i++)
		if (strcmp(w->name, name) == 0)
			return w;
	return NULL;
}

bool workload_in_all(const struct workload *w)
{
	return !w->macro && w->cpus == 1;
}
