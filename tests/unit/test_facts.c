// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is another */

#include "collector/base/fail.h"
#include "collector/host/facts.h"
#include "tests/unit/fake_hosts.h"

static struct facts facts;
static char *path_before;

static int setup(void **state)
{
	(void)state;
	path_before = strdup(getenv("PATH"));
	fake_host_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	setenv("PATH", path_before, 1);
	free(path_before);
	fake_host_free();
	return 0;
}

static const struct fact *fact(const char *name)
{
	for (uint32_t i = 0; i < facts.n; i++)
		if (strcmp(facts.fact[i].name, name) == 0)
			return &facts.fact[i];
	assert_string_equal(name, "a fact of that name"); /* fails, and shows it */
	return NULL;
}

static void assert_fact(const char *name, enum fact_state state, const char *found)
{
	const struct fact *f = fact(name);

	if (f->state != state || !strstr(f->found, found))
		print_error("%s: state %d, found '%s'\n", name, f->state, f->found);
	assert_int_equal(f->state, state);
	assert_non_null(strstr(f->found, found));
	if (state == FACT_MISSING || state == FACT_WARN)
		assert_true(f->remedy[0] != '\0');
}

/* ab cannot run, and this is what it says first. */
static void assert_first_for_ab(const char *name, enum np_exit code)
{
	const struct fact *first;

	assert_false(facts_allow(&facts, FOR_AB, &first));
	assert_string_equal(first->name, name);
	assert_int_equal(first->exit_code, code);
}

static void test_intel_host(void **state)
{
	(void)state;
	fake_intel_host();
	facts_gather(&facts);
	for (uint32_t i = 0; i < facts.n; i++) {
		const char *name = facts.fact[i].name;

		/* Of the machine that the test runs on: not this test's to say. */
		if (strcmp(name, "disk space") && strcmp(name, "CPUs"))
			assert_fact(name, FACT_OK, "");
		assert_true(facts.fact[i].found[0] != '\0');
	}
	assert_true(facts_allow(&facts, FOR_AB, NULL));
	assert_fact("qemu-system-x86_64", FACT_OK, "/usr/bin/qemu-system-x86_64");
	assert_fact("CPU", FACT_OK, "A CPU");
	assert_fact("memory", FACT_OK, "8.0 GiB");
}

static void test_amd_host(void **state)
{
	(void)state;
	fake_amd_host();
	facts_gather(&facts);
	assert_fact("SVM", FACT_OK, "flags");
	assert_fact("nested paging", FACT_OK, "flags");
	assert_fact("virtual GIF", FACT_OK, "has it");
	assert_fact("virtual VMLOAD and VMSAVE", FACT_WARN, "v_vmsave_vmload");
	assert_fact("KVM backend", FACT_OK, "kvm_amd");
	assert_fact("kvm_amd nested", FACT_OK, "1");
	assert_fact("kvm_amd npt", FACT_OK, "Y");
	assert_fact("kvm_amd vgif", FACT_WARN, "0");
	assert_fact("kvm_amd vls", FACT_UNKNOWN, "this kvm_amd does not show it");
	assert_fact("BTF of kvm_amd", FACT_OK, "/sys/kernel/btf/kvm_amd");
	assert_fact("apt-get", FACT_OK, "/usr/bin/apt-get");
	for (uint32_t i = 0; i < facts.n; i++)
		assert_null(strstr(facts.fact[i].name, "VMX"));
	assert_true(facts_allow(&facts, FOR_AB, NULL));
}

static void test_amd_host_without_npt(void **state)
{
	(void)state;
	fake_amd_host_without_npt();
	facts_gather(&facts);
	assert_fact("nested paging", FACT_MISSING, "no npt");
	assert_first_for_ab("nested paging", NP_EXIT_NO_VMX);
}

static void test_container(void **state)
{
	const struct fact *first;

	(void)state;
	fake_container();
	facts_gather(&facts);
	assert_first_for_ab("VMX", NP_EXIT_NO_VMX);
	assert_fact("KVM backend", FACT_MISSING, "none loaded");
	assert_fact("/dev/kvm", FACT_UNKNOWN, "comes when");
	assert_fact("privilege BPF", FACT_MISSING, "CAP_BPF");
	assert_fact("privilege modules", FACT_MISSING, "CAP_SYS_MODULE");
	assert_fact("tracefs", FACT_WARN, "not mounted");
	assert_fact("kvm_exit", FACT_UNKNOWN, "tracefs");
	assert_fact("memory", FACT_UNKNOWN, "meminfo");
	assert_false(facts_allow(&facts, FOR_LAB, &first));
	assert_string_equal(first->name, "apt-get");
	assert_int_equal(first->exit_code, NP_EXIT_MISSING);
}

