// SPDX-License-Identifier: GPL-2.0-only
/* Loading kvm_intel with parameters, and putting back what was there. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>
#undef fail /* ours is another */

#include "tests/unit/fake_kernel.h"

static void test_loads_and_restores(void **state)
{
	(void)state;
	assert_int_equal(kvm_module_begin(), 0);
	assert_true(host_exists(JOURNAL_PATH));
	assert_int_equal(kvm_module_load(shadow_off, 2), 0);
	assert_string_equal(kernel.last_options, "nested=1 enable_shadow_vmcs=0");
	assert_string_equal(param("enable_shadow_vmcs"), "N");
	assert_int_equal(kvm_module_load(shadow_on, 2), 0);
	assert_string_equal(param("enable_shadow_vmcs"), "Y");
	assert_int_equal(kvm_module_load(shadow_off, 2), 0);
	assert_int_equal(kvm_module_restore(), 0);
	assert_string_equal(param("enable_shadow_vmcs"), "Y");
	assert_int_equal(kernel.loads, 4);
	assert_nothing_left();
}

static void test_restores_options_given_by_hand(void **state)
{
	(void)state;
	kernel.config = "nested=0";
	apply("nested=0 ple_gap=64");
	set_param("vmentry_l1d_flush", "cond", 0644);
	assert_int_equal(kvm_module_begin(), 0);
	assert_int_equal(kvm_module_load(shadow_off, 2), 0);
	assert_string_equal(param("nested"), "Y");
	assert_string_equal(param("ple_gap"), "128");
	assert_int_equal(kvm_module_restore(), 0);
	/* Only what the configuration does not give already. */
	assert_string_equal(kernel.last_options, "ple_gap=64");
	assert_string_equal(param("nested"), "N");
	assert_string_equal(param("ple_gap"), "64");
	assert_string_equal(param("enable_shadow_vmcs"), "Y");
	assert_string_equal(param("vmentry_l1d_flush"), "cond");
	assert_nothing_left();
}

static void test_restores_not_loaded(void **state)
{
	(void)state;
	fake_remove(KVM_INTEL);
	assert_int_equal(kvm_module_begin(), 0);
	assert_int_equal(kvm_module_load(shadow_off, 2), 0);
	assert_int_equal(kvm_module_restore(), 0);
	assert_false(host_exists(KVM_INTEL));
	assert_nothing_left();
}

static void test_begin_alone_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(kvm_module_begin(), 0);
	assert_int_equal(kvm_module_restore(), 0);
	assert_int_equal(kernel.loads + kernel.unloads, 0);
	assert_nothing_left();
}

static void test_load_wants_a_journal(void **state)
{
	(void)state;
	assert_failed(kvm_module_load(shadow_off, 2), NP_EXIT_FAILED, "journal");
	assert_int_equal(kernel.unloads, 0);
}

static void test_refuses_running_vm(void **state)
{
	(void)state;
	fake_process(4711, "qemu-system-x86", "anon_inode:kvm-vm");
	assert_int_equal(kvm_module_begin(), 0);
	assert_failed(kvm_module_load(shadow_off, 2), NP_EXIT_BUSY, "qemu-system-x86 (PID 4711)");
	assert_int_equal(kernel.unloads, 0);
	assert_int_equal(kvm_module_restore(), 0);
	assert_int_equal(fail_code(), NP_EXIT_BUSY); /* restoring keeps the reason */
	assert_nothing_left();
}

static void test_waits_for_a_late_user(void **state)
{
	(void)state;
	kernel.busy_for = 2;
	assert_int_equal(kvm_module_begin(), 0);
	assert_int_equal(kvm_module_load(shadow_off, 2), 0);
	assert_int_equal(kernel.unloads, 1);
}

static void test_names_who_has_kvm_open(void **state)
{
	(void)state;
	kernel.busy_for = -1;
	fake_process(77, "libvirtd", "/dev/kvm");
	assert_int_equal(kvm_module_begin(), 0);
	assert_failed(kvm_module_load(shadow_off, 2), NP_EXIT_BUSY, "libvirtd (PID 77)");
	kernel.busy_for = 0;
}

static void test_forced_parameter(void **state)
{
	(void)state;
	kernel.forced = "enable_shadow_vmcs=N";
	assert_int_equal(kvm_module_begin(), 0);
	assert_int_equal(kvm_module_load(shadow_off, 2), 0);
	assert_failed(kvm_module_load(shadow_on, 2), NP_EXIT_NO_VMX, "enable_shadow_vmcs=1");
}

static void test_unknown_parameter(void **state)
{
	static const struct np_param odd[] = { { "enable_warp", "1" } };

	(void)state;
	assert_int_equal(kvm_module_begin(), 0);
	assert_failed(kvm_module_load(odd, 1), NP_EXIT_NO_VMX, "enable_warp");
}

