// SPDX-License-Identifier: GPL-2.0-only
#include "collector/session_fields.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <bpf/libbpf.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/bpf_programs.h"

#define ROWS_SIZE (NP_MAX_ACCESS_ROWS * sizeof(struct np_access_row))
#define QUIET_TURNS 20
#define TIMED_TURNS 16 /* in one of them accesses are timed: clocks are dear */
#define SITES_SIZE (NP_MAX_SITES * sizeof(struct np_site))

int session_fields_refuse(void)
{
	return fail(NP_EXIT_NO_BTF, -EOPNOTSUPP,
		    "VMCS fields cannot be told on this kernel: its BTF does not show L1's "
		    "registers and memory (Linux 5.17 and later do, with module BTF)");
}

void session_fields_choose(const struct fields_parts *p, const struct kvm_hooks *h, bool wanted)
{
	bpf_program__set_autoload(p->entry_access, wanted);
	bpf_program__set_autoload(p->learn_start, wanted && h->has_start);
	if (wanted)
		return;
	bpf_map__set_max_entries(p->rows, 1);
	bpf_map__set_max_entries(p->sites, 1);
}

int session_fields_map(struct session_fields *f, const struct fields_parts *p,
		       struct np_fields_talk *talk)
{
	f->talk = talk;
	f->rows = programs_map(p->rows, ROWS_SIZE);
	f->sites = programs_map(p->sites, SITES_SIZE);
	return f->rows && f->sites ? 0 : -ENOMEM;
}

void session_fields_unmap(struct session_fields *f)
{
	if (f->rows)
		munmap(f->rows, ROWS_SIZE);
	if (f->sites)
		munmap(f->sites, SITES_SIZE);
	memset(f, 0, sizeof(*f));
}

/* What all vCPUs tell together. */
struct seen {
	bool eager;
	uint32_t rows, enlightened;
};

static struct seen look(fields_state state, const void *arg)
{
	struct seen seen = { 0 };

	for (uint32_t i = 0; i < NP_MAX_VCPUS; i++) {
		const struct np_access_state *a = state(arg, i);

		if (!a)
			continue;
		seen.eager |= a->eager;
		seen.rows += a->rows;
		seen.enlightened += a->evmcs;
	}
	return seen;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

void session_fields_attached(struct session_fields *f, bool rests)
{
	f->turn = 0;
	f->talk->now = now_ns();
	f->rests = rests;
	f->talk->timing = rests;
}

/* Nothing new for so long that it is not worth a hook on all entries. */
static bool is_quiet(struct session_fields *f, const struct seen *seen)
{
	if (seen->rows != f->rows_seen)
		f->quiet = 0;
	f->rows_seen = seen->rows;
	return ++f->quiet > QUIET_TURNS;
}

static void tend_entry(struct session_fields *f, const struct fields_parts *p,
		       const struct seen *seen)
{
	bool is_new = !is_quiet(f, seen) && (seen->eager || !seen->rows);
	bool timing = is_new || ++f->turn % TIMED_TURNS == 0;

	if (!timing)
		f->talk->timing = false;
	programs_hook(p->entry_access, p->entry_link, timing || f->talk->overtaken);
	f->talk->timing = timing;
}

/* Before the first access, and while new rows come: what is unclear then is clear at once. */
static void tend_start(struct session_fields *f, const struct fields_parts *p,
		       const struct seen *seen)
{
	bool is_first = *p->start_link && !seen->rows;

	programs_hook(p->learn_start, p->start_link,
	    __atomic_load_n(&f->talk->unclear, __ATOMIC_RELAXED) || seen->eager || is_first);
}

void session_fields_tend(struct session_fields *f, const struct fields_parts *p,
			 const struct kvm_hooks *h, fields_state state, const void *arg)
{
	struct seen seen = look(state, arg);

	f->talk->now = now_ns();
	f->enlightened = seen.enlightened > f->enlightened ? seen.enlightened : f->enlightened;
	if (f->rests)
		tend_entry(f, p, &seen);
	if (h->has_start)
		tend_start(f, p, &seen);
}

uint32_t session_fields_enlightened(struct session_fields *f, fields_state state,
				    const void *arg)
{
	uint32_t n = look(state, arg).enlightened;

	n = n > f->enlightened ? n : f->enlightened;
	if (n && !f->told)
		log_note("L1 uses Hyper-V's enlightened VMCS on %u vCPU%s: it accesses most fields "
			 "in memory, without exits, and shadow VMCS has no part in it", n,
			 n == 1 ? "" : "s");
	f->told |= n > 0;
	return n;
}

static int each_full(const struct np_vcpu *v, uint32_t slot, session_access each, void *arg)
{
	const struct np_access_row row = {
		.slot = slot,
		.reason = NP_REASON_NONE,
		.kind = NP_UNKNOWN_FULL << NP_ACCESS_UNKNOWN_SHIFT,
		.count = v->access.full,
	};

	return row.count ? each(v, &row, arg) : 0;
}

int session_fields_each(const struct session_fields *f, const struct np_vcpu *vcpus,
			session_access each, void *arg)
{
	int err = 0;

	for (uint32_t i = 0; !err && f->rows && i < NP_MAX_ACCESS_ROWS; i++) {
		uint32_t slot = f->rows[i].slot;

		if (slot && slot <= NP_MAX_VCPUS)
			err = each(&vcpus[slot - 1], &f->rows[i], arg);
	}
	for (uint32_t i = 0; !err && f->rows && i < NP_MAX_VCPUS; i++)
		err = each_full(&vcpus[i], i + 1, each, arg);
	return err;
}

void session_fields_recycle(struct session_fields *f, uint32_t slot)
{
	if (!f->rows)
		return;
	for (uint32_t i = 0; i < NP_MAX_ACCESS_ROWS; i++)
		if (f->rows[i].slot == slot)
			memset(&f->rows[i], 0, sizeof(f->rows[i]));
	for (uint32_t i = 0; i < NP_MAX_SITES; i++) {
		if (f->sites[i].slot != slot)
			continue;
		if (f->sites[i].unknown == NP_UNKNOWN_START)
			__atomic_fetch_sub(&f->talk->unclear, 1, __ATOMIC_RELAXED);
		memset(&f->sites[i], 0, sizeof(f->sites[i]));
	}
}
