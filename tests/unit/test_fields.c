// SPDX-License-Identifier: GPL-2.0-only
/* L1's accesses to VMCS fields: sums, tables, names, lines for flame graphs, JSON and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/fields_json.h"
#include "analysis/fields_table.h"
#include "analysis/result_fields.h"
#include "analysis/result_json.h"
#include "analysis/stat_model.h"
#include "analysis/vmcs_field.h"

enum { CPUID = 10, VMREAD = 23, VMWRITE = 25, MSR_READ = 31 };

#define PML NP_FIELD_GUEST_PML_INDEX
#define RIP NP_FIELD_GUEST_RIP

static const struct np_access reads_pml = { .vcpu = NP_ANY_VCPU, .reason = CPUID, .field = PML,
					    .address = 0xffffffffc0383da5, .count = 100,
					    .timed = 10, .ns = 16000 };

static struct np_access but(struct np_access a, uint32_t reason, uint64_t address, uint64_t count)
{
	a.reason = reason;
	a.address = address;
	a.count = count;
	return a;
}

static struct np_fields sample(void)
{
	const struct np_access other = but(reads_pml, MSR_READ, reads_pml.address, 5);
	struct np_access writes = but(reads_pml, CPUID, 0xffffffffc0376f89, 101);
	struct np_access unknown = { .vcpu = NP_ANY_VCPU, .reason = CPUID, .count = 7,
				     .unknown = NP_UNKNOWN_UNREADABLE };
	struct np_fields f = { 0 };

	writes.field = RIP;
	writes.write = true;
	writes.memory = true;
	assert_int_equal(np_fields_add(&f, &unknown), 0);
	assert_int_equal(np_fields_add(&f, &other), 0);
	assert_int_equal(np_fields_add(&f, &reads_pml), 0);
	assert_int_equal(np_fields_add(&f, &writes), 0);
	np_fields_merge(&f);
	return f;
}

static struct np_account *sample_account(void)
{
	struct np_account *a = calloc(1, sizeof(*a));

	assert_non_null(a);
	a->l2[CPUID].exits = 100;
	a->l2[CPUID].caused[VMREAD] = 107;
	a->l2[CPUID].caused[VMWRITE] = 101;
	a->l2[MSR_READ].exits = 4;
	a->l2[MSR_READ].synthetic = 1;
	a->l2[MSR_READ].caused[VMREAD] = 4;
	a->outside[VMREAD] = 2;
	return a;
}

static void sums(void **state)
{
	struct np_fields f = sample();

	(void)state;
	assert_int_equal(f.nr, 4);
	assert_int_equal(f.access[0].count, 101); /* the most first, unknown last */
	assert_int_equal(f.access[3].unknown, NP_UNKNOWN_UNREADABLE);
	assert_int_equal(np_fields_count(&f, PML, false), 105);
	assert_int_equal(np_fields_count(&f, PML, true), 0);
	assert_int_equal(np_fields_count(&f, 0, false), 0);
	assert_int_equal(np_fields_total(&f, false), 112);
	assert_int_equal(np_fields_total(&f, true), 101);
	assert_int_equal(np_fields_unknown(&f), 7);
	assert_int_equal(np_fields_unknown_for(&f, NP_UNKNOWN_UNREADABLE), 7);
	assert_int_equal(np_fields_unknown_for(&f, NP_UNKNOWN_EDGE), 0);
	/* One took 1,600 ns, as the ten that were timed tell. */
	assert_true(np_access_mean(&reads_pml) == 1600);
	assert_true(np_access_ns(&reads_pml) == 160000);
	assert_true(isnan(np_access_mean(&f.access[3])));
	np_fields_free(&f);
}

static void the_same_become_one(void **state)
{
	struct np_fields f = { 0 };
	struct np_access named = reads_pml;

	(void)state;
	named.symbol = (char *)"f+0x1";
	for (int i = 0; i < 100; i++) {
		const struct np_access other = but(reads_pml, CPUID, 1 + i % 7, 1);

		assert_int_equal(np_fields_add(&f, &other), 0);
	}
	assert_int_equal(np_fields_add(&f, &reads_pml), 0);
	assert_int_equal(np_fields_add(&f, &named), 0);
	assert_int_equal(np_fields_add(&f, &named), 0);
	np_fields_merge(&f);
	assert_int_equal(f.nr, 8);
	assert_int_equal(f.access[0].count, 300);
	assert_string_equal(f.access[0].symbol, "f+0x1");
	assert_int_equal(np_fields_total(&f, false), 400);
	np_fields_free(&f);
}

