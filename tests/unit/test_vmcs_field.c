// SPDX-License-Identifier: GPL-2.0-only
/* The table of VMCS fields: against the layout of encodings, KVM's lists, and itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "analysis/vmcs_field.h"

static const struct np_vmcs_field *fields;
static size_t n;

static int setup(void **state)
{
	(void)state;
	fields = np_vmcs_fields(&n);
	return n ? 0 : -1;
}

/* The SDM's own heads of the tables of appendix B: "0010_10xx_xxxx_xxxAb". */
static const struct {
	uint16_t bits;
	uint8_t width, type;
	size_t rows; /* appendix B's, and those announced */
} tables[] = {
	{ 0x0000, NP_VMCS_16, NP_VMCS_CONTROL, 5 + 1 },
	{ 0x0800, NP_VMCS_16, NP_VMCS_GUEST, 11 },
	{ 0x0c00, NP_VMCS_16, NP_VMCS_HOST, 7 },
	{ 0x2000, NP_VMCS_64, NP_VMCS_CONTROL, 74 + 4 },
	{ 0x2400, NP_VMCS_64, NP_VMCS_EXIT_INFO, 6 + 2 },
	{ 0x2800, NP_VMCS_64, NP_VMCS_GUEST, 42 + 4 },
	{ 0x2c00, NP_VMCS_64, NP_VMCS_HOST, 24 + 2 },
	{ 0x4000, NP_VMCS_32, NP_VMCS_CONTROL, 20 },
	{ 0x4400, NP_VMCS_32, NP_VMCS_EXIT_INFO, 8 },
	{ 0x4800, NP_VMCS_32, NP_VMCS_GUEST, 23 },
	{ 0x4c00, NP_VMCS_32, NP_VMCS_HOST, 1 },
	{ 0x6000, NP_VMCS_NATURAL, NP_VMCS_CONTROL, 8 },
	{ 0x6400, NP_VMCS_NATURAL, NP_VMCS_EXIT_INFO, 6 },
	{ 0x6800, NP_VMCS_NATURAL, NP_VMCS_GUEST, 23 },
	{ 0x6c00, NP_VMCS_NATURAL, NP_VMCS_HOST, 15 },
};

static void columns_agree_with_the_encoding(void **state)
{
	size_t seen = 0;

	(void)state;
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		size_t rows = 0;

		for (size_t i = 0; i < n; i++) {
			if ((fields[i].encoding & 0xfc00) != tables[t].bits)
				continue;
			assert_int_equal(fields[i].width, tables[t].width);
			assert_int_equal(fields[i].type, tables[t].type);
			rows++;
		}
		assert_int_equal(rows, tables[t].rows);
		seen += rows;
	}
	assert_int_equal(seen, n); /* none has a bit that is reserved */
}

static void the_layout_is_read_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_true(np_vmcs_is_encoding(fields[i].encoding));
		assert_int_equal(np_vmcs_width(fields[i].encoding), fields[i].width);
		assert_int_equal(np_vmcs_type(fields[i].encoding), fields[i].type);
	}
	assert_int_equal(np_vmcs_index(0x6c1c), 14);
	assert_int_equal(np_vmcs_index(0x2053), 41);
	assert_false(np_vmcs_is_encoding(0x4403)); /* the high half of 32 bits */
	assert_true(np_vmcs_is_encoding(0x2403));
	assert_false(np_vmcs_is_encoding(0x5402)); /* bit 12 */
	assert_false(np_vmcs_is_encoding(0xc402)); /* bit 15 */
	assert_false(np_vmcs_is_encoding(0x100004402));
}

static void sorted_and_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < n; i++) {
		if (i)
			assert_true(fields[i - 1].encoding < fields[i].encoding);
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(fields[i].name, fields[j].name);
			assert_string_not_equal(fields[i].words, fields[j].words);
		}
		assert_int_equal(strspn(fields[i].name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"),
				 strlen(fields[i].name));
	}
}

/* Every 64-bit field has both halves; nothing else has two. */
static void high_halves(void **state)
{
	char name[64];

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct np_vmcs_field *f = &fields[i];
		bool named_high = strstr(f->name, "_HIGH");

		assert_int_equal(f->encoding & 1, f->width == NP_VMCS_64 && named_high);
		if (f->width != NP_VMCS_64 || (f->encoding & 1))
			continue;
		assert_true(i + 1 < n);
		assert_int_equal(f[1].encoding, f->encoding + 1);
		snprintf(name, sizeof(name), "%s_HIGH", f->name);
		assert_string_equal(f[1].name, name);
		assert_int_equal(f[1].shadow, f->shadow);
		assert_int_equal(f[1].needs, f->needs);
	}
}

/* Names say which group they are of: a row in the wrong table is found. */
static void names_agree_with_the_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < n; i++) {
		if (strncmp(fields[i].name, "HOST_", 5) == 0)
			assert_int_equal(fields[i].type, NP_VMCS_HOST);
		if (strncmp(fields[i].words, "Guest IA32_", 11) == 0)
			assert_int_equal(fields[i].type, NP_VMCS_GUEST);
		if (fields[i].type == NP_VMCS_HOST)
			assert_memory_equal(fields[i].words, "Host ", 5);
	}
}

/* Written down from vmcs_shadow_fields.h once more, by encoding. */
static const uint16_t shadow_ro[] = { 0x2400, 0x2401, 0x4402, 0x4404, 0x4406, 0x4408, 0x440a,
				      0x440c, 0x4816, 0x4818, 0x6400, 0x640a };
