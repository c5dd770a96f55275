// SPDX-License-Identifier: GPL-2.0-only
#include "collector/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf/nested_fsm.h"
#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/bpf_log.h"
#include "collector/bpf_programs.h"
#include "collector/session_fields.h"

#include "bpf/nested.skel.h"

struct session {
	struct nested_bpf *skel;
	struct kvm_hooks hooks;
	struct session_config c;
	/* The programs' maps themselves. */
	struct np_vcpu *vcpus;
	struct np_pools pools;
	struct session_fields fields;
	bool attached;
};

#define ROWS_SIZE (NP_MAX_ROWS * sizeof(struct np_l2_row))
#define PAGES_SIZE (NP_MAX_HIST_PAGES * sizeof(struct np_hist_page))

#define WANT(name, wanted) bpf_program__set_autoload(skel->progs.name, wanted)
/* A program with the time in it, or its twin without. */
#define WANT_ONE(name, timed, wanted)                                                              \
	do {                                                                                       \
		WANT(name, (wanted) && !(timed));                                                  \
		WANT(name##_timed, (wanted) && (timed));                                           \
	} while (0)

static void choose_exit(struct nested_bpf *skel, enum reason_way way, bool timed, bool fields)
{
	WANT_ONE(exit_with_reason, timed, way == REASON_IS_ARGUMENT);
	WANT_ONE(exit_cast, timed, way == REASON_BY_CAST && !fields);
	WANT_ONE(exit_kptr, timed, way == REASON_BY_KPTR && !fields);
	WANT_ONE(exit_read, timed, way == REASON_BY_READ && !fields);
	WANT(exit_cast_accesses, way == REASON_BY_CAST && fields);
	WANT(exit_kptr_accesses, way == REASON_BY_KPTR && fields);
	WANT(exit_read_accesses, way == REASON_BY_READ && fields);
	WANT(learn_type, way == REASON_BY_KPTR);
	bpf_program__set_autoattach(skel->progs.learn_type, false); /* session_tend() does */
	/* Kernels for which this is not meant read its declaration otherwise. */
	bpf_map__set_autocreate(skel->maps.typed, way == REASON_BY_KPTR);
}

/* For a kernel whose modules have no BTF. */
static void choose_unchecked(struct nested_bpf *skel, const struct session_config *c)
{
	WANT(exit_unchecked, true);
	WANT(nested_vmexit_unchecked, c->check);
	WANT(nested_vmexit_inject_unchecked, true);
	WANT(nested_vmenter_returns, true);
	bpf_map__set_autocreate(skel->maps.typed, false);
}

static void choose_checked(struct nested_bpf *skel, const struct kvm_hooks *h,
			   const struct session_config *c)
{
	bool typed = h->reason == REASON_BY_KPTR, enters = c->times || !h->infers;
	bool to_shadow = c->syncs && h->has_sync[NP_SYNC_TO_SHADOW];
	bool from_shadow = c->syncs && h->has_sync[NP_SYNC_FROM_SHADOW];

	choose_exit(skel, h->reason, c->times, c->fields);
	WANT(entry_timed, c->times);
	WANT_ONE(inject, c->times, !h->infers);
	WANT_ONE(vmenter, c->times, enters && h->vmenter_is_event);
	WANT_ONE(vmenter_function, c->times, enters && !h->vmenter_is_event);
	WANT(halt, h->infers && h->has_halt);
	WANT(nested_vmexit_with_reason, c->check && h->exit_has_reason);
	WANT(nested_vmexit, c->check && !h->exit_has_reason);
	WANT(typed_vcpu_destroyed, h->vcpu_destroy && typed);
	WANT(vcpu_destroyed, h->vcpu_destroy && !typed);
	WANT(to_shadow_begin, to_shadow);
	WANT(to_shadow_end, to_shadow);
	WANT(from_shadow_begin, from_shadow);
	WANT(from_shadow_end, from_shadow);
}

/* What was asked for is left out where the kernel has no hook for it. */
static void leave_out(struct session *s)
{
	static const char *const functions[] = { "nested_sync_vmcs12_to_shadow",
						 "copy_shadow_to_vmcs12" };

	if (s->c.times && !s->hooks.has_entry) {
		s->c.times = false;
		log_note("this kernel's BTF has no tracepoint kvm_entry that the collector "
			 "knows: round trips are not timed");
	}
	if (s->c.fields && !s->hooks.has_accesses) {
		s->c.fields = false;
		log_note("this kernel's BTF does not show L1's registers and memory: VMCS fields "
			 "cannot be told");
	}
	if (s->c.fields && !s->hooks.has_start)
		log_note("this kernel's BTF has no function vmx_cache_reg: some of L1's "
			 "instructions will not be told");
	for (int i = 0; i < NP_SYNCS; i++)
		if (s->c.syncs && !s->hooks.has_sync[i])
			log_note("this kernel's BTF has no function %s: its calls are not counted",
				 functions[i]);
}

static int probe(struct session *s)
{
	int err = programs_probe(&s->hooks);

	if (!err)
		leave_out(s);
	return err;
}

static int load_chosen(struct session *s)
{
	s->skel = nested_bpf__open();
	if (!s->skel)
		return programs_cannot("open", -errno);
	s->skel->rodata->target_tgid = s->c.tgid;
	s->skel->rodata->infers = s->hooks.infers;
	s->skel->rodata->forgets = s->hooks.vcpu_destroy;
	if (s->c.phases_every)
		s->skel->rodata->phases_every = s->c.phases_every;
	if (s->hooks.unchecked)
		choose_unchecked(s->skel, &s->c);
	else
		choose_checked(s->skel, &s->hooks, &s->c);
	if (!s->c.times)
		bpf_map__set_max_entries(s->skel->maps.pages, 1);
	session_fields_choose(s->skel, &s->hooks, s->c.fields);
	return nested_bpf__load(s->skel);
}

static int load(struct session *s)
{
	int err = probe(s);

	if (err)
		return err;
	err = load_chosen(s);
	if (err && s->hooks.vcpu_destroy) {
		/* Some kernels take tracepoints and no functions: this one can be missed. */
		nested_bpf__destroy(s->skel);
		s->hooks.vcpu_destroy = false;
		bpf_log_catch();
		err = load_chosen(s);
	}
	return err ? programs_cannot("load", err) : 0;
}

static int map_all(struct session *s)
{
	s->vcpus = s->skel->bss->vcpus;
	s->pools.rows = programs_map(s->skel->maps.rows, ROWS_SIZE);
	s->pools.max_rows = s->pools.nr_rows = NP_MAX_ROWS; /* only programs take new ones */
	if (s->pools.rows && s->c.times)
		s->pools.pages = programs_map(s->skel->maps.pages, PAGES_SIZE);
	if (!s->pools.rows || (s->c.times && !s->pools.pages))
		return -ENOMEM;
	return s->c.fields ? session_fields_map(&s->fields, s->skel) : 0;
}

/* Slots, rows and pages are numbered from 1; the first rows belong to the slots. */
static int fill_free_lists(struct session *s)
{
	uint32_t nr_pages = s->c.times ? NP_MAX_HIST_PAGES : 0;
	int err = 0;

	for (uint32_t i = 1; !err && i <= NP_MAX_VCPUS; i++)
		err = programs_put_free(s->skel->maps.free_slots, i);
	for (uint32_t i = NP_MAX_VCPUS + 1; !err && i <= NP_MAX_ROWS; i++)
		err = programs_put_free(s->skel->maps.free_rows, i);
	for (uint32_t i = 1; !err && i <= nr_pages; i++)
		err = programs_put_free(s->skel->maps.free_pages, i);
	return err ? fail(NP_EXIT_FAILED, err, "cannot fill the collector's lists: %s",
			  strerror(-err))
		   : 0;
}

int session_open_with(struct session **s, const struct session_config *c)
{
	struct session *new = calloc(1, sizeof(*new));
	int err = new ? 0 : -ENOMEM;

	*s = NULL;
	bpf_log_catch();
	if (!err) {
		new->c = *c;
		err = load(new);
	}
	if (!err)
		err = map_all(new);
	if (!err)
		err = fill_free_lists(new);
	if (err) {
		session_close(new);
		return err;
	}
	*s = new;
	return 0;
}

int session_open(struct session **s, pid_t tgid)
{
	return session_open_with(s, &(struct session_config){ .tgid = tgid });
}

bool session_has_times(const struct session *s)
{
	return s->c.times;
}

bool session_has_fields(const struct session *s)
{
	return s->c.fields;
}

bool session_has_syncs(const struct session *s, enum np_sync which)
{
	return s->c.syncs && s->hooks.has_sync[which];
}

/* While the hooks were out, another vCPU may have come to be at such an address. */
static void forget_unwanted(struct session *s)
{
	for (uint32_t i = 0; i < NP_SEATS; i++) {
		if (!(s->skel->bss->seats[i].key & NP_UNWANTED))
			continue;
		s->skel->bss->seats[i].key = 0;
		bpf_map_delete_elem(bpf_map__fd(s->skel->maps.seat_taken), &i);
	}
}

int session_attach(struct session *s)
{
	int err;

	for (uint32_t i = 0; i < NP_MAX_VCPUS; i++) {
		if (s->vcpus[i].key)
			np_fsm_gap(&s->pools, &s->vcpus[i]);
		s->vcpus[i].access.reason = 0;
	}
	bpf_log_catch();
	forget_unwanted(s);
	s->skel->bss->phasing = 0;
	err = nested_bpf__attach(s->skel);
	s->attached = !err;
	if (!err)
		return 0;
	nested_bpf__detach(s->skel);
	return programs_cannot("attach", err);
}

void session_detach(struct session *s)
{
	nested_bpf__detach(s->skel);
	s->attached = false;
}

/* The hook that learns a vCPU's type is in for as long as one that enters L2 has none. */
void session_tend(struct session *s)
{
	struct bpf_link **link = &s->skel->links.learn_type;
	bool needed = false;

	if (s->c.fields && s->attached)
		session_fields_tend(s->skel, &s->hooks);
	if (s->hooks.reason != REASON_BY_KPTR || !s->attached)
		return;
	for (uint32_t i = 0; i < NP_MAX_VCPUS; i++)
		needed |= s->vcpus[i].entries && !s->vcpus[i].typed &&
			  s->vcpus[i].key != NP_KEY_GONE;
	if (*link && !needed) {
		bpf_link__destroy(*link);
		*link = NULL;
	} else if (!*link && needed) {
		*link = bpf_program__attach(s->skel->progs.learn_type);
	}
}

void session_runs(const struct session *s, struct session_runs *runs)
{
	uint64_t missed;

	programs_runs(s->skel->obj, runs, &missed);
}

/* With the runs that the kernel skipped, for the program was busy on that CPU. */
uint64_t session_lost(const struct session *s)
{
	struct session_runs runs;
	uint64_t missed;

	programs_runs(s->skel->obj, &runs, &missed);
	return s->skel->bss->lost_events + missed;
}

int session_read(struct session *s, struct np_account *a)
{
	memset(a, 0, sizeof(*a));
	for (uint32_t i = 0; i < NP_MAX_VCPUS; i++)
		if (s->vcpus[i].key)
			np_account_add_vcpu(a, &s->vcpus[i], s->pools.rows);
	a->totals.lost = session_lost(s);
	return 0;
}

int session_each_vcpu(struct session *s, session_each each, void *arg)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < NP_MAX_VCPUS; i++)
		if (s->vcpus[i].key)
			err = each(i, &s->vcpus[i], &s->pools, arg);
	return err;
}

