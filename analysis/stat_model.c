// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/stat_model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/stat_sparse.h"

/* Accounts are added and kept as plain words. */
_Static_assert(sizeof(struct np_account) % sizeof(uint64_t) == 0, "words and no rest");

/* A vCPU from its first exit to its last. */
struct known {
	struct stat_whose whose;
	uint32_t isa;
	uint32_t slot;
	bool gone;
	struct np_sparse before, after;
	struct np_sparse trips_before, trips_after;
};

/* How often a vCPU failed to enter L2, for one cause. */
struct failing {
	struct stat_whose whose;
	struct np_failure cause; /* with its slot */
	uint64_t before, after;
	bool gone;
};

struct stat_model {
	struct known *known;
	uint32_t n;
	struct failing *failing;
	uint32_t nr_failing;
	/* Scratch: too large for the stack. */
	struct np_account before, after, window;
	struct np_trip_hists trips;
};

struct stat_model *stat_model_new(void)
{
	return calloc(1, sizeof(struct stat_model));
}

static void forget(struct known *k)
{
	np_sparse_free(&k->before);
	np_sparse_free(&k->after);
	np_sparse_free(&k->trips_before);
	np_sparse_free(&k->trips_after);
}

void stat_model_free(struct stat_model *m)
{
	if (!m)
		return;
	for (uint32_t i = 0; i < m->n; i++)
		forget(&m->known[i]);
	free(m->known);
	free(m->failing);
	free(m);
}

static struct known *find(const struct stat_model *m, uint32_t slot)
{
	for (uint32_t i = 0; i < m->n; i++)
		if (m->known[i].slot == slot && !m->known[i].gone)
			return &m->known[i];
	return NULL;
}

static const struct known *find_any(const struct stat_model *m, uint32_t slot)
{
	const struct known *k = find(m, slot);

	for (uint32_t i = 0; !k && i < m->n; i++)
		if (m->known[i].slot == slot)
			k = &m->known[i];
	return k;
}

static const struct known *find_vm(const struct stat_model *m, pid_t tgid)
{
	for (uint32_t i = 0; i < m->n; i++)
		if (m->known[i].whose.tgid == tgid)
			return &m->known[i];
	return NULL;
}

/* Kept in the order of PIDs and vCPUs. */
static uint32_t place_of(const struct stat_model *m, pid_t tgid, uint32_t vcpu)
{
	uint32_t i = 0;

	while (i < m->n && (m->known[i].whose.tgid < tgid ||
			    (m->known[i].whose.tgid == tgid && m->known[i].whose.vcpu <= vcpu)))
		i++;
	return i;
}

static struct known *add(struct stat_model *m, uint32_t slot, const struct np_vcpu *v,
			 stat_name_vm name, void *arg)
{
	struct known new = { .whose = { .tgid = v->tgid, .vcpu = v->vcpu_id },
			     .isa = v->isa,
			     .slot = slot };
	const struct known *same_vm = find_vm(m, v->tgid);
	uint32_t at = place_of(m, v->tgid, v->vcpu_id);
	struct known *more;

	if (same_vm)
		memcpy(new.whose.vm, same_vm->whose.vm, sizeof(new.whose.vm));
	else
		name(v->tgid, new.whose.vm, arg);
	more = reallocarray(m->known, m->n + 1, sizeof(*more));
	if (!more)
		return NULL;
	m->known = more;
	memmove(more + at + 1, more + at, (m->n - at) * sizeof(*more));
	more[at] = new;
	m->n++;
	return &more[at];
}

int stat_model_vcpu(struct stat_model *m, uint32_t slot, const struct np_vcpu *v,
		    const struct np_pools *pools, bool gone, stat_name_vm name, void *arg)
{
	struct known *k = find(m, slot);
	int err;

	if (!k)
		k = add(m, slot, v, name, arg);
	if (!k)
		return -ENOMEM;
	k->gone = gone;
	memset(&m->window, 0, sizeof(m->window));
	np_account_add_vcpu(&m->window, v, pools);
	err = np_trip_snap_take(&k->trips_after, v, pools);
	return err ? err : np_sparse_pack(&k->after, &m->window, sizeof(m->window));
}

