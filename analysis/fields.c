// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/fields.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/stat_model.h"
#include "bpf/nested_fsm.h"

int np_fields_add(struct np_fields *f, const struct np_access *a)
{
	struct np_access copy = *a, *more = f->access;

	/* Room for a power of two. */
	if (!(f->nr & (f->nr - 1)))
		more = realloc(f->access, (f->nr ? 2 * (size_t)f->nr : 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	f->access = more;
	copy.symbol = a->symbol ? strdup(a->symbol) : NULL;
	if (a->symbol && !copy.symbol)
		return -ENOMEM;
	f->access[f->nr++] = copy;
	return 0;
}

int np_fields_add_all(struct np_fields *to, const struct np_fields *from)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < from->nr; i++)
		err = np_fields_add(to, &from->access[i]);
	return err;
}

void np_fields_free(struct np_fields *f)
{
	for (uint32_t i = 0; i < f->nr; i++)
		free(f->access[i].symbol);
	free(f->access);
	*f = (struct np_fields){ 0 };
}

static int order(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_key(const void *x, const void *y)
{
	const struct np_access *a = x, *b = y;
	int o = order(a->tgid, b->tgid);

	o = o ?: order(a->vcpu, b->vcpu);
	o = o ?: order(a->unknown, b->unknown);
	o = o ?: order(a->field, b->field);
	o = o ?: order(a->write, b->write);
	o = o ?: order(a->memory, b->memory);
	o = o ?: order(a->address, b->address);
	return o ?: order(a->reason, b->reason);
}

/* Unknown ones come last, whatever their number. */
static int by_count(const void *x, const void *y)
{
	const struct np_access *a = x, *b = y;
	int o = order(!!a->unknown, !!b->unknown);

	o = o ?: order(b->count, a->count);
	return o ?: by_key(a, b);
}

static void sort(struct np_fields *f, int (*compare)(const void *, const void *))
{
	if (f->nr)
		qsort(f->access, f->nr, sizeof(*f->access), compare);
}

/* Takes what `from` has. */
static void join(struct np_access *to, struct np_access *from)
{
	to->count += from->count;
	to->timed += from->timed;
	to->ns += from->ns;
	if (!to->symbol)
		to->symbol = from->symbol;
	else
		free(from->symbol);
}

static void join_same(struct np_fields *f)
{
	uint32_t n = 0;

	sort(f, by_key);
	for (uint32_t i = 0; i < f->nr; i++)
		if (n && !by_key(&f->access[n - 1], &f->access[i]))
			join(&f->access[n - 1], &f->access[i]);
		else
			f->access[n++] = f->access[i];
	f->nr = n;
}

/* Room stays as np_fields_add() expects it: for no less than a power of two. */
static void drop_zero(struct np_fields *f)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->nr; i++)
		if (f->access[i].count)
			f->access[n++] = f->access[i];
		else
			free(f->access[i].symbol);
	f->nr = n;
}

void np_fields_merge(struct np_fields *f)
{
	join_same(f);
	drop_zero(f);
	sort(f, by_count);
}

/* Modulo 2^64: what is added again is what was there. */
int np_fields_subtract(struct np_fields *f, const struct np_fields *before)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < before->nr; i++) {
		struct np_access a = before->access[i];

		a.count = -a.count;
		a.timed = -a.timed;
		a.ns = -a.ns;
		err = np_fields_add(f, &a);
	}
	np_fields_merge(f);
	return err;
}

uint64_t np_fields_count(const struct np_fields *f, uint64_t field, bool write)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < f->nr; i++)
		if (!f->access[i].unknown && f->access[i].field == field &&
		    f->access[i].write == write)
			sum += f->access[i].count;
	return sum;
}

uint64_t np_fields_total(const struct np_fields *f, bool write)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < f->nr; i++)
		if (f->access[i].write == write)
			sum += f->access[i].count;
	return sum;
}

uint64_t np_fields_unknown(const struct np_fields *f)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < f->nr; i++)
		if (f->access[i].unknown)
			sum += f->access[i].count;
	return sum;
}

uint64_t np_fields_unknown_for(const struct np_fields *f, enum np_unknown why)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < f->nr; i++)
		if (f->access[i].unknown == why)
			sum += f->access[i].count;
	return sum;
}

double np_access_mean(const struct np_access *a)
{
	return a->timed ? (double)a->ns / a->timed : NAN;
}

double np_access_ns(const struct np_access *a)
{
	return np_access_mean(a) * a->count;
}

double np_fields_ns(const struct np_fields *f)
{
	double sum = 0;

	for (uint32_t i = 0; i < f->nr; i++)
		if (f->access[i].timed)
			sum += np_access_ns(&f->access[i]);
	return sum;
}

uint64_t np_account_accesses(const struct np_account *a, bool write)
{
	uint32_t reason = write ? NP_VMX_VMWRITE : NP_VMX_VMREAD;
	uint64_t sum = a->outside[reason] + a->unfinished[reason] - a->carried[reason];

	for (uint32_t i = 0; i < NP_REASONS; i++)
		sum += a->l2[i].caused[reason];
	return sum;
}

void np_fields_owe(const struct np_fields *f, const struct np_account *a, int64_t owed[2])
{
	for (int write = 0; write < 2; write++)
		owed[write] += np_account_accesses(a, write) - np_fields_total(f, write);
}

int np_fields_pay(struct np_fields *f, const int64_t owed[2])
{
	int err = 0;

	for (int write = 0; !err && write < 2; write++) {
		const struct np_access rest = { .vcpu = NP_ANY_VCPU,
						.reason = NP_REASON_NONE,
						.unknown = NP_UNKNOWN_EDGE,
						.write = write,
						.count = owed[write] };

		if (owed[write] > 0)
			err = np_fields_add(f, &rest);
	}
	return err;
}

int np_fields_balance(struct np_fields *f, const struct np_account *a)
{
	int64_t owed[2] = { 0 };

	np_fields_owe(f, a, owed);
	return np_fields_pay(f, owed);
}

static const struct {
	const char *name, *words;
} unknowns[] = {
	[NP_KNOWN] = { "known", "" },
	[NP_UNKNOWN_FAULTED] = { "faulted", "L1 was given an exception instead" },
	[NP_UNKNOWN_MODE] = { "not 64-bit", "L1 does not run 64-bit code" },
	[NP_UNKNOWN_UNMAPPED] = { "not mapped",
				  "L1's page tables, as KVM knows them, do not map the code" },
	[NP_UNKNOWN_UNREADABLE] = { "not readable",
				    "the code is in memory that is not resident, or private" },
	[NP_UNKNOWN_BYTES] = { "other code", "no such instruction is where it should be" },
	[NP_UNKNOWN_START] = { "unclear", "where the instruction begins was not known yet" },
	[NP_UNKNOWN_FULL] = { "no room", "more instructions and fields than there is room for" },
	[NP_UNKNOWN_EDGE] = { "under way", "not finished when counters were read, or begun "
					   "before they were" },
	[NP_UNKNOWN_TRACED] = { "not traced", "another tool's trace does not tell" },
};

const char *np_unknown_name(enum np_unknown why)
{
	return why < NP_UNKNOWNS ? unknowns[why].name : "?";
}

const char *np_unknown_words(enum np_unknown why)
{
	return why < NP_UNKNOWNS ? unknowns[why].words : "";
}
