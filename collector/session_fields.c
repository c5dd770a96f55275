// SPDX-License-Identifier: GPL-2.0-only
#include "collector/session_fields.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/libbpf.h>

#include "collector/bpf_programs.h"

#define ROWS_SIZE (NP_MAX_ACCESS_ROWS * sizeof(struct np_access_row))
#define SITES_SIZE (NP_MAX_SITES * sizeof(struct np_site))

void session_fields_choose(const struct fields_parts *p, const struct kvm_hooks *h, bool wanted)
{
	bpf_program__set_autoload(p->entry_access, wanted);
	bpf_program__set_autoload(p->learn_start, wanted && h->has_start);
	if (wanted)
		return;
	bpf_map__set_max_entries(p->rows, 1);
	bpf_map__set_max_entries(p->sites, 1);
}

int session_fields_map(struct session_fields *f, const struct fields_parts *p, uint32_t *unclear)
{
	f->unclear = unclear;
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

/* Before the first access, and while new rows come: what is unclear then is clear at once. */
static bool expects_new(fields_state state, const void *arg, bool is_in)
{
	bool eager = false, any = false;

	for (uint32_t i = 0; i < NP_MAX_VCPUS; i++) {
		const struct np_access_state *a = state(arg, i);

		eager |= a && a->eager;
		any |= a && (a->eager || a->dice);
	}
	return eager || (is_in && !any);
}

void session_fields_tend(const struct session_fields *f, const struct fields_parts *p,
			 const struct kvm_hooks *h, fields_state state, const void *arg)
{
	struct bpf_link **link = p->link;
	bool needed = __atomic_load_n(f->unclear, __ATOMIC_RELAXED) ||
		      expects_new(state, arg, *link);

	if (!h->has_start)
		return;
	if (*link && !needed) {
		bpf_link__destroy(*link);
		*link = NULL;
	} else if (!*link && needed) {
		*link = bpf_program__attach(p->learn_start);
	}
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
			__atomic_fetch_sub(f->unclear, 1, __ATOMIC_RELAXED);
		memset(&f->sites[i], 0, sizeof(f->sites[i]));
	}
}