int session_each_access(struct session *s, session_access each, void *arg)
{
	return session_fields_each(&s->fields, s->vcpus, each, arg);
}

static void free_row(struct session *s, uint32_t index)
{
	struct np_l2_row *row = &s->pools.rows[index - 1];

	for (uint32_t i = 0; i < NP_TRIPS * NP_HIST_PAGES; i++) {
		uint32_t page = row->page_of[i / NP_HIST_PAGES][i % NP_HIST_PAGES];

		if (!page)
			continue;
		memset(&s->pools.pages[page - 1], 0, sizeof(*s->pools.pages));
		programs_put_free(s->skel->maps.free_pages, page);
	}
	memset(row, 0, sizeof(*row));
	if (index > NP_MAX_VCPUS)
		programs_put_free(s->skel->maps.free_rows, index);
}

void session_recycle(struct session *s, uint32_t slot)
{
	struct np_vcpu *v = &s->vcpus[slot];

	for (uint32_t i = 0; i < NP_REASONS; i++)
		if (v->row_of[i] && v->row_of[i] != v->shared_row)
			free_row(s, v->row_of[i]);
	free_row(s, v->shared_row);
	session_fields_recycle(&s->fields, s->skel, slot + 1);
	memset(v, 0, sizeof(*v));
	programs_put_free(s->skel->maps.free_slots, slot + 1);
}

void session_close(struct session *s)
{
	if (!s)
		return;
	if (s->pools.rows)
		munmap(s->pools.rows, ROWS_SIZE);
	if (s->pools.pages)
		munmap(s->pools.pages, PAGES_SIZE);
	session_fields_unmap(&s->fields);
	nested_bpf__destroy(s->skel);
	free(s);
}
