// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/published.h"

#include <stddef.h>

enum {
#define SOURCE(id, name, text) SOURCE_##id,
#include "analysis/published.def"
};

static const struct np_source sources[] = {
#define SOURCE(id, name, text) [SOURCE_##id] = { name, text },
#include "analysis/published.def"
};

static const struct np_published published[] = {
#define PUBLISHED(source, workload, form, unit, least, most)                                       \
	{ &sources[SOURCE_##source], #workload, NP_FORM_##form, NP_UNIT_##unit, least, most },
#include "analysis/published.def"
};

const struct np_published *np_published_at(uint32_t i)
{
	return i < sizeof(published) / sizeof(*published) ? &published[i] : NULL;
}

const struct np_source *np_source_at(uint32_t i)
{
	return i < sizeof(sources) / sizeof(*sources) ? &sources[i] : NULL;
}

const char *np_form_name(enum np_form form)
{
	static const char *const names[] = { [NP_FORM_SINGLE] = "single level",
					     [NP_FORM_NESTED] = "nested",
					     [NP_FORM_SHADOWED] = "nested, shadowed" };

	return names[form];
}

const char *np_unit_name(enum np_unit unit)
{
	return unit == NP_UNIT_CYCLES ? "cycles" : "us";
}