static void test_nothing_at_all(void **state)
{
	(void)state;
	setenv("PATH", "", 1);
	facts_gather(&facts);
	assert_first_for_ab("VMX", NP_EXIT_NO_VMX);
	assert_false(facts_allow(&facts, FOR_LAB, NULL));
}

static void test_other_backend(void **state)
{
	(void)state;
	fake_intel_host();
	fake_remove("/sys/module/kvm_intel");
	fake_file("/sys/module/kvm_xyz/parameters/nested", "Y\n");
	facts_gather(&facts);
	assert_fact("KVM backend", FACT_MISSING, "kvm_xyz");
	assert_first_for_ab("KVM backend", NP_EXIT_NO_VMX);
}

static void test_built_in(void **state)
{
	(void)state;
	fake_intel_host();
	fake_remove("/sys/module/kvm_intel/initstate");
	fake_remove("/sys/kernel/btf/kvm_intel");
	facts_gather(&facts);
	assert_fact("BTF of kvm_intel", FACT_OK, "built in");
	assert_first_for_ab("KVM backend", NP_EXIT_NO_VMX);
}

/* As in a lab's L0: the module is on disk, and ab loads it. */
static void unload_all(void)
{
	fake_remove("/sys/module/kvm");
	fake_remove("/sys/module/kvm_intel");
	fake_remove("/dev/kvm");
	fake_remove("/sys/kernel/btf/kvm");
	fake_remove("/sys/kernel/btf/kvm_intel");
	fake_remove("/sys/kernel/tracing/events/kvm");
}

static void test_not_loaded_yet(void **state)
{
	static const char *const index[] = { "modules.dep", "modules.dep.bin" };
	char path[NP_PATH];

	(void)state;
	fake_intel_host();
	unload_all();
	facts_gather(&facts);
	assert_first_for_ab("KVM backend", NP_EXIT_NO_VMX);
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/lib/modules/6.1.0-fake/%s", index[i]);
		fake_file(path, "kernel/arch/x86/kvm/kvm-intel.ko.xz: kernel/x.ko\n");
		facts_gather(&facts);
		assert_fact("KVM backend", FACT_OK, "not loaded");
		assert_fact("kvm_intel nested", FACT_UNKNOWN, "not loaded");
		assert_fact("kvm_exit", FACT_UNKNOWN, "not loaded");
		assert_true(facts_allow(&facts, FOR_AB, NULL));
		fake_remove(path);
	}
}

static void test_features_missing(void **state)
{
	(void)state;
	fake_intel_host();
	fake_cpuinfo("vmx", "ept");
	facts_gather(&facts);
	assert_first_for_ab("VMCS shadowing", NP_EXIT_NO_VMX);
	fake_cpuinfo("vmx", "shadow_vmcs ept_x_only");
	facts_gather(&facts);
	assert_first_for_ab("EPT", NP_EXIT_NO_VMX);
}

static void fake_msrs(uint64_t ctls, uint64_t ctls2)
{
	char path[NP_PATH];
	int fd;

	fake_file("/dev/cpu/0/msr", "%s", "");
	assert_int_equal(host_path(path, "/dev/cpu/0/msr"), 0);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	/* The device takes any offset as a register; a file's may not overlap. */
	assert_int_equal(pwrite(fd, &ctls, sizeof(ctls), 0x482), sizeof(ctls));
	assert_int_equal(pwrite(fd, &ctls2, sizeof(ctls2), 0x48b), sizeof(ctls2));
	close(fd);
}

static void test_features_by_msr(void **state)
{
	(void)state;
	fake_intel_host();
	fake_cpuinfo("vmx", NULL); /* a kernel before 5.6 */
	facts_gather(&facts);
	assert_fact("VMCS shadowing", FACT_UNKNOWN, "MSRs");
	fake_msrs(1ULL << 63, 1ULL << (32 + 14));
	facts_gather(&facts);
	assert_fact("VMCS shadowing", FACT_OK, "has it");
	assert_fact("EPT", FACT_MISSING, "does not have it");
	fake_msrs(0, ~0ULL);
	facts_gather(&facts);
	assert_fact("VMCS shadowing", FACT_MISSING, "does not have it");
}

