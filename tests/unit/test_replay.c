// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is recorded and replayed gives what counting at once would have given:
 * the same events go to the state machine in the order of their time, and
 * through a recording, where each vCPU's come in lumps. The tables are the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "tests/unit/fsm_pools.h"
#include "tests/unit/recording_bytes.h"
#include "tests/unit/replay_report.h"

enum { CPUID = 10, VMREAD = 23, VMRESUME = 24, VMWRITE = 25, VCPUS = 6, MAX_EVENTS = 60000 };

/* All that happened, in the order of time. */
static struct happening {
	uint32_t vcpu;
	struct rec_event e;
} history[MAX_EVENTS];
static uint32_t nr_events;
static uint64_t end_ns;

static uint64_t seed = 7;

static uint32_t random32(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return seed >> 32;
}

static void happens(uint32_t vcpu, uint8_t type, uint8_t level, uint8_t reason)
{
	assert_true(nr_events < MAX_EVENTS);
	end_ns += 1 + random32() % 3000;
	history[nr_events++] = (struct happening){ vcpu, { end_ns, type, level, reason } };
}

/* An exit of L2 that L1 handles, more or less as KVM does it. */
static void round_trip(uint32_t vcpu, uint32_t reason)
{
	happens(vcpu, NP_EVENT_EXIT, NP_LEVEL_L2, reason);
	happens(vcpu, NP_EVENT_VMEXIT, 0, reason);
	happens(vcpu, NP_EVENT_INJECT, 0, reason);
	happens(vcpu, NP_EVENT_SYNC, 0, NP_SYNC_TO_SHADOW);
	happens(vcpu, NP_EVENT_SYNCED, 0, NP_SYNC_TO_SHADOW);
	for (uint32_t n = random32() % 5; n; n--) {
		happens(vcpu, NP_EVENT_ENTRY, NP_LEVEL_L1, 0);
		happens(vcpu, NP_EVENT_EXIT, NP_LEVEL_L1, random32() % 2 ? VMREAD : VMWRITE);
	}
	happens(vcpu, NP_EVENT_ENTRY, NP_LEVEL_L1, 0);
	happens(vcpu, NP_EVENT_EXIT, NP_LEVEL_L1, VMRESUME);
	happens(vcpu, NP_EVENT_VMENTER, 0, 0);
	happens(vcpu, NP_EVENT_ENTRY, NP_LEVEL_L2, 0);
}

static void anything(uint32_t vcpu)
{
	uint32_t type = NP_EVENT_EXIT + random32() % (NP_EVENT_SYNCED - NP_EVENT_EXIT + 1);
	uint32_t reason = type < NP_EVENT_SYNC ? random32() % 70 : random32() % NP_SYNCS;

	happens(vcpu, type, random32() % 3, reason);
}

static void make_history(uint32_t events)
{
	bool gone[VCPUS] = { false };

	nr_events = 0;
	end_ns = START;
	while (nr_events < events) {
		uint32_t vcpu = random32() % VCPUS;

		if (gone[vcpu])
			continue;
		switch (random32() % 200) {
		case 0: /* one stays */
			gone[vcpu] = vcpu != 0;
			if (gone[vcpu])
				happens(vcpu, NP_EVENT_GONE, 0, 0);
			break;
		case 1 ... 20:
			anything(vcpu);
			break;
		default:
			round_trip(vcpu, CPUID + random32() % 3);
		}
	}
}

