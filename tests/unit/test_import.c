// SPDX-License-Identifier: GPL-2.0-only
/* The parts of importing: order of events, pages of the ring buffer, and whose an exit is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "analysis/import/layout.h"
#include "analysis/import/order.h"
#include "analysis/import/page.h"
#include "analysis/import/whose.h"

#define MANY 300000u

/* What comes out, in order; how many. */
static uint32_t drain(struct imp_order *o, uint64_t *last)
{
	const struct imp_event *e;
	uint32_t n, all = 0;

	while (imp_order_ready(o) && (n = imp_order_next(o, &e)))
		for (all += n; n; n--, e++) {
			assert_true(e->ns >= *last);
			*last = e->ns;
		}
	return all;
}

static void rounds_of_cpus_are_put_in_order(void **state)
{
	struct imp_order *o = imp_order_new();
	uint64_t last = 0;
	uint32_t given = 0;

	(void)state;
	for (uint32_t round = 0; round < 100; round++) {
		for (uint32_t cpu = 8; cpu-- > 0;)
			for (uint32_t i = 0; i < 50; i++) {
				struct imp_event e = { .ns = round * 1000 + i * 20 + cpu + 1 };

				imp_order_add(o, &e);
			}
		imp_order_round(o, false);
		given += drain(o, &last);
		/* Of this round, nothing yet; of those before, all. */
		assert_int_equal(given, round * 400);
	}
	imp_order_round(o, true);
	assert_int_equal(given + drain(o, &last), 40000);
	assert_int_equal(imp_order_late(o), 0);
	imp_order_free(o);
}

static void without_rounds_it_does_what_it_can(void **state)
{
	struct imp_order *o = imp_order_new();
	uint64_t last = 0;
	uint32_t given = 0;

	(void)state;
	/* Each older than the one before: all are runs of one event. */
	for (uint32_t i = MANY; i > 0; i--) {
		struct imp_event e = { .ns = i };

		if (!imp_order_add(o, &e))
			given += drain(o, &last);
	}
	imp_order_round(o, true);
	assert_int_equal(given + drain(o, &last), MANY);
	assert_true(imp_order_late(o) > 0);
	imp_order_free(o);
}

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, 4);
}

static void a_page_has_events_and_times(void **state)
{
	uint8_t page[128] = { 0 };
	struct imp_page p;
	const uint8_t *data;
	uint32_t size;

	(void)state;
	page[0] = 100;
	put32(page + 8, 44 | 1u << 31 | 1u << 30); /* events are missing, and it says how many */
	put32(page + 16, 2 | 5 << 5);		  /* 8 bytes, 5 ns on */
	put32(page + 28, 30 | 1 << 5);		  /* the time goes on by 1 + (1 << 27) */
	put32(page + 32, 1);
	put32(page + 36, 0 | 7 << 5);		  /* its length follows */
	put32(page + 40, 12);
	put32(page + 52, 29 | 0 << 5);		  /* the rest is empty */
	page[60] = 9;
	assert_true(imp_page_load(&p, page, sizeof(page), 8));
	assert_true(p.missed);
	assert_int_equal(p.nr_missed, 9);
	assert_int_equal(imp_page_next(&p, &data, &size), 1);
	assert_ptr_equal(data, page + 20);
	assert_int_equal(size, 8);
	assert_int_equal(p.ts, 105);
	assert_int_equal(imp_page_next(&p, &data, &size), 1);
	assert_ptr_equal(data, page + 44);
	assert_int_equal(size, 8);
	assert_int_equal(p.ts, 105 + 1 + (1 << 27) + 7);
	assert_int_equal(imp_page_next(&p, &data, &size), 0);
}

/* kbuffer goes round in circles on this one. */
static void a_page_cannot_lead_backwards(void **state)
{
	uint8_t page[64] = { 0 };
	struct imp_page p;
	const uint8_t *data;
	uint32_t size;

	(void)state;
	put32(page + 8, 40);
	put32(page + 16, 29 | 1 << 5);
	put32(page + 20, 0xfffffff8);
	assert_true(imp_page_load(&p, page, sizeof(page), 8));
	assert_int_equal(imp_page_next(&p, &data, &size), -1);
	put32(page + 8, 49);
	assert_false(imp_page_load(&p, page, sizeof(page), 8));
}

#define RESUME 24
#define CPUID 10

/* One vCPU's events, and what they turn out to be. */
struct tape {
	struct imp_vcpu vcpu;
	struct imp_seen seen;
	char text[256];
};

/* A letter for each, and exits have their level. */
static const char *told(struct tape *t)
{
	static const char letters[] = "?xevimf";

	char *to = t->text;

	for (uint32_t i = 0; i < t->vcpu.n; i++) {
		const struct rec_event *e = &t->vcpu.told[i];

		*to++ = letters[e->type];
		if (e->type == NP_EVENT_EXIT)
			*to++ = '0' + e->level;
	}
	*to = '\0';
	return t->text;
}

