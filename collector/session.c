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
#include "collector/btf_probe.h"

#include "bpf/nested.skel.h"

struct session {
	struct nested_bpf *skel;
	struct kvm_hooks hooks;
	struct session_config c;
	/* The programs' maps themselves. */
	struct np_vcpu *vcpus;
	struct np_l2_row *rows;
	struct np_hist_page *pages;
	bool attached;
};

#define ROWS_SIZE (NP_MAX_ROWS * sizeof(struct np_l2_row))
#define PAGES_SIZE (NP_MAX_HIST_PAGES * sizeof(struct np_hist_page))

/* A program with the time in it, or its twin without. */
static void want_one(struct bpf_program *untimed, struct bpf_program *with_time, bool timed,
		     bool wanted)
{
	bpf_program__set_autoload(untimed, wanted && !timed);
	bpf_program__set_autoload(with_time, wanted && timed);
}

static void choose_exit(struct nested_bpf *skel, enum reason_way way, bool timed)
{
	want_one(skel->progs.exit_with_reason, skel->progs.exit_with_reason_timed, timed,
		 way == REASON_IS_ARGUMENT);
	want_one(skel->progs.exit_cast, skel->progs.exit_cast_timed, timed, way == REASON_BY_CAST);
	want_one(skel->progs.exit_kptr, skel->progs.exit_kptr_timed, timed, way == REASON_BY_KPTR);
	want_one(skel->progs.exit_read, skel->progs.exit_read_timed, timed, way == REASON_BY_READ);
	bpf_program__set_autoload(skel->progs.learn_type, way == REASON_BY_KPTR);
	/* Kernels for which this is not meant read its declaration otherwise. */
	bpf_map__set_autocreate(skel->maps.typed, way == REASON_BY_KPTR);
}

static void choose_programs(struct nested_bpf *skel, const struct kvm_hooks *h,
			    const struct session_config *c)
{
	choose_exit(skel, h->reason, c->times);
	want_one(skel->progs.inject, skel->progs.inject_timed, c->times, true);
	want_one(skel->progs.vmenter, skel->progs.vmenter_timed, c->times, h->vmenter_is_event);
	want_one(skel->progs.vmenter_function, skel->progs.vmenter_function_timed, c->times,
		 !h->vmenter_is_event);
	bpf_program__set_autoload(skel->progs.entry_timed, c->times);
	bpf_program__set_autoload(h->exit_has_reason ? skel->progs.nested_vmexit_with_reason
						     : skel->progs.nested_vmexit, c->check);
	bpf_program__set_autoload(skel->progs.to_shadow_begin,
				  c->syncs && h->has_sync[NP_SYNC_TO_SHADOW]);
	bpf_program__set_autoload(skel->progs.to_shadow_end,
				  c->syncs && h->has_sync[NP_SYNC_TO_SHADOW]);
	bpf_program__set_autoload(skel->progs.from_shadow_begin,
				  c->syncs && h->has_sync[NP_SYNC_FROM_SHADOW]);
	bpf_program__set_autoload(skel->progs.from_shadow_end,
				  c->syncs && h->has_sync[NP_SYNC_FROM_SHADOW]);
}

static int cannot(const char *what, int err)
{
	const char *said = bpf_log_line();

	if (err == -EPERM || err == -EACCES)
		return fail(NP_EXIT_PRIVILEGE, err,
			    "cannot %s the BPF programs: %s; run as root (it takes CAP_BPF, "
			    "CAP_PERFMON, and CAP_SYS_ADMIN for the modules' BTF)",
			    what, said[0] ? said : strerror(-err));
	return fail(NP_EXIT_NO_BTF, err, "this kernel cannot %s the BPF programs: %s", what,
		    said[0] ? said : strerror(-err));
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
	for (int i = 0; i < NP_SYNCS; i++)
		if (s->c.syncs && !s->hooks.has_sync[i])
			log_note("this kernel's BTF has no function %s: its calls are not counted",
				 functions[i]);
}

static int probe(struct session *s)
{
	struct kvm_btf btf;
	int err = kvm_btf_open(&btf);

	if (!err)
		err = kvm_btf_judge(&btf, &s->hooks);
	kvm_btf_close(&btf);
	if (!err)
		leave_out(s);
	return err;
}

static int load(struct session *s)
{
	int err = probe(s);

	if (err)
		return err;
	s->skel = nested_bpf__open();
	if (!s->skel)
		return cannot("open", -errno);
	s->skel->rodata->target_tgid = s->c.tgid;
	choose_programs(s->skel, &s->hooks, &s->c);
	if (!s->c.times)
		bpf_map__set_max_entries(s->skel->maps.pages, 1);
	err = nested_bpf__load(s->skel);
	return err ? cannot("load", err) : 0;
}