/* What stat's programs would have done at once. */
static void count_at_once(struct np_vcpu *v, const struct rec_event *e)
{
	pools.now = e->ns;
	switch (e->type) {
	case NP_EVENT_EXIT:
		if (!np_fsm_l1_exit(&pools, v, np_reason_index(e->reason), true))
			np_fsm_exit(&pools, v, e->reason, e->level, true);
		break;
	case NP_EVENT_ENTRY:
		if (!np_fsm_l1_entry(&pools, v))
			np_fsm_entry(&pools, v, e->level);
		break;
	case NP_EVENT_VMEXIT:
		np_fsm_nested_vmexit(v);
		break;
	case NP_EVENT_INJECT:
		np_fsm_inject(&pools, v, e->reason, true);
		break;
	case NP_EVENT_VMENTER:
		np_fsm_vmenter(&pools, v, true);
		break;
	case NP_EVENT_FAILED:
		np_fsm_vmenter_failed(v);
		break;
	case NP_EVENT_SYNC:
		v->sync_began = e->ns;
		break;
	case NP_EVENT_SYNCED:
		if (v->sync_began) {
			v->sync[e->reason].n++;
			v->sync[e->reason].ns += e->ns - v->sync_began;
		}
		v->sync_began = 0;
		break;
	case NP_EVENT_GONE:
		np_fsm_gap(&pools, v);
		break;
	}
}

static struct np_vcpu vcpus[VCPUS];

static void name_vm(pid_t tgid, char name[NP_VM_NAME], void *arg)
{
	struct stat_whose w = whose((tgid - 100) * 2);

	(void)arg;
	memcpy(name, w.vm, sizeof(w.vm));
}

static void end_interval_at_once(struct stat_model *m, bool there[VCPUS], uint64_t from,
				 uint64_t to)
{
	for (uint32_t i = 0; i < VCPUS; i++)
		if (there[i])
			stat_model_vcpu(m, i, &vcpus[i], &pools, false, name_vm, NULL);
	assert_int_equal(print(m, from, to, 0, NULL), 0);
	stat_model_advance(m);
}

static char *at_once(enum stat_by by, uint64_t interval)
{
	struct stat_model *m = stat_model_new();
	bool there[VCPUS] = { false };
	uint64_t from = START;

	fresh_pools(VCPUS, TEST_ROWS);
	for (uint32_t i = 0; i < VCPUS; i++) {
		fresh_vcpu(&vcpus[i], i);
		vcpus[i].tgid = whose(i).tgid;
		vcpus[i].vcpu_id = whose(i).vcpu;
	}
	begin_report(by);
	for (uint32_t i = 0; i < nr_events; i++) {
		const struct happening *h = &history[i];

		for (; interval && h->e.ns >= from + interval; from += interval)
			end_interval_at_once(m, there, from, from + interval);
		count_at_once(&vcpus[h->vcpu], &h->e);
		there[h->vcpu] = h->e.type != NP_EVENT_GONE;
		if (!there[h->vcpu])
			stat_model_vcpu(m, h->vcpu, &vcpus[h->vcpu], &pools, true, name_vm, NULL);
	}
	end_interval_at_once(m, there, from, end_ns);
	stat_model_free(m);
	return end_report();
}

/* What happened to a vCPU, from one moment to another; it becomes known with the first. */
static uint32_t write_run(struct rec_writer *w, uint32_t vcpu, uint32_t from, uint32_t to,
			  bool *known)
{
	struct rec_stream s = { 1 + vcpu, NP_ISA_VMX, whose(vcpu) };
	bool begun = false;

	for (; from < to && from < nr_events; from++) {
		if (history[from].vcpu != vcpu)
			continue;
		if (!*known)
			assert_int_equal(rec_write_stream(w, &s), 0);
		*known = true;
		if (!begun)
			assert_int_equal(rec_write_run(w, 1 + vcpu, history[from].e.ns), 0);
		begun = true;
		assert_int_equal(rec_write_event(w, &history[from].e), 0);
	}
	return from;
}