static void a_window_is_a_difference(void **state)
{
	struct np_fields before = sample(), after = sample();
	const struct np_access more = but(reads_pml, CPUID, reads_pml.address, 3);

	(void)state;
	assert_int_equal(np_fields_add(&after, &more), 0);
	np_fields_merge(&after);
	assert_int_equal(np_fields_subtract(&after, &before), 0);
	assert_int_equal(after.nr, 1);
	assert_int_equal(after.access[0].count, 3);
	np_fields_free(&before);
	np_fields_free(&after);
}

static void what_the_account_has_more_is_unknown(void **state)
{
	struct np_account *a = sample_account();
	struct np_fields f = sample();

	(void)state;
	assert_int_equal(np_account_accesses(a, false), 113);
	assert_int_equal(np_account_accesses(a, true), 101);
	assert_int_equal(np_fields_balance(&f, a), 0);
	assert_int_equal(np_fields_unknown_for(&f, NP_UNKNOWN_EDGE), 1);
	assert_int_equal(np_fields_total(&f, false), 113);
	assert_int_equal(np_fields_balance(&f, a), 0); /* even by now */
	assert_int_equal(np_fields_total(&f, false), 113);
	np_fields_free(&f);
	free(a);
}

typedef int (*printer)(const struct np_fields *f, const struct fields_view *v, FILE *out);

static char *printed(printer print, const struct np_fields *f, const struct fields_view *v)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(print(f, v, out), 0);
	fclose(out);
	return text;
}

static int table(const struct np_fields *f, const struct fields_view *v, FILE *out)
{
	struct stat_table t;
	int err = fields_table_text(&t, f, v);

	if (!err)
		err = np_rows_print_text(t.rows, out);
	stat_table_free(&t);
	return err;
}

static int folded(const struct np_fields *f, const struct fields_view *v, FILE *out)
{
	(void)v;
	return fields_print_folded(f, out);
}

static char *result_fields(const struct np_result *r)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(np_result_print_fields(r, out), 0);
	fclose(out);
	return text;
}

static void assert_has(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("no \"%s\" in:\n%s", what, text);
}

static void tables_of_text(void **state)
{
	struct np_account *a = sample_account();
	struct np_fields f = sample();
	struct fields_view v = { .account = a, .lacking = 1u << NP_NEEDS_PML };
	char *text = printed(table, &f, &v);

	(void)state;
	assert_has(text, "GUEST_PML_INDEX");
	assert_has(text, "0x0812");
	assert_has(text, "RW, lacks pml");
	assert_has(text, "105");
	assert_has(text, "1.00"); /* of 105 exits */
	assert_has(text, "memory");
	assert_has(text, "unknown (not readable)");
	free(text);
	v.by = FIELDS_BY_REASON;
	text = printed(table, &f, &v);
	assert_has(text, "MSR_READ");
	assert_has(text, "CPUID");
	free(text);
	v.by = FIELDS_BY_SITE;
	v.min_share = 60;
	text = printed(table, &f, &v);
	assert_has(text, "2 others");
	assert_has(text, "unknown"); /* however few */
	free(text);
	np_fields_free(&f);
	free(a);
}

static void the_first_thing(void **state)
{
	struct np_account *a = sample_account();
	struct fields_view v = { .account = a, .lacking = 1u << NP_NEEDS_PML };
	struct np_fields f = { 0 };
	char *text;

	(void)state;
	text = printed(fields_print_first, &f, &v);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(np_fields_add(&f, &reads_pml), 0);
	text = printed(fields_print_first, &f, &v);
	assert_string_equal(text, "0xffffffffc0383da5 reads GUEST_PML_INDEX, 0.95 per L2 exit: "
				  "KVM would shadow it, but this CPU lacks the feature\n");
	free(text);
	v.lacking = 0;
	text = printed(fields_print_first, &f, &v);
	assert_has(text, "with shadow VMCS on it does not exit");
	free(text);
	np_fields_free(&f);
	free(a);
}

