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
#include "collector/failures.h"
#include "collector/leave_out.h"
#include "collector/forget.h"
#include "collector/needed.h"
#include "collector/nested_at.h"
#include "collector/part_time.h"
#include "collector/recycle.h"
#include "collector/session_fields.h"
#include "collector/session_size.h"
#include "collector/session_vars.h"
#include "collector/without_modules.h"

#include "bpf/nested.skel.h"
#include "collector/choose.h"

struct session {
	struct nested_bpf *skel;
	struct kvm_hooks hooks;
	struct session_config c;
	/* The programs' maps themselves. */
	struct session_vars vars;
	struct np_pools pools;
	struct session_size size;
	struct session_fields fields;
	struct part_time enters; /* the hook that tells when L2 is entered */
	bool attached;
	bool without_modules; /* their BTF is nobody's but CAP_SYS_ADMIN's */
	bool told_of_failures;
};

static size_t rows_size(const struct session *s)
{
	return s->size.rows * sizeof(struct np_l2_row);
}

static size_t pages_size(const struct session *s)
{
	return s->size.pages * sizeof(struct np_hist_page);
}

static int probe(struct session *s)
{
	int err = programs_probe(&s->hooks);

	return err ? err : session_leave_out(&s->c, &s->hooks);
}

/* The generated nested_bpf__open(), with another object in it where that is needed. */
static int open_skeleton(struct session *s)
{
	int err;

	s->skel = calloc(1, sizeof(*s->skel));
	err = s->skel ? nested_bpf__create_skeleton(s->skel) : -ENOMEM;
	if (err)
		return err;
	return s->without_modules ? nested_at_open(s->skel->skeleton)
				  : bpf_object__open_skeleton(s->skel->skeleton, NULL);
}

/* That L2 is entered is inferred: what is measured of it is one boundary of two phases. */
static void choose_part_time(struct session *s)
{
	const struct part_time hooks[] = { PART_TIME(s->skel, vmenter_timed),
					   PART_TIME(s->skel, vmenter_function_timed),
					   PART_TIME(s->skel, vmenter_at) };

	s->enters = part_time_choose(hooks, s->hooks.infers ? 3 : 0);
}

static int load_chosen(struct session *s)
{
	int err = open_skeleton(s);

	if (err)
		return err;
	s->skel->rodata->target_tgid = s->c.tgid;
	s->skel->rodata->kvm_isa = s->hooks.isa;
	s->skel->rodata->infers = s->hooks.infers;
	s->skel->rodata->forgets = s->hooks.vcpu_destroy;
	if (s->c.phases_every)
		s->skel->rodata->phases_every = s->c.phases_every;
	s->skel->rodata->counts_paths = s->c.paths;
	s->skel->rodata->at = s->hooks.at;
	choose_programs(s->skel, &s->hooks, &s->c);
	choose_part_time(s);
	session_size_maps(&s->size, s->skel);
	session_fields_choose(FIELDS_PARTS(s->skel), &s->hooks, s->c.fields);
	return nested_bpf__load(s->skel);
}

static int load_again(struct session *s)
{
	nested_bpf__destroy(s->skel);
	s->skel = NULL;
	bpf_log_catch();
	return load_chosen(s);
}

/* Without CAP_SYS_ADMIN. */
static int load_without_modules(struct session *s)
{
	int err;

	if (s->c.fields && s->c.no_less)
		return fail(NP_EXIT_PRIVILEGE, -EPERM, "VMCS fields cannot be told without "
			    "CAP_SYS_ADMIN: the modules' BTF is out of reach");
	err = without_modules_choose(&s->hooks);
	if (err)
		return err;
	s->without_modules = true;
	if (s->c.fields)
		log_note("without CAP_SYS_ADMIN the modules' BTF is out of reach: VMCS fields "
			 "cannot be told");
	s->c.fields = false;
	err = load_again(s);
	if (err || s->hooks.unchecked)
		return err;
	without_modules_tell(&s->hooks, s->c.syncs);
	s->c.syncs = false;
	return 0;
}

static int load(struct session *s)
{
	int err = probe(s);

	if (err)
		return err;
	err = s->c.by_address ? -EPERM : load_chosen(s);
	if (err && (s->c.by_address || !modules_btf_is_allowed()))
		err = load_without_modules(s);
	else if (err && s->hooks.vcpu_destroy) {
		/* Some kernels take tracepoints and no functions: this one can be missed. */
		s->hooks.vcpu_destroy = false;
		err = load_again(s);
	}
	return err ? programs_cannot("load", err) : 0;
}

static int map_all(struct session *s)
{
	int err = session_vars_find(&s->vars, s->skel->obj, s->skel->bss);

	if (err)
		return programs_cannot("find the variables of", err);
	s->pools.rows = programs_map(s->skel->maps.rows, rows_size(s));
	s->pools.tallies = s->vars.tallies;
	s->pools.max_rows = s->pools.nr_rows = s->size.rows; /* only programs take new ones */
	if (s->pools.rows && s->size.pages)
		s->pools.pages = programs_map(s->skel->maps.pages, pages_size(s));
	if (!s->pools.rows || (s->size.pages && !s->pools.pages))
		return -ENOMEM;
	return s->c.fields ? session_fields_map(&s->fields, FIELDS_PARTS(s->skel),
						s->vars.fields_talk) : 0;
}

