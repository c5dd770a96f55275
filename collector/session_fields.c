// SPDX-License-Identifier: GPL-2.0-only
#include "collector/session_fields.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/libbpf.h>

#include "collector/bpf_programs.h"

#include "bpf/nested.skel.h"

#define ROWS_SIZE (NP_MAX_ACCESS_ROWS * sizeof(struct np_access_row))
#define SITES_SIZE (NP_MAX_SITES * sizeof(struct np_site))

void session_fields_choose(struct nested_bpf *skel, const struct kvm_hooks *h, bool wanted)
{
	bpf_program__set_autoload(skel->progs.entry_access, wanted);
	bpf_program__set_autoload(skel->progs.learn_start, wanted && h->has_start);
	if (wanted)
		return;
	bpf_map__set_max_entries(skel->maps.access_rows, 1);
	bpf_map__set_max_entries(skel->maps.sites, 1);
}

int session_fields_map(struct session_fields *f, const struct nested_bpf *skel)
{
	f->rows = programs_map(skel->maps.access_rows, ROWS_SIZE);
	f->sites = programs_map(skel->maps.sites, SITES_SIZE);
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
static bool expects_new(const struct np_vcpu *vcpus, bool is_in)
{
	bool eager = false, any = false;

	for (uint32_t i = 0; i < NP_MAX_VCPUS; i++) {
		if (!vcpus[i].key || vcpus[i].key == NP_KEY_GONE)
			continue;
		eager |= vcpus[i].access.eager;
		any |= vcpus[i].access.eager || vcpus[i].access.dice;
	}
	return eager || (is_in && !any);
}

void session_fields_tend(struct nested_bpf *skel, const struct kvm_hooks *h)
{
	struct bpf_link **link = &skel->links.learn_start;
	bool needed = __atomic_load_n(&skel->bss->unclear, __ATOMIC_RELAXED) ||
		      expects_new(skel->bss->vcpus, *link);

	if (!h->has_start)
		return;
	if (*link && !needed) {
		bpf_link__destroy(*link);
		*link = NULL;
	} else if (!*link && needed) {
		*link = bpf_program__attach(skel->progs.learn_start);
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

void session_fields_recycle(struct session_fields *f, struct nested_bpf *skel, uint32_t slot)
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
			__atomic_fetch_sub(&skel->bss->unclear, 1, __ATOMIC_RELAXED);
		memset(&f->sites[i], 0, sizeof(f->sites[i]));
	}
}
