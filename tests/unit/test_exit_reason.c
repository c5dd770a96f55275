// SPDX-License-Identifier: GPL-2.0-only
/* Names of exit reasons, both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <asm/vmx.h>

#include "analysis/exit_reason.h"
#include "bpf/events.h"

/* The kernel's own table, as this machine's headers have it. */
static void kernel_names(void **state)
{
	static const struct {
		uint32_t code;
		const char *name;
	} kernel[] = { VMX_EXIT_REASONS };

	(void)state;
	for (size_t i = 0; i < sizeof(kernel) / sizeof(kernel[0]); i++) {
		assert_string_equal(np_exit_reason_name(NP_ISA_VMX, kernel[i].code),
				    kernel[i].name);
		assert_int_equal(np_exit_reason_find(NP_ISA_VMX, kernel[i].name), kernel[i].code);
	}
}

static void newer_names(void **state)
{
	(void)state;
	assert_string_equal(np_exit_reason_name(NP_ISA_VMX, 77), "TDCALL");
	assert_string_equal(np_exit_reason_name(NP_ISA_VMX, 84), "MSR_READ_IMM");
	assert_string_equal(np_exit_reason_name(NP_ISA_VMX, 85), "MSR_WRITE_IMM");
}

static void every_index_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (uint32_t isa = 0; isa < 4; isa++)
		for (uint32_t i = 0; i < NP_REASONS; i++)
			assert_int_equal(np_exit_reason_find(isa, np_exit_reason_name(isa, i)), i);
}

static void without_a_name(void **state)
{
	(void)state;
	assert_string_equal(np_exit_reason_name(NP_ISA_VMX, 93), "REASON_93");
	assert_string_equal(np_exit_reason_name(NP_ISA_VMX, 5), "REASON_5");
	assert_string_equal(np_exit_reason_name(NP_ISA_SVM, 10), "REASON_10");
	assert_string_equal(np_exit_reason_name(77, 10), "REASON_10");
}

static void out_of_range(void **state)
{
	(void)state;
	assert_string_equal(np_exit_reason_name(NP_ISA_VMX, NP_REASON_OTHER), "OTHER");
	assert_string_equal(np_exit_reason_name(NP_ISA_VMX, 0x80000021), "OTHER");
	assert_int_equal(np_exit_reason_find(NP_ISA_VMX, "NO_SUCH_REASON"), -1);
	assert_int_equal(np_exit_reason_find(NP_ISA_VMX, ""), -1);
	assert_int_equal(np_exit_reason_find(NP_ISA_SVM, "VMREAD"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_names),
		cmocka_unit_test(newer_names),
		cmocka_unit_test(every_index_has_a_name_of_its_own),
		cmocka_unit_test(without_a_name),
		cmocka_unit_test(out_of_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
