// SPDX-License-Identifier: GPL-2.0-only
#include "collector/record/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/libbpf.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/bpf_log.h"
#include "collector/session_fields.h"

#include "bpf/record.skel.h"

struct record_session {
	struct record_bpf *skel;
	struct kvm_hooks hooks;
	struct record_config c;
	struct np_chunk *chunks;
	uint32_t nr_chunks;
	struct session_fields fields;
	bool attached;
};

static void want(struct bpf_program *p, bool wanted)
{
	bpf_program__set_autoload(p, wanted);
}

static void choose_exit(struct record_bpf *skel, enum reason_way way)
{
	want(skel->progs.exit_with_reason, way == REASON_IS_ARGUMENT);
	want(skel->progs.exit_cast, way == REASON_BY_CAST);
	want(skel->progs.exit_kptr, way == REASON_BY_KPTR);
	want(skel->progs.exit_read, way == REASON_BY_READ);
	want(skel->progs.learn_type, way == REASON_BY_KPTR);
	bpf_program__set_autoattach(skel->progs.learn_type, false); /* ..._tend() does */
	/* Kernels for which this is not meant read its declaration otherwise. */
	bpf_map__set_autocreate(skel->maps.typed, way == REASON_BY_KPTR);
}

static void choose_vmx(struct record_bpf *skel, const struct kvm_hooks *h)
{
	choose_exit(skel, h->reason);
	want(skel->progs.inject, !h->infers);
}

static void choose_svm(struct record_bpf *skel, enum reason_way way)
{
	want(skel->progs.svm_exit_cast, way == REASON_BY_CAST);
	want(skel->progs.svm_exit_read, way == REASON_BY_READ);
	want(skel->progs.svm_inject, true);
	bpf_map__set_autocreate(skel->maps.typed, false);
}

static void choose_programs(struct record_bpf *skel, const struct kvm_hooks *h,
			    const struct record_config *c)
{
	bool typed = h->reason == REASON_BY_KPTR;
	bool to = c->syncs && h->has_sync[NP_SYNC_TO_SHADOW];
	bool from = c->syncs && h->has_sync[NP_SYNC_FROM_SHADOW];

	if (h->isa == NP_ISA_SVM)
		choose_svm(skel, h->reason);
	else
		choose_vmx(skel, h);
	want(skel->progs.entry, c->entries && h->has_entry);
	want(skel->progs.halt, h->infers && h->has_halt);
	want(skel->progs.vmenter, h->vmenter_is_event);
	want(skel->progs.vmenter_function, !h->vmenter_is_event);
	want(skel->progs.vcpu_destroyed, h->vcpu_destroy && !typed);
	want(skel->progs.typed_vcpu_destroyed, h->vcpu_destroy && typed);
	want(skel->progs.to_shadow_begin, to);
	want(skel->progs.to_shadow_end, to);
	want(skel->progs.from_shadow_begin, from);
	want(skel->progs.from_shadow_end, from);
}

static int probe(struct record_session *s)
{
	int err = programs_probe(&s->hooks);

	if (!err && s->c.fields && s->hooks.isa == NP_ISA_SVM)
		return fail(NP_EXIT_USAGE, -EOPNOTSUPP,
			    "KVM is kvm_amd here: SVM has no VMCS, whose fields could be told");
	if (!err && s->c.fields && !s->hooks.has_accesses)
		return fail(NP_EXIT_NO_BTF, -EOPNOTSUPP,
			    "VMCS fields cannot be told on this kernel: its BTF does not show L1's "
			    "registers and memory (Linux 5.17 and later do, with module BTF)");
	if (!err && s->c.fields && !s->hooks.has_start)
		log_note("this kernel's BTF has no function vmx_cache_reg: some of L1's "
			 "instructions will not be told");
	if (err || !s->hooks.unchecked)
		return err;
	return fail(NP_EXIT_NO_BTF, -EOPNOTSUPP,
		    "KVM's modules have no BTF in this kernel: there is no recording; "
		    "nestprof stat counts here");
}

static int load_chosen(struct record_session *s)
{
	s->skel = record_bpf__open();
	if (!s->skel)
		return programs_cannot("open", -errno);
	s->skel->rodata->target_tgid = s->c.tgid;
	s->skel->rodata->kvm_isa = s->hooks.isa;
	s->skel->rodata->at = s->hooks.at;
	s->skel->rodata->records_fields = s->c.fields;
	s->skel->rodata->infers = s->hooks.infers;
	s->skel->rodata->forgets = s->hooks.vcpu_destroy;
	if (s->c.phases_every)
		s->skel->rodata->phases_every = s->c.phases_every;
	choose_programs(s->skel, &s->hooks, &s->c);
	session_fields_choose(FIELDS_PARTS(s->skel), &s->hooks, s->c.fields);
	bpf_map__set_max_entries(s->skel->maps.chunks, s->nr_chunks);
	bpf_map__set_max_entries(s->skel->maps.free_chunks, s->nr_chunks);
	return record_bpf__load(s->skel);
}