static const uint16_t shadow_rw[] = { 0x0810, 0x0812, 0x0c08, 0x0c0a, 0x4000, 0x4002, 0x4004,
				      0x4016, 0x4018, 0x401a, 0x401c, 0x4824, 0x482e, 0x6000,
				      0x6004, 0x6006, 0x6800, 0x6802, 0x6804, 0x681c, 0x681e,
				      0x6820, 0x6c06, 0x6c08 };

static size_t of_class(enum np_vmcs_shadow shadow, const uint16_t *want, size_t wanted)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		if (fields[i].shadow == shadow) {
			assert_true(found < wanted);
			assert_int_equal(fields[i].encoding, want[found++]);
		}
	return found;
}

static void shadow_lists(void **state)
{
	(void)state;
	assert_int_equal(of_class(NP_SHADOW_RO, shadow_ro, 12), 12);
	assert_int_equal(of_class(NP_SHADOW_RW, shadow_rw, 24), 24);
	for (size_t i = 0; i < n; i++)
		if (fields[i].needs != NP_NEEDS_ANY)
			assert_int_equal(fields[i].shadow, NP_SHADOW_RW);
}

static bool shadowed(const char *name, bool write, unsigned int lacking)
{
	const struct np_vmcs_field *f = np_vmcs_field_named(name);

	assert_non_null(f);
	return np_vmcs_field_is_shadowed(f, write, lacking);
}

static void which_accesses_are_shadowed(void **state)
{
	const unsigned int timer = 1u << NP_NEEDS_PREEMPTION_TIMER, all = ~0u;

	(void)state;
	assert_true(shadowed("GUEST_RIP", false, 0) && shadowed("GUEST_RIP", true, all));
	assert_true(shadowed("VM_EXIT_REASON", false, all));
	assert_false(shadowed("VM_EXIT_REASON", true, 0));
	assert_false(shadowed("HOST_RIP", false, 0) || shadowed("HOST_RIP", true, 0));
	assert_true(shadowed("VMX_PREEMPTION_TIMER_VALUE", true, ~timer));
	assert_false(shadowed("VMX_PREEMPTION_TIMER_VALUE", true, timer));
	assert_false(shadowed("GUEST_PML_INDEX", false, 1u << NP_NEEDS_PML));
	assert_false(shadowed("GUEST_INTR_STATUS", false, 1u << NP_NEEDS_APICV));
	assert_true(shadowed("GUEST_INTR_STATUS", false, timer));
}

static void found_both_ways(void **state)
{
	char buffer[NP_VMCS_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(np_vmcs_field_find(fields[i].encoding), &fields[i]);
		assert_ptr_equal(np_vmcs_field_named(fields[i].name), &fields[i]);
		assert_string_equal(np_vmcs_field_name(fields[i].encoding, buffer), fields[i].name);
	}
	assert_int_equal(np_vmcs_field_named("VM_EXIT_INTR_INFO")->encoding,
			 NP_FIELD_VM_EXIT_INTR_INFO);
	assert_int_equal(NP_FIELD_VM_EXIT_INTR_INFO, 0x4404);
	assert_int_equal(NP_FIELD_GUEST_PHYSICAL_ADDRESS_HIGH, 0x2401);
	assert_null(np_vmcs_field_named("vm_exit_intr_info"));
	assert_null(np_vmcs_field_named(""));
}

static void without_a_name(void **state)
{
	char buffer[NP_VMCS_NAME_SIZE];

	(void)state;
	for (uint64_t e = 0; e < 0x20000; e++) /* no more, no less than the table */
		if (np_vmcs_field_find(e))
			assert_int_equal(np_vmcs_field_find(e)->encoding, e);
	assert_null(np_vmcs_field_find(0x100004402));
	assert_string_equal(np_vmcs_field_name(0x4428, buffer), "FIELD_0x4428");
	assert_string_equal(np_vmcs_field_name(0x10, buffer), "FIELD_0x0010");
	assert_string_equal(np_vmcs_field_name(0x100004402, buffer), "FIELD_0x100004402");
	assert_string_equal(np_vmcs_field_name(UINT64_MAX, buffer), "FIELD_0xffffffffffffffff");
}

static void for_people(void **state)
{
	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_non_null(np_vmcs_width_name(fields[i].width));
		assert_non_null(np_vmcs_type_name(fields[i].type));
		assert_non_null(np_vmcs_shadow_name(fields[i].shadow));
		assert_true(!np_vmcs_needs_flag(fields[i].needs) ==
			    (fields[i].needs == NP_NEEDS_ANY));
	}
	assert_string_equal(np_vmcs_width_name(NP_VMCS_NATURAL), "natural");
	assert_string_equal(np_vmcs_shadow_name(NP_SHADOW_NO), "-");
	assert_string_equal(np_vmcs_needs_flag(NP_NEEDS_PML), "pml");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_agree_with_the_encoding),
		cmocka_unit_test(the_layout_is_read_right),
		cmocka_unit_test(sorted_and_unique),
		cmocka_unit_test(high_halves),
		cmocka_unit_test(names_agree_with_the_type),
		cmocka_unit_test(shadow_lists),
		cmocka_unit_test(which_accesses_are_shadowed),
		cmocka_unit_test(found_both_ways),
		cmocka_unit_test(without_a_name),
		cmocka_unit_test(for_people),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
