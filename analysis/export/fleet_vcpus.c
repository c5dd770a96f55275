// SPDX-License-Identifier: GPL-2.0-only
/* The counters of vCPUs as they stand. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/export/fleet.h"

static int by_vm(const void *a, const void *b)
{
	const struct fleet_vcpu *x = a, *y = b;

	return x->v->tgid != y->v->tgid ? (x->v->tgid < y->v->tgid ? -1 : 1)
					: (x->slot > y->slot) - (x->slot < y->slot);
}

static int make_slots(struct fleet *f, const struct fleet_vcpu *list, uint32_t n)
{
	uint32_t want = f->nr_slots;
	struct fleet_slot *more;

	for (uint32_t i = 0; i < n; i++)
		if (list[i].slot >= want)
			want = list[i].slot + 1;
	if (want == f->nr_slots)
		return 0;
	more = reallocarray(f->slot, want, sizeof(*more));
	if (!more)
		return -ENOMEM;
	memset(more + f->nr_slots, 0, (want - f->nr_slots) * sizeof(*more));
	f->slot = more;
	f->nr_slots = want;
	return 0;
}

/* Who was there the last time has its name already. */
static struct fleet_vm *find_vm(struct fleet *f, pid_t tgid, stat_name_vm name)
{
	char text[NP_VM_NAME];

	for (uint32_t i = 0; i < f->nr; i++)
		if (f->vm[i].tgid == tgid && f->vm[i].seen >= f->before)
			return &f->vm[i];
	name(tgid, text, NULL);
	return fleet_vm_of(f, tgid, text);
}

#ifdef NP_LEAN
static void sum_trips(struct fleet_slot *s, const struct np_vcpu *v, const struct np_pools *pools,
		      const uint8_t *bucket_of)
{
	(void)pools, (void)bucket_of;
	for (uint32_t k = 0; k < NP_TRIPS; k++)
		memcpy(s->trips[k], v->trips[k], sizeof(s->trips[k]));
}
#else
static void add_pages(uint32_t to[FLEET_BUCKETS + 1], uint32_t row,
		      const struct np_pools *pools, uint32_t kind, const uint8_t *bucket_of)
{
	for (uint32_t p = 0; p < NP_HIST_PAGES; p++) {
		uint32_t page = pools->tallies[row].page_of[kind][p];

		for (uint32_t i = 0; page && i < NP_HIST_PAGE; i++)
			to[bucket_of[p * NP_HIST_PAGE + i]] += pools->pages[page - 1].n[i];
	}
}

/* A row that reasons share is there more than once. */
static void sum_trips(struct fleet_slot *s, const struct np_vcpu *v, const struct np_pools *pools,
		      const uint8_t *bucket_of)
{
	bool shared = false;

	memset(s, 0, sizeof(*s));
	for (uint32_t r = 0; pools->pages && r < NP_REASONS; r++) {
		uint32_t row = v->row_of[r];

		if (!row || (row == v->shared_row && shared))
			continue;
		shared |= row == v->shared_row;
		for (uint32_t k = 0; k < NP_TRIPS; k++)
			add_pages(s->trips[k], row, pools, k, bucket_of);
	}
}
#endif

static void add_trips(struct fleet *f, struct fleet_vm *vm, const struct fleet_vcpu *c,
		      const struct np_pools *pools, const uint8_t *bucket_of)
{
	struct fleet_slot after, *before = &f->slot[c->slot];

	sum_trips(&after, c->v, pools, bucket_of);
	for (uint32_t k = 0; k < NP_TRIPS; k++)
		for (uint32_t b = 0; b <= FLEET_BUCKETS; b++)
			vm->trips[k][b] += (uint32_t)(after.trips[k][b] - before->trips[k][b]);
	*before = after;
	if (c->gone) /* the slot will be another's */
		memset(before, 0, sizeof(*before));
}

/* Those that run are summed up first: counting is for the VM as a whole. */
static void add_vm(struct fleet *f, struct fleet_vm *vm, const struct fleet_vcpu *list, uint32_t n,
		   const struct np_pools *pools)
{
	for (int gone = 0; gone < 2; gone++) {
		uint32_t any = 0;

		for (uint32_t i = 0; i < n; i++) {
			if (list[i].gone != gone)
				continue;
			if (!any++)
				memset(&f->account, 0, sizeof(f->account));
			np_account_add_vcpu(&f->account, list[i].v, pools);
		}
		if (!any)
			continue;
		f->account.isa = vm->isa = list[0].v->isa;
		fleet_count(&vm->now, &f->account);
		if (gone)
			fleet_count(&vm->ended, &f->account);
	}
}

int fleet_vcpus(struct fleet *f, struct fleet_vcpu *list, uint32_t n, const struct np_pools *pools,
		stat_name_vm name)
{
	uint8_t bucket_of[NP_HIST_BUCKETS];
	int err = make_slots(f, list, n);

	if (err)
		return err;
	for (uint32_t i = 0; i < NP_HIST_BUCKETS; i++)
		bucket_of[i] = fleet_bucket(i);
	qsort(list, n, sizeof(*list), by_vm);
	for (uint32_t i = 0, end; i < n; i = end) {
		uint32_t tgid = list[i].v->tgid;
		struct fleet_vm *vm = find_vm(f, tgid, name);

		for (end = i; end < n && list[end].v->tgid == tgid; end++)
			add_trips(f, vm, &list[end], pools, bucket_of);
		vm->tgid = tgid;
		vm->seen = f->now;
		add_vm(f, vm, list + i, end - i, pools);
	}
	return 0;
}
