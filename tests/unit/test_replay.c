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

#include "analysis/recording/replay.h"
#include "analysis/stat_metrics.h"
#include "collector/stat/report.h"
#include "tests/unit/fsm_pools.h"
#include "tests/unit/recording_bytes.h"

enum { CPUID = 10, VMREAD = 23, VMRESUME = 24, VMWRITE = 25, VCPUS = 6, MAX_EVENTS = 60000 };

#define START 1000000000ull
#define NO_MARK UINT64_MAX

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

/* Two vCPUs to a VM. */
static struct stat_whose whose(uint32_t vcpu)
{
	struct stat_whose w = { .tgid = 100 + vcpu / 2, .vcpu = vcpu % 2 };

	snprintf(w.vm, sizeof(w.vm), "vm-%u", vcpu / 2);
	return w;
}

static struct stat_report report;
static char *text;
static size_t text_size;

static void begin_report(enum stat_by by)
{
	report = (struct stat_report){ .out = open_memstream(&text, &text_size),
				       .format = STAT_JSON,
				       .by = by,
				       .sort = stat_metric_find("share") };
	assert_non_null(report.out);
}

static char *end_report(void)
{
	fclose(report.out);
	return text;
}

static int print(struct stat_model *m, uint64_t from, uint64_t to, uint64_t lost, void *arg)
{
	(void)arg;
	return report_model(&report, m, (from - START) * 1e-9, (to - from) * 1e-9, lost);
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
		np_fsm_gap(v);
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

static void end_interval_at_once(struct stat_model *m, bool there[VCPUS], uint64_t from, uint64_t to)
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

static struct replay_options all(uint64_t interval)
{
	return (struct replay_options){ .vcpu = NP_ANY_VCPU,
					.times = true,
					.syncs = true,
					.phases_every = 1,
					.start = START,
					.interval = interval };
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

/* What counts as what: one vCPU's run, by hand. */
static struct replay *by_hand(uint64_t interval)
{
	struct replay_options o = all(interval);
	struct rec_stream s = { 1, NP_ISA_VMX, whose(0) };
	struct replay *r = replay_new(&o, print, NULL);

	begin_report(STAT_BY_REASON);
	assert_int_equal(replay_stream(r, &s), 0);
	return r;
}

static int give(struct replay *r, const struct rec_event *e, uint32_t n, uint64_t mark)
{
	static struct rec_batch b;

	rec_batch_clear(&b);
	rec_batch_begin(&b, 1, e->ns);
	while (n--)
		assert_true(rec_batch_add(&b, e++));
	if (mark != NO_MARK)
		rec_batch_mark(&b, mark, 0);
	return replay_batch(r, &b);
}

static void has(const char *tables, const char *wanted)
{
	if (!strstr(tables, wanted))
		fail_msg("no %s in %s", wanted, tables);
}

static void loss_is_told_and_ends_what_was_handled(void **state)
{
	static const struct rec_event e[] = {
		{ START + 10, NP_EVENT_EXIT, NP_LEVEL_L2, CPUID },
		{ START + 20, NP_EVENT_INJECT, 0, CPUID },
		{ START + 30, NP_EVENT_EXIT, NP_LEVEL_L1, VMREAD },
		{ 17, NP_EVENT_LOST, 0, 0 },
		{ START + 40, NP_EVENT_EXIT, NP_LEVEL_L1, VMRESUME },
		{ START + 50, NP_EVENT_VMENTER, 0, 0 },
	};
	struct replay *r = by_hand(0);
	char *tables;

	(void)state;
	assert_int_equal(give(r, e, 6, NO_MARK), 0);
	assert_int_equal(replay_end(r, 0), 0);
	assert_int_equal(replay_lost(r), 17);
	replay_free(r);
	tables = end_report();
	has(tables, "\"lost\":17");
	has(tables, "\"caused\":0"); /* what CPUID cost is not known */
	free(tables);
}

static void loss_counts_where_it_was(void **state)
{
	static const struct rec_event e[] = {
		{ START + 10, NP_EVENT_EXIT, NP_LEVEL_L1, CPUID },
		{ 1, NP_EVENT_LOST, 0, 0 },
		{ START + 1500, NP_EVENT_EXIT, NP_LEVEL_L1, CPUID },
		{ 2, NP_EVENT_LOST, 0, 0 },
		{ START + 2500, NP_EVENT_EXIT, NP_LEVEL_L1, CPUID },
	};
	struct replay *r = by_hand(1000);
	char *tables;

	(void)state;
	assert_int_equal(give(r, e, 5, START + 3000), 0);
	assert_int_equal(replay_end(r, START + 3000), 0);
	replay_free(r);
	assert_int_equal(report.intervals, 3);
	tables = end_report();
	has(tables, "\"interval\":1,\"start\":0.0,\"seconds\":1e-6,\"by\":\"reason\",\"lost\":1");
	has(tables, "\"lost\":2");
	has(tables, "\"lost\":0");
	free(tables);
}

static void too_late_is_counted_and_told(void **state)
{
	static const struct rec_event e[] = { { START + 10, NP_EVENT_EXIT, NP_LEVEL_L1, CPUID } };
	struct replay *r = by_hand(1000);
	char *tables;

	(void)state;
	assert_int_equal(give(r, e, 1, START + 5000), 0);
	assert_int_equal(give(r, e, 1, NO_MARK), 0);
	assert_int_equal(replay_late(r), 1);
	assert_int_equal(replay_end(r, 0), 0);
	replay_free(r);
	tables = end_report();
	free(tables);
	assert_int_equal(report.intervals, 6);
}

static void contradictions_are_damage(void **state)
{
	static const struct rec_event gone[] = { { START + 10, NP_EVENT_GONE, 0, 0 } };
	struct rec_stream s = { 1, NP_ISA_VMX, whose(0) };
	struct replay *r = by_hand(0);

	(void)state;
	assert_int_equal(replay_stream(r, &s), -EBADMSG); /* it is there already */
	for (s.stream = 2; s.stream <= NP_MAX_VCPUS; s.stream++)
		assert_int_equal(replay_stream(r, &s), 0);
	assert_int_equal(replay_stream(r, &s), -EBADMSG); /* more than there can be */
	assert_int_equal(give(r, gone, 1, NO_MARK), 0);
	assert_int_equal(give(r, gone, 1, NO_MARK), -EBADMSG); /* of nobody */
	assert_int_equal(replay_stream(r, &s), 0);
	replay_free(r);
	free(end_report());
}

static int print_nothing(struct stat_model *m, uint64_t from, uint64_t to, uint64_t lost, void *arg)
{
	(void)m;
	(void)from;
	(void)to;
	(void)lost;
	(void)arg;
	return 0;
}

static void absurd_times_end(void **state)
{
	static const struct rec_event e[] = {
		{ 1ull << 63, NP_EVENT_EXIT, NP_LEVEL_L2, CPUID },
		{ UINT64_MAX, NP_EVENT_ENTRY, NP_LEVEL_L2, 0 },
	};
	struct replay_options o = all(100000000);
	struct rec_stream s = { 1, NP_ISA_VMX, whose(0) };
	struct replay *r = replay_new(&o, print_nothing, NULL);

	(void)state;
	assert_int_equal(replay_stream(r, &s), 0);
	assert_int_equal(give(r, e, 2, UINT64_MAX - 1), -E2BIG);
	replay_free(r);
	r = by_hand(0);
	assert_int_equal(give(r, e, 2, UINT64_MAX - 1), 0);
	assert_int_equal(replay_end(r, 0), 0);
	replay_free(r);
	free(end_report());
}

/* Rows and pages come back: as many VMs as you like, one after another. */
static void vms_that_come_and_go_leave_nothing(void **state)
{
	struct replay_options o = all(0);
	struct replay *r = replay_new(&o, print, NULL);
	char *tables;

	(void)state;
	begin_report(STAT_BY_REASON);
	for (uint32_t i = 0; i < 2000; i++) {
		struct rec_stream s = { 1, NP_ISA_VMX, whose(0) };
		struct rec_event e[41] = { 0 };

		for (uint32_t j = 0; j < 40; j++)
			e[j] = (struct rec_event){ START + i * 100 + j,
						   j % 2 ? NP_EVENT_ENTRY : NP_EVENT_EXIT,
						   NP_LEVEL_L2, j / 2 };
		e[40] = (struct rec_event){ START + i * 100 + 40, NP_EVENT_GONE, 0, 0 };
		assert_int_equal(replay_stream(r, &s), 0);
		assert_int_equal(give(r, e, 41, NO_MARK), 0);
	}
	assert_int_equal(replay_end(r, 0), 0);
	replay_free(r);
	tables = end_report();
	/* None had to share a row: each of the 20 reasons came 2000 times. */
	assert_null(strstr(tables, "\"reason\":\"OTHER\""));
	has(tables, "\"l2_exits\":40000");
	free(tables);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_those_of_counting_at_once),
		cmocka_unit_test(only_the_vm_that_was_asked_for),
		cmocka_unit_test(ends_when_it_was_told_to),
		cmocka_unit_test(loss_is_told_and_ends_what_was_handled),
		cmocka_unit_test(loss_counts_where_it_was),
		cmocka_unit_test(too_late_is_counted_and_told),
		cmocka_unit_test(contradictions_are_damage),
		cmocka_unit_test(absurd_times_end),
		cmocka_unit_test(vms_that_come_and_go_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
