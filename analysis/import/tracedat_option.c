// SPDX-License-Identifier: GPL-2.0-only
/* What both versions tell in options. */
#include <stdio.h>

#include "analysis/import/tracedat.h"

enum { OPTION_BUFFER = 3, OPTION_TRACECLOCK = 4, OPTION_UNAME = 5, OPTION_TSC2NSEC = 14 };

/* "[local] global counter": the one that was in use. */
static int take_clock(struct tracedat *t, struct imp_input *in)
{
	static const char *const ns[] = { "local", "global", "perf", "mono", "mono_raw", "boot",
					  "tai" };
	struct imp_about *about = &t->reader.about;
	char text[256], *from, *to;
	int err = imp_string(in, text, sizeof(text));

	from = err ? NULL : strchr(text, '[');
	to = from ? strchr(from, ']') : NULL;
	if (!to)
		return err;
	*to = '\0';
	snprintf(about->clock, sizeof(about->clock), "%.31s", from + 1);
	about->counts_only = true;
	for (size_t i = 0; i < sizeof(ns) / sizeof(*ns); i++)
		if (!strcmp(about->clock, ns[i]))
			about->counts_only = false;
	return 0;
}

/* "Linux host 6.1.0-56-cloud-amd64 x86_64": the third word. */
static int take_uname(struct tracedat *t, struct imp_input *in)
{
	char text[256], release[128] = "";
	int err = imp_string(in, text, sizeof(text));

	if (!err && sscanf(text, "%*s %*s %127s", release) == 1)
		snprintf(t->reader.about.kernel, sizeof(t->reader.about.kernel), "%s", release);
	return err;
}

static int take_cycles(struct tracedat *t, struct imp_input *in)
{
	uint32_t mult, shift;
	int err = imp_u32(in, &mult);

	err = err ?: imp_u32(in, &shift);
	if (!err && shift < 64) {
		t->mult = mult;
		t->shift = shift;
	}
	return err;
}

static int take_buffer6(struct tracedat *t, struct imp_input *in)
{
	uint64_t offset;
	int err = imp_u64(in, &offset);

	return err ?: dat_buffer6(t, offset);
}

int dat_option(struct tracedat *t, uint16_t option, struct imp_input *in)
{
	switch (option) {
	case OPTION_TRACECLOCK:
		return take_clock(t, in);
	case OPTION_UNAME:
		return take_uname(t, in);
	case OPTION_TSC2NSEC:
		return take_cycles(t, in);
	case OPTION_BUFFER:
		return take_buffer6(t, in);
	default:
		return 0;
	}
}