int session_open_with(struct session **s, const struct session_config *c)
{
	struct session *new = calloc(1, sizeof(*new));
	int err = new ? 0 : -ENOMEM;

	*s = NULL;
	bpf_log_catch();
	if (!err) {
		new->c = *c;
		new->size = session_size_for(c->max_vcpus, c->times);
		err = load(new);
	}
	if (!err)
		err = map_all(new);
	if (!err)
		err = session_fill_free(&new->size, new->skel);
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
		if (!(s->vars.seats[i].key & NP_UNWANTED))
			continue;
		s->vars.seats[i].key = 0;
		bpf_map_delete_elem(bpf_map__fd(s->skel->maps.seat_taken), &i);
	}
}

int session_attach(struct session *s)
{
	int err;

	for (uint32_t i = 0; i < s->size.vcpus; i++) {
		if (s->vars.vcpus[i].key)
			np_fsm_gap(&s->pools, &s->vars.vcpus[i]);
		s->vars.vcpus[i].access.reason = 0;
	}
	bpf_log_catch();
	forget_unwanted(s);
	*s->vars.phasing = !s->hooks.infers;
	if (s->c.fields)
		session_fields_attached(&s->fields, true);
	err = nested_bpf__attach(s->skel);
	s->attached = !err;
	if (!err) {
		if (s->c.untended)
			tend_types(s->skel, &s->hooks,
				   !types_are_known(s->vars.vcpus, s->size.vcpus) ||
					   types_are_needed(s->vars.vcpus, s->size.vcpus));
		part_time_attached(&s->enters);
		s->skel->links.entry_failed =
			failures_attach(s->skel->progs.entry_failed, &s->told_of_failures);
		return 0;
	}
	nested_bpf__detach(s->skel);
	return programs_cannot("attach", err);
}

void session_detach(struct session *s)
{
	nested_bpf__detach(s->skel);
	s->attached = false;
}

static const struct np_access_state *access_of(const void *arg, uint32_t slot)
{
	const struct session *s = arg;
	const struct np_vcpu *v = &s->vars.vcpus[slot];

	return v->key && v->key != NP_KEY_GONE ? &v->access : NULL;
}

void session_tend(struct session *s)
{
	if (!s->attached)
		return;
	if (s->c.fields)
		session_fields_tend(&s->fields, FIELDS_PARTS(s->skel), &s->hooks, access_of, s);
	tend_types(s->skel, &s->hooks, types_are_needed(s->vars.vcpus, s->size.vcpus));
	part_time_tend(&s->enters, s->c.phases_every <= 1 ||
				     enters_are_needed(s->vars.vcpus, s->size.vcpus));
}

uint32_t session_enlightened(struct session *s)
{
	return s->c.fields ? session_fields_enlightened(&s->fields, access_of, s) : 0;
}

void session_runs(const struct session *s, struct session_runs *runs)
{
	uint64_t missed;

	programs_runs(s->skel->obj, s->enters.program, runs, &missed);
}

/* With the runs that the kernel skipped, for the program was busy on that CPU. */
uint64_t session_lost(const struct session *s)
{
	struct session_runs runs;
	uint64_t missed;

	programs_runs(s->skel->obj, s->enters.program, &runs, &missed);
	return *s->vars.lost_events + missed;
}

int session_read(struct session *s, struct np_account *a)
{
	memset(a, 0, sizeof(*a));
	for (uint32_t i = 0; i < s->size.vcpus; i++)
		if (s->vars.vcpus[i].key)
			np_account_add_vcpu(a, &s->vars.vcpus[i], &s->pools);
	a->totals.lost = session_lost(s);
	return 0;
}

/* Where the programs are not told of a vCPU's end. */
static void forget_ended(struct session *s)
{
	const struct forgetting f = { .slot_of = bpf_map__fd(s->skel->maps.slot_of),
				      .seat_taken = bpf_map__fd(s->skel->maps.seat_taken),
				      .seats = s->vars.seats,
				      .pools = &s->pools };

	for (uint32_t i = 0; i < s->size.vcpus; i++)
		forget_if_ended(&f, &s->vars.vcpus[i]);
}

int session_each_vcpu(struct session *s, session_each each, void *arg)
{
	int err = 0;

	if (s->hooks.by_address && !s->hooks.vcpu_destroy)
		forget_ended(s);
	for (uint32_t i = 0; !err && i < s->size.vcpus; i++)
		if (s->vars.vcpus[i].key)
			err = each(i, &s->vars.vcpus[i], &s->pools, arg);
	return err;
}

int session_each_failure(struct session *s, failures_do each, void *arg)
{
	return failures_each(s->skel->maps.failures, each, arg);
}

int session_each_access(struct session *s, session_access each, void *arg)
{
	return session_fields_each(&s->fields, s->vars.vcpus, each, arg);
}

void session_recycle(struct session *s, uint32_t slot)
{
	const struct recycling r = { .pools = &s->pools,
				     .free_rows = s->skel->maps.free_rows,
				     .free_pages = s->skel->maps.free_pages,
				     .shared_rows = s->size.vcpus };
	struct np_vcpu *v = &s->vars.vcpus[slot];

	for (uint32_t i = 0; i < NP_REASONS; i++)
		if (v->row_of[i] && v->row_of[i] != v->shared_row)
			recycle_row(&r, v->row_of[i]);
	recycle_row(&r, v->shared_row);
	failures_forget(s->skel->maps.failures, slot);
	session_fields_recycle(&s->fields, slot + 1);
	memset(v, 0, sizeof(*v));
	programs_put_free(s->skel->maps.free_slots, slot + 1);
}

void session_close(struct session *s)
{
	if (!s)
		return;
	if (s->pools.rows)
		munmap(s->pools.rows, rows_size(s));
	if (s->pools.pages)
		munmap(s->pools.pages, pages_size(s));
	session_fields_unmap(&s->fields);
	nested_bpf__destroy(s->skel);
	free(s);
}