static bool together(const struct stat_whose *a, const struct stat_whose *b, enum stat_by by)
{
	return by == STAT_BY_REASON ||
	       (a->tgid == b->tgid && (by == STAT_BY_VM || a->vcpu == b->vcpu));
}

static void name_window(struct stat_whose *whose, enum stat_by by)
{
	if (by != STAT_BY_VCPU)
		whose->vcpu = NP_ANY_VCPU;
	if (by == STAT_BY_REASON)
		*whose = (struct stat_whose){ .vcpu = NP_ANY_VCPU };
}

/* Of one that was not read again: it has not changed. */
static bool was_read(const struct known *k)
{
	return k->after.bytes;
}

/* Sums up the vCPUs from `i` on that belong together; returns the first that does not. */
static uint32_t sum_up(struct stat_model *m, uint32_t i, enum stat_by by)
{
	const struct known *first = &m->known[i];

	memset(&m->before, 0, sizeof(m->before));
	memset(&m->after, 0, sizeof(m->after));
	memset(&m->trips, 0, sizeof(m->trips));
	for (; i < m->n && together(&first->whose, &m->known[i].whose, by); i++) {
		const struct known *k = &m->known[i];

		np_sparse_add(&k->before, &m->before);
		np_sparse_add(was_read(k) ? &k->after : &k->before, &m->after);
		if (was_read(k))
			np_trip_hists_add(&m->trips, &k->trips_after, &k->trips_before);
	}
	m->before.isa = m->after.isa = first->isa;
	np_account_diff(&m->window, &m->after, &m->before);
	return i;
}

int stat_model_windows(struct stat_model *m, enum stat_by by, stat_each each, void *arg)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < m->n;) {
		struct stat_whose whose = m->known[i].whose;

		name_window(&whose, by);
		i = sum_up(m, i, by);
		err = each(&whose, &m->window, &m->trips, arg);
	}
	return err;
}

static struct failing *find_failing(struct stat_model *m, const struct np_failure *cause)
{
	for (uint32_t i = 0; i < m->nr_failing; i++)
		if (!m->failing[i].gone && !memcmp(&m->failing[i].cause, cause, sizeof(*cause)))
			return &m->failing[i];
	return NULL;
}

static struct failing *add_failing(struct stat_model *m, const struct np_failure *cause)
{
	struct failing *more = reallocarray(m->failing, m->nr_failing + 1, sizeof(*more));

	if (!more)
		return NULL;
	m->failing = more;
	more[m->nr_failing] = (struct failing){ .cause = *cause };
	return &more[m->nr_failing++];
}

int stat_model_failure(struct stat_model *m, uint32_t slot, const struct np_failure *cause,
		       uint64_t n)
{
	const struct known *k = find_any(m, slot);
	struct failing *f = find_failing(m, cause);

	if (!k)
		return 0; /* nobody asked for that vCPU */
	if (!f)
		f = add_failing(m, cause);
	if (!f)
		return -ENOMEM;
	f->whose = k->whose;
	f->after = n;
	f->gone = k->gone;
	return 0;
}

int stat_model_failures(const struct stat_model *m, enum stat_by by, struct stat_failures *to)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < m->nr_failing; i++) {
		const struct failing *f = &m->failing[i];
		struct stat_whose whose = f->whose;

		name_window(&whose, by);
		err = stat_failures_add(to, &whose, &f->cause, f->after - f->before);
	}
	return err;
}

static void advance_failing(struct stat_model *m)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < m->nr_failing; i++) {
		if (m->failing[i].gone)
			continue;
		m->failing[kept] = m->failing[i];
		m->failing[kept].before = m->failing[kept].after;
		kept++;
	}
	m->nr_failing = kept;
}

void stat_model_advance(struct stat_model *m)
{
	uint32_t kept = 0;

	advance_failing(m);
	for (uint32_t i = 0; i < m->n; i++) {
		struct known *k = &m->known[i];

		if (k->gone) {
			forget(k);
			continue;
		}
		if (was_read(k)) {
			np_sparse_move(&k->before, &k->after);
			np_sparse_move(&k->trips_before, &k->trips_after);
		}
		m->known[kept++] = *k;
	}
	m->n = kept;
}