static void event(struct tape *t, uint8_t type, uint16_t reason, uint64_t rip)
{
	struct imp_event e = { .type = type, .reason = reason, .rip = rip };

	t->seen.events[type]++;
	imp_whose_event(&t->vcpu, &e, &t->seen);
}

static void with_nested_events(void **state)
{
	struct tape t = { 0 };

	(void)state;
	event(&t, NP_EVENT_EXIT, RESUME, 100);
	event(&t, NP_EVENT_VMENTER, 0, 500);
	event(&t, NP_EVENT_ENTRY, 0, 500);
	event(&t, NP_EVENT_EXIT, CPUID, 500);
	event(&t, NP_EVENT_VMEXIT, CPUID, 500);
	event(&t, NP_EVENT_INJECT, CPUID, 0);
	event(&t, NP_EVENT_ENTRY, 0, 110);
	event(&t, NP_EVENT_EXIT, CPUID, 120);
	event(&t, NP_EVENT_ENTRY, 0, 122);
	assert_string_equal(told(&t), "x1mex2viex1e");
}

/* perf kvm stat record has exits and entries, and no more. */
static void without_nested_events(void **state)
{
	struct tape t = { 0 };

	(void)state;
	event(&t, NP_EVENT_ENTRY, 0, 90);
	event(&t, NP_EVENT_EXIT, RESUME, 100);
	event(&t, NP_EVENT_ENTRY, 0, 500);
	event(&t, NP_EVENT_EXIT, 48, 500); /* L0 deals with it: L2 goes on */
	event(&t, NP_EVENT_ENTRY, 0, 500);
	event(&t, NP_EVENT_EXIT, CPUID, 510); /* L1 is given it, and goes on elsewhere */
	event(&t, NP_EVENT_ENTRY, 0, 110);
	event(&t, NP_EVENT_EXIT, CPUID, 120);
	event(&t, NP_EVENT_ENTRY, 0, 122);
	assert_string_equal(told(&t), "ex1mex2ex2iex1e");
}

static void an_entry_that_failed(void **state)
{
	struct tape t = { 0 };

	(void)state;
	event(&t, NP_EVENT_ENTRY, 0, 90);
	event(&t, NP_EVENT_EXIT, RESUME, 100);
	event(&t, NP_EVENT_ENTRY, 0, 103); /* behind the VMRESUME */
	event(&t, NP_EVENT_EXIT, CPUID, 120);
	event(&t, NP_EVENT_ENTRY, 0, 122);
	assert_string_equal(told(&t), "ex1ex1e");
}

/* Older kernels: kvm_entry says nothing but the vCPU. */
static void with_nothing_that_tells(void **state)
{
	struct tape t = { 0 };

	(void)state;
	event(&t, NP_EVENT_EXIT, RESUME, 100);
	event(&t, NP_EVENT_ENTRY, 0, 0);
	event(&t, NP_EVENT_EXIT, CPUID, 500);
	event(&t, NP_EVENT_ENTRY, 0, 0);
	assert_string_equal(told(&t), "x1ex1e");
}

/* Its codes are not the indexes that its exits are counted under. */
static void on_amd(void **state)
{
	enum { AMD_CPUID = 0x72, AMD_VMRUN = 0x80, AMD_NPF = 0x400 };
	struct tape t = { .vcpu.isa = NP_ISA_SVM };

	(void)state;
	event(&t, NP_EVENT_ENTRY, 0, 90);
	event(&t, NP_EVENT_EXIT, AMD_VMRUN, 100);
	event(&t, NP_EVENT_ENTRY, 0, 500);
	event(&t, NP_EVENT_EXIT, AMD_CPUID, 510);
	event(&t, NP_EVENT_ENTRY, 0, 103);
	event(&t, NP_EVENT_EXIT, AMD_NPF, 120);
	event(&t, NP_EVENT_EXIT, UINT16_MAX, 120);
	event(&t, NP_EVENT_ENTRY, 0, 120);
	assert_string_equal(told(&t), "ex1mex2iex1x1e");
	assert_int_equal(t.vcpu.told[1].reason, NP_SVM_VMRUN);
	assert_int_equal(t.vcpu.told[4].reason, np_svm_index(AMD_CPUID));
	assert_int_equal(t.vcpu.told[5].reason, np_svm_index(AMD_CPUID)); /* which L1 is given */
	assert_int_equal(t.vcpu.told[7].reason, np_svm_index(AMD_NPF));
	assert_int_equal(t.vcpu.told[8].reason, np_svm_index(NP_SVM_INVALID));
}

#define FORMAT(fields) EVENT("kvm_exit", "77", fields)
#define EVENT(name, id, fields) \
	"name: " name "\nID: " id "\nformat:\n" \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n" \
	fields "\nprint fmt: \"%s\", REC->(((\n"

static int add_format(struct imp_layouts *l, const char *text)
{
	struct imp_error error = { 0 };

	return imp_layouts_add(l, text, strlen(text), 0, &error);
}

