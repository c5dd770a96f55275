// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/recording/replay_access.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Rows that are told apart at the same time, and in all: none fills the memory. */
#define MAX_KNOWN (2 * NP_MAX_ACCESS_ROWS)
#define MAX_TALLIES (1u << 18)

struct tally {
	uint8_t reason; /* of the L2 exit that L1 handled */
	uint64_t count, timed, ns;
};

struct known {
	struct rec_access a;
	uint32_t slot;
	uint32_t nr; /* for as many of L2's exits */
	struct tally *tally;
};

/* An access, from L1's exit to what the vCPU does next. */
struct pending {
	bool is_open, is_told;
	bool write;
	uint8_t reason;
	uint32_t access;
	uint64_t exited;
	uint64_t took; /* 0: not known */
};

struct replay_accesses {
	struct np_fields *fields;
	struct known *known; /* in the order of their numbers */
	uint32_t nr, max;
	uint32_t tallies, last;
	struct pending pending[NP_MAX_VCPUS];
	uint64_t full[NP_MAX_VCPUS][2]; /* reads and writes for which there was no room */
};

struct replay_accesses *replay_accesses_new(struct np_fields *fields)
{
	struct replay_accesses *r = calloc(1, sizeof(*r));

	if (r)
		r->fields = fields;
	return r;
}

void replay_accesses_free(struct replay_accesses *r)
{
	if (!r)
		return;
	for (uint32_t i = 0; i < r->nr; i++)
		free(r->known[i].tally);
	free(r->known);
	free(r);
}

static int make_room(struct replay_accesses *r)
{
	uint32_t max = r->max ? 2 * r->max : 64;
	struct known *more;

	if (r->nr < r->max)
		return 0;
	if (max > MAX_KNOWN)
		return -E2BIG;
	more = reallocarray(r->known, max, sizeof(*more));
	if (!more)
		return -ENOMEM;
	r->known = more;
	r->max = max;
	return 0;
}

int replay_accesses_learn(struct replay_accesses *r, uint32_t slot, const struct rec_access *a)
{
	int err = a->access > r->last ? make_room(r) : -EBADMSG;

	if (err)
		return err;
	r->known[r->nr++] = (struct known){ .a = *a, .slot = slot };
	r->last = a->access;
	return 0;
}

static int by_number(const void *number, const void *element)
{
	uint32_t a = *(const uint32_t *)number, b = ((const struct known *)element)->a.access;

	return (a > b) - (a < b);
}

static struct known *find(struct replay_accesses *r, uint32_t number)
{
	return r->nr ? bsearch(&number, r->known, r->nr, sizeof(*r->known), by_number) : NULL;
}

static struct tally *tally_for(struct replay_accesses *r, struct known *k, uint8_t reason)
{
	struct tally *more;

	for (uint32_t i = 0; i < k->nr; i++)
		if (k->tally[i].reason == reason)
			return &k->tally[i];
	if (r->tallies == MAX_TALLIES)
		return NULL;
	more = reallocarray(k->tally, k->nr + 1, sizeof(*more));
	if (!more)
		return NULL;
	k->tally = more;
	r->tallies++;
	more[k->nr] = (struct tally){ .reason = reason };
	return &more[k->nr++];
}

/* All that there is to know of an access is known. */
static int finish(struct replay_accesses *r, uint32_t slot)
{
	struct pending p = r->pending[slot];
	struct known *k;
	struct tally *t;

	r->pending[slot] = (struct pending){ 0 };
	if (!p.is_told)
		return 0;
	k = find(r, p.access);
	if (p.access && (!k || k->slot != slot || k->a.what.write != p.write))
		return -EBADMSG;
	t = k ? tally_for(r, k, p.reason) : NULL;
	if (!t) {
		r->full[slot][p.write]++;
		return 0;
	}
	t->count++;
	t->timed += p.took != 0;
	t->ns += p.took;
	return 0;
}

static void begin(struct pending *p, const struct rec_event *e, const struct np_vcpu *v)
{
	if (v->level != NP_LEVEL_L1 || (e->reason != NP_VMX_VMREAD && e->reason != NP_VMX_VMWRITE))
		return;
	*p = (struct pending){ .is_open = true,
			       .write = e->reason == NP_VMX_VMWRITE,
			       .reason = v->handling,
			       .exited = e->ns };
}

int replay_accesses_event(struct replay_accesses *r, uint32_t slot, const struct rec_event *e,
			  const struct np_vcpu *v)
{
	struct pending *p = &r->pending[slot];
	int err = 0;

	switch (e->type) {
	case NP_EVENT_EXIT:
		err = finish(r, slot);
		begin(p, e, v);
		break;
	case NP_EVENT_ENTRY:
		if (p->is_open && !p->took)
			p->took = e->ns - p->exited;
		break;
	case NP_EVENT_ACCESS:
		if (e->ns > UINT32_MAX || p->is_told)
			return -EBADMSG;
		/* Without its exit, which was lost, it is no access that anybody counts. */
		p->is_told = p->is_open;
		p->access = e->ns;
		break;
	case NP_EVENT_LOST:
		err = finish(r, slot);
		break;
	default:
		break;
	}
	return err;
}

static int add(struct replay_accesses *r, const struct np_vcpu *v, struct np_access a)
{
	if (!a.count)
		return 0;
	if (r->fields->nr >= MAX_TALLIES)
		return -E2BIG;
	a.tgid = v->tgid;
	a.vcpu = v->vcpu_id;
	return np_fields_add(r->fields, &a);
}

static int add_known(struct replay_accesses *r, const struct np_vcpu *v, struct known *k)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < k->nr; i++) {
		struct np_access a = k->a.what;

		a.reason = k->tally[i].reason;
		a.count = k->tally[i].count;
		a.timed = k->tally[i].timed;
		a.ns = k->tally[i].ns;
		err = add(r, v, a);
	}
	r->tallies -= k->nr;
	free(k->tally);
	return err;
}

int replay_accesses_end(struct replay_accesses *r, uint32_t slot, const struct np_vcpu *v)
{
	int err = finish(r, slot);
	uint32_t kept = 0;

	for (int write = 0; !err && write < 2; write++)
		err = add(r, v, (struct np_access){ .reason = NP_REASON_NONE,
						    .write = write,
						    .unknown = NP_UNKNOWN_FULL,
						    .count = r->full[slot][write] });
	memset(r->full[slot], 0, sizeof(r->full[slot]));
	for (uint32_t i = 0; i < r->nr; i++)
		if (r->known[i].slot != slot)
			r->known[kept++] = r->known[i];
		else
			err = add_known(r, v, &r->known[i]) ?: err;
	r->nr = kept;
	return err;
}