static void flame_graphs(void **state)
{
	struct np_fields f = sample();
	char *text = printed(folded, &f, NULL);

	(void)state;
	assert_string_equal(text, "CPUID;0xffffffffc0376f89;VMWRITE GUEST_RIP 101\n"
				  "CPUID;0xffffffffc0383da5;VMREAD GUEST_PML_INDEX 100\n"
				  "MSR_READ;0xffffffffc0383da5;VMREAD GUEST_PML_INDEX 5\n"
				  "CPUID;-;VMREAD unknown (not readable) 7\n");
	free(text);
	np_fields_free(&f);
}

/* Not what is between the members. */
static void assert_same(const struct np_access *a, const struct np_access *b)
{
	assert_int_equal(a->tgid, b->tgid);
	assert_int_equal(a->vcpu, b->vcpu);
	assert_int_equal(a->reason, b->reason);
	assert_int_equal(a->write, b->write);
	assert_int_equal(a->memory, b->memory);
	assert_int_equal(a->unknown, b->unknown);
	assert_int_equal(a->field, b->field);
	assert_int_equal(a->address, b->address);
	assert_ptr_equal(a->symbol, b->symbol);
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->timed, b->timed);
	assert_int_equal(a->ns, b->ns);
}

static void json_and_back(void **state)
{
	struct np_account *a = sample_account();
	struct np_fields f = sample(), again = { 0 };
	json_t *list = np_fields_to_json(&f, a);

	(void)state;
	assert_int_equal(json_array_size(list), 4);
	for (size_t i = 0; i < 4; i++) {
		struct np_access x;

		assert_null(np_access_from_json(json_array_get(list, i), &x));
		assert_int_equal(np_fields_add(&again, &x), 0);
	}
	np_fields_merge(&again);
	for (size_t i = 0; i < 4; i++)
		assert_same(&again.access[i], &f.access[i]);
	json_decref(list);
	np_fields_free(&f);
	np_fields_free(&again);
	free(a);
}

/* A key that is missing or of another kind is named. */
static void bad_json(void **state)
{
	static const char *const keys[] = { "unknown", "encoding", "access", "operand", "l2_reason",
					    "address", "symbol", "count", "timed", "ns" };
	struct np_fields f = sample();
	json_t *list = np_fields_to_json(&f, NULL);
	json_t *good = json_array_get(list, 0);
	struct np_access a;

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		json_t *bad = json_deep_copy(good);

		json_object_set_new(bad, keys[i], json_real(-1.5));
		assert_string_equal(np_access_from_json(bad, &a), keys[i]);
		json_decref(bad);
	}
	assert_non_null(np_access_from_json(NULL, &a));
	json_decref(list);
	np_fields_free(&f);
}

/* In a result they come back as they were, and are printed for that arm and workload. */
static void in_a_result(void **state)
{
	struct np_result *r = np_result_new(), *again = NULL;
	struct np_arm_result *arm = np_result_add_arm(r, NP_ARM_ON);
	struct np_workload_result *w = np_arm_add_workload(arm, "cpuid");
	const struct np_workload_result *is;
	char *text, why[200] = "";

	(void)state;
	arm->nested = true;
	w->fields = sample();
	w->has_fields = true;
	assert_int_equal(np_result_set_lacking(r, 1u << NP_NEEDS_PML | 1u << NP_NEEDS_APICV), 0);
	text = np_result_to_json(r);
	assert_int_equal(np_result_from_json(text, &again, why, sizeof(why)), 0);
	free(text);
	assert_int_equal(np_result_lacking(again), 1u << NP_NEEDS_PML | 1u << NP_NEEDS_APICV);
	is = np_arm_workload(np_result_arm(again, NP_ARM_ON), "cpuid");
	assert_true(is->has_fields);
	assert_int_equal(is->fields.nr, 4);
	assert_int_equal(np_fields_total(&is->fields, false), 112);
	text = result_fields(again);
	assert_has(text, "cpuid, shadow-on; unknown 7 of 213");
	assert_has(text, "RW, lacks pml");
	free(text);
	np_result_free(again);
	np_result_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums),
		cmocka_unit_test(the_same_become_one),
		cmocka_unit_test(a_window_is_a_difference),
		cmocka_unit_test(what_the_account_has_more_is_unknown),
		cmocka_unit_test(tables_of_text),
		cmocka_unit_test(the_first_thing),
		cmocka_unit_test(flame_graphs),
		cmocka_unit_test(json_and_back),
		cmocka_unit_test(bad_json),
		cmocka_unit_test(in_a_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
