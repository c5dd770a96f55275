// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include "analysis/import/reader.h"
int imp_tracedat_open(struct imp_reader **r, const struct imp_source *source, struct imp_error *e)
{
	(void)r, (void)source;
	return imp_bad(e, 0, "not yet");
}