/* Sweeps over all vCPUs: some have written on while others were read. */
static void write_sweeps(struct rec_writer *w)
{
	uint32_t done[VCPUS] = { 0 };
	bool known[VCPUS] = { false };

	for (uint32_t upto = 0; upto < nr_events;) {
		uint64_t mark;

		upto += random32() % 2000;
		if (upto > nr_events)
			upto = nr_events;
		mark = upto < nr_events ? history[upto].e.ns : end_ns;
		for (uint32_t v = 0; v < VCPUS; v++)
			done[v] = write_run(w, v, done[v], upto + random32() % 100, &known[v]);
		assert_int_equal(rec_write_mark(w, mark, 0), 0);
	}
	assert_int_equal(rec_flush(w), 0);
}

static int replay_file(struct bytes *b, struct replay *r)
{
	struct rec_reader *reader = rec_reader_new(bytes_read, b);
	const struct rec_frame *f;
	struct rec_stream s;
	int err = 0;

	b->at = 0;
	while (!err && rec_read_frame(reader, &f) == 1) {
		if (f->type == REC_EVENTS)
			err = replay_batch(r, rec_reader_batch(reader));
		else if (f->type == REC_VCPU)
			err = rec_stream_from_json(&s, rec_reader_json(reader)) ?:
			      replay_stream(r, &s);
	}
	rec_reader_free(reader);
	return err;
}

static struct bytes record(void)
{
	struct bytes b = { 0 };
	struct rec_writer *w = rec_writer_new(bytes_write, &b);
	json_t *o = json_object();

	assert_int_equal(rec_write_json(w, REC_FILE, o), 0);
	json_decref(o);
	write_sweeps(w);
	rec_writer_free(w);
	return b;
}

static char *replayed(enum stat_by by, const struct replay_options *o)
{
	struct bytes b = record();
	struct replay *r;

	begin_report(by);
	r = replay_new(o, print, NULL);
	assert_non_null(r);
	assert_int_equal(replay_file(&b, r), 0);
	assert_int_equal(replay_end(r, end_ns), 0);
	assert_int_equal(replay_late(r), 0);
	replay_free(r);
	bytes_free(&b);
	return end_report();
}

static void same_tables(enum stat_by by, uint64_t interval)
{
	struct replay_options o = all(interval);
	char *one = at_once(by, interval), *other = replayed(by, &o);

	assert_true(strlen(one) > 1000);
	assert_string_equal(one, other);
	free(one);
	free(other);
}

static void tables_are_those_of_counting_at_once(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		make_history(MAX_EVENTS / 2 - 50);
		same_tables(STAT_BY_REASON, 0);
		same_tables(STAT_BY_VCPU, 5000000);
		same_tables(STAT_BY_VM, 1234567);
		same_tables(STAT_BY_REASON, 100000000);
	}
}

static void only_the_vm_that_was_asked_for(void **state)
{
	struct replay_options o = all(0);
	char *tables;

	(void)state;
	make_history(5000);
	o.vm = "vm-1";
	tables = replayed(STAT_BY_VCPU, &o);
	assert_non_null(strstr(tables, "vm-1"));
	assert_null(strstr(tables, "vm-0"));
	free(tables);
	o.vm = NULL;
	o.tgid = 102;
	o.vcpu = 1;
	tables = replayed(STAT_BY_VCPU, &o);
	assert_non_null(strstr(tables, "vm-2"));
	assert_null(strstr(tables, "vm-1"));
	assert_null(strstr(tables, "\"vcpu\":0"));
	free(tables);
}

static void ends_when_it_was_told_to(void **state)
{
	struct replay_options o = all(1000000);
	char *whole, *part;

	(void)state;
	make_history(20000);
	whole = replayed(STAT_BY_REASON, &o);
	o.duration = 3000000;
	part = replayed(STAT_BY_REASON, &o);
	assert_int_equal(report.intervals, 3);
	assert_true(strlen(part) < strlen(whole));
	assert_memory_equal(part, whole, strlen(part));
	free(whole);
	free(part);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_those_of_counting_at_once),
		cmocka_unit_test(only_the_vm_that_was_asked_for),
		cmocka_unit_test(ends_when_it_was_told_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