static void *map_counters(const struct bpf_map *map, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);

	if (p == MAP_FAILED)
		fail(NP_EXIT_FAILED, -errno, "cannot map the collector's counters: %s",
		     strerror(errno));
	return p == MAP_FAILED ? NULL : p;
}

static int map_all(struct session *s)
{
	s->vcpus = s->skel->bss->vcpus;
	s->rows = map_counters(s->skel->maps.rows, ROWS_SIZE);
	if (s->rows && s->c.times)
		s->pages = map_counters(s->skel->maps.pages, PAGES_SIZE);
	return s->rows && (s->pages || !s->c.times) ? 0 : -ENOMEM;
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

bool session_has_syncs(const struct session *s, enum np_sync which)
{
	return s->c.syncs && s->hooks.has_sync[which];
}

int session_attach(struct session *s)
{
	int err;

	for (uint32_t i = 0; i < session_nr_vcpus(s); i++)
		np_fsm_gap(&s->vcpus[i]);
	bpf_log_catch();
	err = nested_bpf__attach(s->skel);
	s->attached = !err;
	if (!err)
		return 0;
	nested_bpf__detach(s->skel);
	return cannot("attach", err);
}

void session_detach(struct session *s)
{
	nested_bpf__detach(s->skel);
	s->attached = false;
}

/*
 * The hook that learns a vCPU's type is in for as long as there is one that
 * enters L2 and has none.
 */
static void tend_learner(struct session *s)
{
	struct bpf_link **link = &s->skel->links.learn_type;
	bool known = false, needed = false;

	if (s->hooks.reason != REASON_BY_KPTR || !s->attached)
		return;
	for (uint32_t i = 0; i < session_nr_vcpus(s); i++) {
		known |= s->vcpus[i].typed;
		needed |= s->vcpus[i].entries && !s->vcpus[i].typed;
	}
	if (*link && known && !needed) {
		bpf_link__destroy(*link);
		*link = NULL;
	} else if (!*link && needed) {
		*link = bpf_program__attach(s->skel->progs.learn_type);
	}
}

/* Runs that the kernel skipped, for the program was busy on that CPU. */
static uint64_t missed_runs(const struct session *s)
{
	struct bpf_program *program;
	uint64_t missed = 0;

	bpf_object__for_each_program(program, s->skel->obj) {
		struct bpf_prog_info info = { 0 };
		__u32 size = sizeof(info);
		int fd = bpf_program__fd(program);

		if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0)
			missed += info.recursion_misses;
	}
	return missed;
}

uint32_t session_nr_vcpus(const struct session *s)
{
	uint32_t n = __atomic_load_n(&s->skel->bss->nr_slots, __ATOMIC_ACQUIRE);

	return n < NP_MAX_VCPUS ? n : NP_MAX_VCPUS;
}

const struct np_vcpu *session_vcpu(const struct session *s, uint32_t i)
{
	return &s->vcpus[i];
}

void session_read_vcpu(const struct session *s, uint32_t i, struct np_account *a)
{
	memset(a, 0, sizeof(*a));
	if (s->vcpus[i].key)
		np_account_add_vcpu(a, &s->vcpus[i], s->rows);
}

uint64_t session_lost(const struct session *s)
{
	return s->skel->bss->lost_events + missed_runs(s);
}

int session_read(struct session *s, struct np_account *a)
{
	memset(a, 0, sizeof(*a));
	for (uint32_t i = 0; i < session_nr_vcpus(s); i++)
		if (s->vcpus[i].key)
			np_account_add_vcpu(a, &s->vcpus[i], s->rows);
	a->totals.lost = session_lost(s);
	tend_learner(s);
	return 0;
}

void session_add_hist(const struct session *s, uint32_t i, uint32_t reason, enum np_trip kind,
		      struct np_hist *h)
{
	uint32_t index = s->vcpus[i].row_of[reason];
	const struct np_l2_row *row = s->rows + index - 1;

	if (!index || !s->pages)
		return;
	for (uint32_t page = 0; page < NP_HIST_PAGES; page++)
		for (uint32_t n = 0; row->page_of[kind][page] && n < NP_HIST_PAGE; n++)
			h->n[page * NP_HIST_PAGE + n] += s->pages[row->page_of[kind][page] - 1].n[n];
	if (row->trip[kind].max > h->max)
		h->max = row->trip[kind].max;
}

void session_close(struct session *s)
{
	if (!s)
		return;
	if (s->rows)
		munmap(s->rows, ROWS_SIZE);
	if (s->pages)
		munmap(s->pages, PAGES_SIZE);
	nested_bpf__destroy(s->skel);
	free(s);
}
