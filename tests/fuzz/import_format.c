// SPDX-License-Identifier: GPL-2.0-only
/* Descriptions of events' formats, and records that are read by them. */
#include <stdlib.h>

#include "analysis/import/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imp_layouts *l = imp_layouts_new();
	struct imp_error error = { 0 };
	struct imp_event e = { 0 };

	imp_layouts_add(l, (const char *)data, size, 0, &error);
	for (uint32_t i = 1; i <= l->nr; i++) {
		uint8_t *record = malloc(l->of[i].least);

		memset(record, 0x5a, l->of[i].least);
		if (!imp_layout_decode(&l->of[i], record, l->of[i].least, &e))
			abort();
		free(record);
	}
	free(l);
	return 0;
}
