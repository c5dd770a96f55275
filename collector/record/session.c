// SPDX-License-Identifier: GPL-2.0-only
#include "collector/record/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/bpf_log.h"
#include "collector/forget.h"
#include "collector/part_time.h"
#include "collector/record/choose.h"
#include "collector/record/record_at.h"
#include "collector/session_fields.h"
#include "collector/without_modules.h"

#include "bpf/record.skel.h"

struct record_session {
	struct record_bpf *skel;
	struct kvm_hooks hooks;
	struct record_config c;
	struct np_chunk *chunks;
	uint32_t nr_chunks;
	struct session_fields fields;
	struct part_time enters; /* as in struct session */
	bool attached;
	bool without_modules; /* as in struct session */
};

static int probe(struct record_session *s)
{
	int err = programs_probe(&s->hooks);

	if (!err && s->c.fields && s->hooks.isa == NP_ISA_SVM)
		return fail(NP_EXIT_USAGE, -EOPNOTSUPP,
			    "KVM is kvm_amd here: SVM has no VMCS, whose fields could be told");
	if (!err && s->c.fields && !s->hooks.has_accesses)
		return session_fields_refuse();
	if (!err && s->c.fields && !s->hooks.has_start)
		log_note("this kernel's BTF has no function vmx_cache_reg: some of L1's "
			 "instructions will not be told");
	if (!err && s->hooks.unchecked && s->c.entries)
		log_note("KVM's modules have no BTF in this kernel: there are no times in the "
			 "recording");
	return err;
}

/* The generated record_bpf__open(), with another object in it where that is needed. */
static int open_skeleton(struct record_session *s)
{
	int err;

	s->skel = calloc(1, sizeof(*s->skel));
	err = s->skel ? record_bpf__create_skeleton(s->skel) : -ENOMEM;
	if (err)
		return err;
	return s->without_modules ? record_at_open(s->skel->skeleton)
				  : bpf_object__open_skeleton(s->skel->skeleton, NULL);
}

/* As for stat: the time of an entry into L2 is of interest in some round trips alone. */
static void choose_part_time(struct record_session *s)
{
	const struct part_time hooks[] = { PART_TIME(s->skel, vmenter),
					   PART_TIME(s->skel, vmenter_function),
					   PART_TIME(s->skel, vmenter_at) };

	s->enters = part_time_choose(hooks, s->hooks.infers ? 3 : 0);
}

static int load_chosen(struct record_session *s)
{
	int err = open_skeleton(s);

	if (err)
		return err;
	s->skel->rodata->target_tgid = s->c.tgid;
	s->skel->rodata->kvm_isa = s->hooks.isa;
	s->skel->rodata->infers = s->hooks.infers;
	s->skel->rodata->forgets = s->hooks.vcpu_destroy;
	s->skel->rodata->at = s->hooks.at;
	if (s->c.phases_every)
		s->skel->rodata->phases_every = s->c.phases_every;
	record_choose(s->skel, &s->hooks, &s->c);
	choose_part_time(s);
	session_fields_choose(FIELDS_PARTS(s->skel), &s->hooks, s->c.fields);
	bpf_map__set_max_entries(s->skel->maps.chunks, s->nr_chunks);
	bpf_map__set_max_entries(s->skel->maps.free_chunks, s->nr_chunks);
	return record_bpf__load(s->skel);
}

static int load_again(struct record_session *s)
{
	record_bpf__destroy(s->skel);
	s->skel = NULL;
	bpf_log_catch();
	return load_chosen(s);
}

/* Without CAP_SYS_ADMIN. */
static int load_without_modules(struct record_session *s)
{
	int err = s->c.fields ? -EPERM : without_modules_choose(&s->hooks);

	if (err)
		return err;
	s->without_modules = true;
	err = load_again(s);
	if (err || s->hooks.unchecked)
		return err;
	without_modules_tell(&s->hooks, s->c.syncs);
	s->c.syncs = false;
	return 0;
}

static int load(struct record_session *s)
{
	int err = probe(s);

	if (err)
		return err;
	err = load_chosen(s);
	if (err && !modules_btf_is_allowed()) {
		err = load_without_modules(s);
	} else if (err && s->hooks.vcpu_destroy) {
		/* Some kernels take tracepoints and no functions: these can be missed. */
		s->hooks.vcpu_destroy = s->hooks.has_halt = false;
		err = load_again(s);
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
					 &new->skel->bss->fields_talk);
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
	if (s->c.fields)
		session_fields_attached(&s->fields, false);
	err = record_bpf__attach(s->skel);
	s->attached = !err;
	if (!err) {
		part_time_attached(&s->enters);
		return 0;
	}
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

void record_session_tell(struct record_session *s)
{
	if (s->c.fields)
		session_fields_enlightened(&s->fields, access_of, s);
}

/* Where the programs are not told of a vCPU's end. */
static void forget_ended(struct record_session *s)
{
	const struct forgetting f = { .slot_of = bpf_map__fd(s->skel->maps.slot_of),
				      .seat_taken = bpf_map__fd(s->skel->maps.seat_taken),
				      .seats = s->skel->bss->seats };

	for (uint32_t i = 0; i < NP_MAX_VCPUS; i++) {
		struct np_tape *t = &s->skel->bss->vcpus[i];
		uint64_t key = t->key;

		if (!has_ended(key, t->tgid))
			continue;
		np_publish(t->key, NP_KEY_GONE);
		forget_address(&f, key);
	}
}

/* The hook that learns a vCPU's type is in for as long as one that enters L2 has none. */
static void tend_types(struct record_session *s)
{
	const struct np_tape *tapes = s->skel->bss->vcpus;
	bool needed = false, svm = s->hooks.isa == NP_ISA_SVM;

	if (s->hooks.reason != REASON_BY_KPTR || s->hooks.by_address)
		return;
	for (uint32_t i = 0; i < NP_MAX_VCPUS; i++)
		needed |= tapes[i].entered && !tapes[i].typed && tapes[i].key != NP_KEY_GONE;
	programs_hook(svm ? s->skel->progs.learn_svm : s->skel->progs.learn_type,
		      svm ? &s->skel->links.learn_svm : &s->skel->links.learn_type, needed);
}

/* Until it is in the recording of each vCPU how long an entry takes, or while none enters. */
static void tend_enters(struct record_session *s)
{
	const struct np_tape *tapes = s->skel->bss->vcpus;
	bool any = false, needed = false;

	for (uint32_t i = 0; i < NP_MAX_VCPUS; i++) {
		if (!tapes[i].entered || tapes[i].key == NP_KEY_GONE)
			continue;
		any = true;
		needed |= !tapes[i].timed;
	}
	part_time_tend(&s->enters, s->c.phases_every <= 1 || needed || !any);
}

void record_session_tend(struct record_session *s)
{
	if (s->hooks.by_address && !s->hooks.vcpu_destroy)
		forget_ended(s);
	if (!s->attached)
		return;
	if (s->c.fields)
		session_fields_tend(&s->fields, FIELDS_PARTS(s->skel), &s->hooks, access_of, s);
	tend_types(s);
	tend_enters(s);
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

	programs_runs(s->skel->obj, s->enters.program, &runs, &n);
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

	programs_runs(s->skel->obj, s->enters.program, runs, &n);
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