static void fields_are_where_the_format_says(void **state)
{
	struct imp_layouts *l = imp_layouts_new();
	uint8_t record[32] = { 0 };
	struct imp_event e;

	(void)state;
	assert_int_equal(add_format(l, FORMAT("\tfield:u64 guest_rip;\toffset:8;\tsize:8;\t"
					      "signed:0;\n\tfield:unsigned int added;\toffset:16;"
					      "\tsize:4;\tsigned:0;\n\tfield:u16 exit_reason;\t"
					      "offset:22;\tsize:2;\tsigned:0;\n")), 0);
	record[4] = 5;
	record[8] = 6;
	record[22] = 7;
	assert_non_null(imp_layout_of(l, 77));
	assert_true(imp_layout_decode(imp_layout_of(l, 77), record, 24, &e));
	assert_int_equal(imp_layout_tid(imp_layout_of(l, 77), record), 5);
	assert_int_equal(e.rip, 6);
	assert_int_equal(e.reason, 7);
	assert_int_equal(e.vcpu, IMP_NO_VCPU);
	assert_false(imp_layout_decode(imp_layout_of(l, 77), record, 23, &e));
	free(l);
}

#define FIELD(type, name, offset, size) \
	"\tfield:" type " " name ";\toffset:" offset ";\tsize:" size ";\tsigned:0;\n"

/* Linux 4.19: entries tell no address, and entering L2 has SVM's name. */
static void fields_of_an_old_kernel(void **state)
{
	struct imp_layouts *l = imp_layouts_new();
	uint8_t record[56] = { 0 };
	struct imp_event e;

	(void)state;
	assert_int_equal(add_format(l, EVENT("kvm_entry", "10", FIELD("u32", "vcpu_id", "8", "4"))),
			 0);
	assert_int_equal(add_format(l, EVENT("kvm_nested_vmrun", "11",
					     FIELD("u64", "rip", "8", "8")
					     FIELD("u64", "vmcb", "16", "8")
					     FIELD("u64", "nested_rip", "24", "8"))), 0);
	assert_int_equal(add_format(l, EVENT("kvm_nested_vmexit", "12",
					     FIELD("u64", "rip", "8", "8")
					     FIELD("u32", "exit_code", "16", "4")
					     FIELD("u32", "isa", "48", "4"))), 0);
	record[8] = 3;
	record[16] = 10;
	record[24] = 9;
	record[48] = NP_ISA_SVM;
	assert_true(imp_layout_decode(imp_layout_of(l, 10), record, 12, &e));
	assert_int_equal(e.type, NP_EVENT_ENTRY);
	assert_int_equal(e.vcpu, 3);
	assert_int_equal(e.rip, 0);
	assert_true(imp_layout_decode(imp_layout_of(l, 11), record, 32, &e));
	assert_int_equal(e.type, NP_EVENT_VMENTER);
	assert_int_equal(e.rip, 9);
	assert_true(imp_layout_decode(imp_layout_of(l, 12), record, 56, &e));
	assert_int_equal(e.type, NP_EVENT_VMEXIT);
	assert_int_equal(e.reason, 10);
	assert_int_equal(e.isa, NP_ISA_SVM);
	assert_int_equal(e.vcpu, IMP_NO_VCPU);
	free(l);
}

static void formats_that_lie(void **state)
{
	static const char *const texts[] = {
		FORMAT(""),
		FORMAT("\tfield:u32 exit_reason;\toffset:8;\tsize:3;\tsigned:0;\n"),
		FORMAT("\tfield:u32 exit_reason;\toffset:999999;\tsize:4;\tsigned:0;\n"),
		FORMAT("\tfield:u32 exit_reason[4];\toffset:8;\tsize:16;\tsigned:0;\n"),
		FORMAT("\tfield:u32 exit_reason;\toffset:-8;\tsize:4;\tsigned:0;\n"),
		"name: kvm_exit\nID: 70000\nformat:\n",
		"name: kvm_exit\nID: \n",
		"name: kvm_exit\n",
	};
	struct imp_layouts *l = imp_layouts_new();

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_not_equal(add_format(l, texts[i]), 0);
	assert_int_equal(add_format(l, "name: kvm_pio\n"), 0); /* of no interest */
	assert_int_equal(l->nr, 0);
	free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rounds_of_cpus_are_put_in_order),
		cmocka_unit_test(without_rounds_it_does_what_it_can),
		cmocka_unit_test(a_page_has_events_and_times),
		cmocka_unit_test(a_page_cannot_lead_backwards),
		cmocka_unit_test(with_nested_events),
		cmocka_unit_test(without_nested_events),
		cmocka_unit_test(an_entry_that_failed),
		cmocka_unit_test(with_nothing_that_tells),
		cmocka_unit_test(on_amd),
		cmocka_unit_test(fields_are_where_the_format_says),
		cmocka_unit_test(fields_of_an_old_kernel),
		cmocka_unit_test(formats_that_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
