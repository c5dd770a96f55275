// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/sites.h"

#include <stdlib.h>

#define SEATS (2 * NP_MAX_ACCESS_ROWS)

struct imp_sites {
	uint32_t nr;
	struct rec_access of[SEATS]; /* a hash; .access 0: free */
};

struct imp_sites *imp_sites_new(void)
{
	return calloc(1, sizeof(struct imp_sites));
}

void imp_sites_free(struct imp_sites *s)
{
	free(s);
}

static bool is_same(const struct rec_access *a, const struct rec_access *b)
{
	return a->stream == b->stream && a->what.write == b->what.write &&
	       a->what.address == b->what.address;
}

static struct rec_access *seat(struct imp_sites *s, const struct rec_access *a)
{
	uint64_t at = (a->what.address + a->stream * 2 + a->what.write) * 0x9e3779b97f4a7c15ull;

	for (at >>= 32; s->of[at % SEATS].access; at++)
		if (is_same(&s->of[at % SEATS], a))
			break;
	return &s->of[at % SEATS];
}

uint32_t imp_sites_access(struct imp_sites *s, uint32_t stream, const struct rec_event *exit,
			  const struct imp_origin *from, struct rec_access *a, bool *is_new)
{
	struct rec_access *known;

	*is_new = false;
	if (from->isa == NP_ISA_SVM ||
	    (exit->reason != NP_VMX_VMREAD && exit->reason != NP_VMX_VMWRITE))
		return 0;
	*a = (struct rec_access){ .stream = stream,
				  .what = { .write = exit->reason == NP_VMX_VMWRITE,
					    .unknown = NP_UNKNOWN_TRACED,
					    .address = from->rip } };
	known = seat(s, a);
	if (!known->access && s->nr < NP_MAX_ACCESS_ROWS) {
		*is_new = true;
		a->access = ++s->nr;
		*known = *a;
	}
	return known->access;
}