static void test_refuses_odd_values(void **state)
{
	static const struct np_param odd[] = { { "nested", "1 evil=1" } };

	(void)state;
	assert_int_equal(kvm_module_begin(), 0);
	assert_failed(kvm_module_load(odd, 1), NP_EXIT_USAGE, "not parameters");
	assert_int_equal(kernel.unloads, 0);
}

static void test_builtin(void **state)
{
	(void)state;
	fake_remove(KVM_INTEL "/initstate");
	assert_int_equal(kvm_module_begin(), 0);
	assert_failed(kvm_module_load(shadow_off, 2), NP_EXIT_NO_VMX, "built into this kernel");
}

static void test_no_module_file_is_not_unloaded(void **state)
{
	(void)state;
	kernel.no_file = true;
	assert_int_equal(kvm_module_begin(), 0);
	assert_failed(kvm_module_load(shadow_off, 2), NP_EXIT_MISSING, "/lib/modules");
	assert_int_equal(kernel.unloads, 0);
}

static void test_load_errors(void **state)
{
	static const struct {
		int err;
		enum np_exit code;
	} cases[] = { { -EOPNOTSUPP, NP_EXIT_NO_VMX },
		      { -EIO, NP_EXIT_NO_VMX },
		      { -EPERM, NP_EXIT_PRIVILEGE },
		      { -EINVAL, NP_EXIT_FAILED } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fail_clear();
		assert_int_equal(kvm_module_begin(), 0);
		kernel.load_error = cases[i].err;
		assert_failed(kvm_module_load(shadow_off, 2), cases[i].code, "kvm_intel");
		kernel.load_error = 0;
		assert_int_equal(kvm_module_restore(), 0);
		assert_string_equal(param("enable_shadow_vmcs"), "Y");
	}
}

/* Of kvm's own: it is loaded anew, too, and again for an arm that names none. */
static void test_parameters_of_kvm(void **state)
{
	static const struct np_param odd[] = { { "nested", "1" },
					       { "kvm.tdp_mmu", "0" },
					       { "kvm.halt_poll_ns", "0" } };

	(void)state;
	set_param_of(KVM_COMMON, "halt_poll_ns", "1000", 0644);
	assert_int_equal(kvm_module_begin(), 0);
	assert_int_equal(kvm_module_load(shadow_off, 2), 0);
	assert_int_equal(kernel.common_loads, 0);
	assert_int_equal(kvm_module_load(odd, 3), 0);
	assert_string_equal(kernel.common_options, "tdp_mmu=0 halt_poll_ns=0");
	assert_string_equal(kernel.last_options, "nested=1");
	assert_string_equal(param("kvm.tdp_mmu"), "N");
	assert_int_equal(kvm_module_load(shadow_off, 2), 0);
	assert_string_equal(param("kvm.tdp_mmu"), "Y");
	assert_int_equal(kvm_module_load(odd, 3), 0);
	assert_int_equal(kvm_module_restore(), 0);
	assert_string_equal(param("kvm.tdp_mmu"), "Y");
	assert_string_equal(param("kvm.halt_poll_ns"), "1000");
	assert_nothing_left();
}

static void test_kvm_was_not_loaded(void **state)
{
	static const struct np_param odd[] = { { "kvm.tdp_mmu", "0" } };

	(void)state;
	fake_remove(KVM_INTEL);
	fake_remove(KVM_COMMON);
	assert_int_equal(kvm_module_begin(), 0);
	assert_int_equal(kvm_module_load(odd, 1), 0);
	assert_int_equal(kvm_module_restore(), 0);
	assert_false(host_exists(KVM_COMMON));
	assert_nothing_left();
}

static void test_same_values(void **state)
{
	(void)state;
	assert_true(kvm_param_same("Y", "1"));
	assert_true(kvm_param_same("n", "0"));
	assert_true(kvm_param_same("0x10", "16"));
	assert_true(kvm_param_same("cond", "cond"));
	assert_false(kvm_param_same("Y", "N"));
	assert_false(kvm_param_same("1", "2"));
	assert_false(kvm_param_same("", "0"));
	assert_false(kvm_param_same("cond", "always"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_loads_and_restores),
		TEST(test_restores_options_given_by_hand),
		TEST(test_restores_not_loaded),
		TEST(test_begin_alone_changes_nothing),
		TEST(test_load_wants_a_journal),
		TEST(test_refuses_running_vm),
		TEST(test_waits_for_a_late_user),
		TEST(test_names_who_has_kvm_open),
		TEST(test_forced_parameter),
		TEST(test_unknown_parameter),
		TEST(test_refuses_odd_values),
		TEST(test_builtin),
		TEST(test_no_module_file_is_not_unloaded),
		TEST(test_load_errors),
		TEST(test_parameters_of_kvm),
		TEST(test_kvm_was_not_loaded),
		TEST(test_same_values),
	};

	return cmocka_run_group_tests_name("kvm_module", tests, NULL, NULL);
}
