// SPDX-License-Identifier: GPL-2.0-only
#include "collector/recycle.h"

#include <string.h>

#include "collector/bpf_programs.h"

#ifdef NP_LEAN
static void recycle_pages(const struct recycling *r, const struct np_l2_tally *tally)
{
	(void)r, (void)tally; /* there are none */
}
#else
static void recycle_pages(const struct recycling *r, const struct np_l2_tally *tally)
{
	for (uint32_t i = 0; i < NP_TRIPS * NP_HIST_PAGES; i++) {
		uint32_t page = tally->page_of[i / NP_HIST_PAGES][i % NP_HIST_PAGES];

		if (!page)
			continue;
		memset(&r->pools->pages[page - 1], 0, sizeof(*r->pools->pages));
		programs_put_free(r->free_pages, page);
	}
}
#endif

void recycle_row(const struct recycling *r, uint32_t index)
{
	struct np_l2_tally *tally = &r->pools->tallies[index];

	recycle_pages(r, tally);
	memset(tally, 0, sizeof(*tally));
	memset(&r->pools->rows[index - 1], 0, sizeof(*r->pools->rows));
	if (index > r->shared_rows)
		programs_put_free(r->free_rows, index);
}