static void test_parameters_off(void **state)
{
	(void)state;
	fake_intel_host();
	fake_file("/sys/module/kvm_intel/parameters/nested", "N\n");
	fake_file("/sys/module/kvm_intel/parameters/enable_shadow_vmcs", "N\n");
	facts_gather(&facts);
	assert_fact("kvm_intel nested", FACT_WARN, "N");
	assert_fact("kvm_intel enable_shadow_vmcs", FACT_WARN, "N");
	assert_true(facts_allow(&facts, FOR_AB, NULL)); /* ab sets both itself */
	fake_file("/sys/module/kvm_intel/parameters/ept", "0\n");
	facts_gather(&facts);
	assert_first_for_ab("kvm_intel ept", NP_EXIT_NO_VMX);
}

static void test_running_vm(void **state)
{
	pid_t pids[2];

	(void)state;
	fake_intel_host();
	fake_process(4711, "qemu-system-x86", "anon_inode:kvm-vm");
	fake_process(4712, "almost", "anon_inode:kvm-vcpu:0");
	facts_gather(&facts);
	assert_fact("running VMs", FACT_MISSING, "qemu-system-x86 (PID 4711)");
	assert_first_for_ab("running VMs", NP_EXIT_BUSY);
	assert_int_equal(facts_running_vms(pids, 2), 1);
	assert_int_equal(pids[0], 4711);
}

static void test_tracepoint_missing(void **state)
{
	(void)state;
	fake_intel_host();
	fake_remove("/sys/kernel/tracing/events/kvm/kvm_nested_vmenter");
	facts_gather(&facts);
	assert_fact("kvm_nested_vmenter", FACT_WARN, "its function is hooked");
	assert_true(facts_allow(&facts, FOR_AB, NULL));
	fake_remove("/sys/kernel/tracing/events/kvm/kvm_nested_vmexit");
	facts_gather(&facts);
	assert_first_for_ab("kvm_nested_vmexit", NP_EXIT_NO_BTF);
}

static void test_privileges(void **state)
{
	(void)state;
	fake_intel_host();
	fake_caps("000000c000010000"); /* CAP_BPF, CAP_PERFMON, CAP_SYS_MODULE */
	facts_gather(&facts);
	assert_true(facts_allow(&facts, FOR_AB, NULL));
	fake_caps("0000008000010000"); /* CAP_BPF alone */
	facts_gather(&facts);
	assert_first_for_ab("privilege BPF", NP_EXIT_PRIVILEGE);
	fake_caps("000001fffffeffff"); /* all but CAP_SYS_MODULE */
	facts_gather(&facts);
	assert_first_for_ab("privilege modules", NP_EXIT_PRIVILEGE);
}

static void test_journal(void **state)
{
	static const char journal[] =
		"{\"schema\": \"nestprof-journal/1\", \"pid\": 99, \"start_time\": 1, "
		"\"boot_id\": \"b00t\", \"kvm_intel_loaded\": true, \"params\": {}}";

	(void)state;
	fake_intel_host();
	fake_file("/run/nestprof/ab.journal", "%s", journal);
	facts_gather(&facts);
	assert_fact("left by a killed run", FACT_WARN, "PID 99");
	assert_true(facts_allow(&facts, FOR_AB, NULL));
	fake_file("/run/nestprof/ab.journal", "oops");
	facts_gather(&facts);
	assert_first_for_ab("left by a killed run", NP_EXIT_RESTORE);
}

static void test_little_memory(void **state)
{
	(void)state;
	fake_intel_host();
	fake_file("/proc/meminfo", "MemTotal: 4194304 kB\nMemAvailable: 1048576 kB\n");
	facts_gather(&facts);
	assert_fact("memory", FACT_WARN, "1.0 GiB");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_intel_host),	    TEST(test_amd_host),
		TEST(test_amd_host_without_npt),
		TEST(test_container),	    TEST(test_nothing_at_all),
		TEST(test_other_backend),   TEST(test_built_in),
		TEST(test_not_loaded_yet),  TEST(test_features_missing),
		TEST(test_features_by_msr), TEST(test_parameters_off),
		TEST(test_running_vm),	    TEST(test_tracepoint_missing),
		TEST(test_privileges),	    TEST(test_journal),
		TEST(test_little_memory),
	};

	return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