static int load(struct record_session *s)
{
	int err = probe(s);

	if (err)
		return err;
	err = load_chosen(s);
	if (err && s->hooks.vcpu_destroy) {
		/* Some kernels take tracepoints and no functions: these can be missed. */
		record_bpf__destroy(s->skel);
		s->hooks.vcpu_destroy = s->hooks.has_halt = false;
		bpf_log_catch();
		err = load_chosen(s);
	}
	return err ? programs_cannot("load", err) : 0;
}

static int fill_free_lists(struct record_session *s)
{
	int err = 0;

	for (uint32_t i = 1; !err && i <= NP_MAX_VCPUS; i++)
		err = programs_put_free(s->skel->maps.free_slots, i);
	for (uint32_t i = 1; !err && i <= s->nr_chunks; i++)
		err = programs_put_free(s->skel->maps.free_chunks, i);
	return err ? fail(NP_EXIT_FAILED, err, "cannot fill the recorder's lists: %s",
			  strerror(-err))
		   : 0;
}

int record_session_open(struct record_session **s, const struct record_config *c)
{
	struct record_session *new = calloc(1, sizeof(*new));
	int err = new ? 0 : -ENOMEM;

	*s = NULL;
	bpf_log_catch();
	if (!err) {
		new->c = *c;
		new->nr_chunks = c->buffer / sizeof(struct np_chunk);
		err = load(new);
	}
	if (!err) {
		new->chunks = programs_map(new->skel->maps.chunks,
					   new->nr_chunks * sizeof(struct np_chunk));
		err = new->chunks ? fill_free_lists(new) : -ENOMEM;
	}
	if (!err && c->fields)
		err = session_fields_map(&new->fields, FIELDS_PARTS(new->skel),
					 &new->skel->bss->unclear);
	if (err) {
		record_session_close(new);
		return err;
	}
	*s = new;
	return 0;
}

bool record_session_has_entry(const struct record_session *s)
{
	return s->c.entries && s->hooks.has_entry;
}

bool record_session_has_fields(const struct record_session *s)
{
	return s->c.fields;
}

bool record_session_has_sync(const struct record_session *s, enum np_sync which)
{
	return s->c.syncs && s->hooks.has_sync[which];
}

int record_session_attach(struct record_session *s)
{
	int err;

	bpf_log_catch();
	err = record_bpf__attach(s->skel);
	s->attached = !err;
	if (!err)
		return 0;
	record_bpf__detach(s->skel);
	return programs_cannot("attach", err);
}

void record_session_detach(struct record_session *s)
{
	record_bpf__detach(s->skel);
	s->attached = false;
}

static const struct np_access_state *access_of(const void *arg, uint32_t slot)
{
	const struct record_session *s = arg;
	uint64_t key = s->skel->bss->vcpus[slot].key;

	return key && key != NP_KEY_GONE ? &s->skel->bss->accesses[slot] : NULL;
}

/* The hook that learns a vCPU's type is in for as long as one that enters L2 has none. */
void record_session_tend(struct record_session *s)
{
	struct bpf_link **link = &s->skel->links.learn_type;
	const struct np_tape *tapes = s->skel->bss->vcpus;
	bool needed = false;

	if (s->c.fields && s->attached)
		session_fields_tend(&s->fields, FIELDS_PARTS(s->skel), &s->hooks, access_of, s);
	if (s->hooks.reason != REASON_BY_KPTR || !s->attached)
		return;
	for (uint32_t i = 0; i < NP_MAX_VCPUS; i++)
		needed |= tapes[i].entered && !tapes[i].typed && tapes[i].key != NP_KEY_GONE;
	if (*link && !needed) {
		bpf_link__destroy(*link);
		*link = NULL;
	} else if (!*link && needed) {
		*link = bpf_program__attach(s->skel->progs.learn_type);
	}
}

static void free_chunk(void *arg, uint32_t chunk)
{
	const struct record_session *s = arg;

	programs_put_free(s->skel->maps.free_chunks, chunk);
}

static void free_slot(void *arg, uint32_t slot)
{
	struct record_session *s = arg;

	if (s->c.fields) {
		session_fields_recycle(&s->fields, slot);
		memset(&s->skel->bss->accesses[slot - 1], 0, sizeof(struct np_access_state));
	}
	programs_put_free(s->skel->maps.free_slots, slot);
}

/* With the runs that the kernel skipped, for the program was busy on that CPU. */
static uint64_t missed(void *arg)
{
	const struct record_session *s = arg;
	struct session_runs runs;
	uint64_t n;

	programs_runs(s->skel->obj, &runs, &n);
	return s->skel->bss->lost_events + n;
}

void record_session_source(struct record_session *s, struct drain_source *source)
{
	*source = (struct drain_source){ .tapes = s->skel->bss->vcpus,
					 .chunks = s->chunks,
					 .nr_chunks = s->nr_chunks,
					 .rows = s->fields.rows,
					 .free_chunk = free_chunk,
					 .free_slot = free_slot,
					 .missed = missed,
					 .arg = s };
}

void record_session_runs(const struct record_session *s, struct session_runs *runs)
{
	uint64_t n;

	programs_runs(s->skel->obj, runs, &n);
}

void record_session_close(struct record_session *s)
{
	if (!s)
		return;
	if (s->chunks)
		munmap(s->chunks, s->nr_chunks * sizeof(struct np_chunk));
	session_fields_unmap(&s->fields);
	record_bpf__destroy(s->skel);
	free(s);
}
