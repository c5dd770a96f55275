// SPDX-License-Identifier: GPL-2.0-only
/* Names of exit reasons, both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <asm/svm.h>
#include <asm/vmx.h>

#include "analysis/exit_reason.h"
#include "bpf/events.h"
#include "bpf/svm_exits.h"

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

/* Vectors that SVM_EXIT_REASONS names, which are not in the headers for user space. */
enum {
	DE_VECTOR = 0, DB_VECTOR = 1, BP_VECTOR = 3, OF_VECTOR = 4, BR_VECTOR = 5, UD_VECTOR = 6,
	NM_VECTOR = 7, DF_VECTOR = 8, TS_VECTOR = 10, NP_VECTOR = 11, SS_VECTOR = 12,
	GP_VECTOR = 13, PF_VECTOR = 14, MF_VECTOR = 16, AC_VECTOR = 17, MC_VECTOR = 18,
	XM_VECTOR = 19,
};

/* No room for these, and no use: KVM does not let them exit, or software makes them up. */
static bool has_no_index(uint32_t code)
{
	if (code > SVM_EXIT_VMGEXIT)
		return code != (uint32_t)SVM_EXIT_ERR;
	return code == SVM_EXIT_READ_CR2 || code == SVM_EXIT_WRITE_CR2 ||
	       code == SVM_EXIT_FERR_FREEZE || (code & ~0x11u) == SVM_EXIT_READ_DR4;
}

static void kernel_names_of_svm(void **state)
{
	static const struct {
		uint32_t code;
		const char *name;
	} kernel[] = { SVM_EXIT_REASONS };
	uint8_t seen[NP_REASONS] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(kernel) / sizeof(kernel[0]); i++) {
		uint32_t index = np_svm_index(kernel[i].code);

		if (has_no_index(kernel[i].code)) {
			assert_int_equal(index, NP_REASON_OTHER);
			continue;
		}
		assert_string_equal(np_exit_reason_name(NP_ISA_SVM, index), kernel[i].name);
		assert_int_equal(seen[index]++, 0);
	}
	assert_int_equal(np_svm_index(SVM_EXIT_VMRUN), NP_SVM_VMRUN);
	assert_int_equal(np_svm_index(SVM_EXIT_VMLOAD), NP_SVM_VMLOAD);
	assert_int_equal(np_svm_index(SVM_EXIT_VMSAVE), NP_SVM_VMSAVE);
	assert_int_equal(np_svm_index(SVM_EXIT_STGI), NP_SVM_STGI);
	assert_int_equal(np_svm_index(SVM_EXIT_CLGI), NP_SVM_CLGI);
	assert_int_equal(np_svm_index(SVM_EXIT_SKINIT), NP_SVM_SKINIT);
	assert_int_equal(np_svm_index(SVM_EXIT_INVLPGA), NP_SVM_INVLPGA);
	assert_int_equal(seen[NP_VMX_VMLAUNCH], 0);
}

static void codes_of_svm_without_an_index(void **state)
{
	static const uint32_t codes[] = { 0xff, 0x100, 0x3ff, 0x404, 0x500, 0x80000000, 0xfffffffe,
					  SVM_EXIT_SW };

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		assert_int_equal(np_svm_index(codes[i]), NP_REASON_OTHER);
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
	assert_string_equal(np_exit_reason_name(NP_ISA_SVM, 20), "REASON_20");
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
		cmocka_unit_test(kernel_names), cmocka_unit_test(kernel_names_of_svm),
		cmocka_unit_test(codes_of_svm_without_an_index),
		cmocka_unit_test(newer_names),
		cmocka_unit_test(every_index_has_a_name_of_its_own),
		cmocka_unit_test(without_a_name),
		cmocka_unit_test(out_of_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
