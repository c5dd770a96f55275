// SPDX-License-Identifier: GPL-2.0-only
/* kvm_module.c on a host made of files, with a loader that writes them. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>
#undef fail /* ours is another */

#include "collector/base/fail.h"
#include "collector/host/journal.h"
#include "collector/host/kvm_module.h"
#include "collector/host/loader.h"
#include "tests/unit/fake_host.h"

/* What the fake kernel makes of a load. */
static struct {
	int loads, unloads;
	int busy_for; /* unloads that fail with -EAGAIN first; -1: always */
	int load_error;
	bool no_file;
	const char *forced;  /* "name=value" that hardware forces */
	const char *config;  /* what modprobe.d says */
	const char *refused; /* an option that makes the load fail */
	char last_options[256];
} kernel;

static void set_param(const char *name, const char *value, mode_t mode)
{
	char path[NP_PATH], full[NP_PATH];

	snprintf(path, sizeof(path), KVM_INTEL "/parameters/%s", name);
	fake_file(path, "%s\n", value);
	assert_int_equal(host_path(full, "%s", path), 0);
	assert_int_equal(chmod(full, mode), 0);
}

static const char *param(const char *name)
{
	static char value[NP_NAME];

	assert_int_equal(kvm_module_param(name, value), 0);
	return value;
}

static void apply(const char *options)
{
	char copy[256], path[64], *save, *word;

	snprintf(copy, sizeof(copy), "%s", options ? options : "");
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char *eq = strchr(word, '=');

		*eq = '\0';
		snprintf(path, sizeof(path), KVM_INTEL "/parameters/%s", word);
		if (!host_exists("%s", path))
			continue; /* as the kernel: an unknown one is ignored */
		set_param(word,
			  !strcmp(eq + 1, "1")	 ? "Y"
			  : !strcmp(eq + 1, "0") ? "N"
						 : eq + 1,
			  0444);
	}
}

static int fake_find(const char *module)
{
	assert_string_equal(module, "kvm_intel");
	return kernel.no_file ? -ENOENT : 0;
}

static int fake_load(const char *module, const char *options)
{
	assert_string_equal(module, "kvm_intel");
	assert_false(host_exists(KVM_INTEL));
	kernel.loads++;
	snprintf(kernel.last_options, sizeof(kernel.last_options), "%s", options);
	if (kernel.load_error)
		return kernel.load_error;
	if (kernel.refused && strstr(options, kernel.refused))
		return -EINVAL;
	fake_file(KVM_INTEL "/initstate", "live\n");
	set_param("nested", "Y", 0444);
	set_param("enable_shadow_vmcs", "Y", 0444);
	set_param("ple_gap", "128", 0444);
	set_param("vmentry_l1d_flush", "not required", 0644);
	apply(kernel.config);
	apply(options);
	apply(kernel.forced);
	return 0;
}

static int fake_unload(const char *module)
{
	assert_string_equal(module, "kvm_intel");
	if (kernel.busy_for) {
		kernel.busy_for -= kernel.busy_for > 0;
		return -EAGAIN;
	}
	kernel.unloads++;
	fake_remove(KVM_INTEL);
	return 0;
}

static const struct loader fake_loader = {
	.find = fake_find,
	.load = fake_load,
	.unload = fake_unload,
	.patience_ms = 100,
};

static int setup(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	fail_clear();
	fake_host_new();
	fake_file("/proc/sys/kernel/random/boot_id", "b00t\n");
	fake_process(getpid(), "test (me", NULL);
	assert_int_equal(fake_load("kvm_intel", ""), 0);
	kernel.loads = 0;
	kvm_module_use_loader(&fake_loader);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kvm_module_restore();
	ab_lock_drop();
	fake_host_free();
	return 0;
}

static const struct np_param off[] = { { "nested", "1" }, { "enable_shadow_vmcs", "0" } };
static const struct np_param on[] = { { "nested", "1" }, { "enable_shadow_vmcs", "1" } };

static void assert_nothing_left(void)
{
	assert_false(host_exists(JOURNAL_DIR));
}

static void assert_failed(int err, enum np_exit code, const char *text)
{
	assert_true(err < 0);
	assert_int_equal(fail_code(), code);
	if (!strstr(fail_text(), text))
		assert_string_equal(fail_text(), text); /* fails, and shows both */
	assert_null(strchr(fail_text(), '\n'));
}

static void test_loads_and_restores(void **state)
{
	(void)state;
	assert_int_equal(kvm_module_begin(), 0);
	assert_true(host_exists(JOURNAL_PATH));
	assert_int_equal(kvm_module_load(off, 2), 0);
	assert_string_equal(kernel.last_options, "nested=1 enable_shadow_vmcs=0");
	assert_string_equal(param("enable_shadow_vmcs"), "N");
	assert_int_equal(kvm_module_load(on, 2), 0);
	assert_string_equal(param("enable_shadow_vmcs"), "Y");
	assert_int_equal(kvm_module_load(off, 2), 0);
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
	assert_int_equal(kvm_module_load(off, 2), 0);
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
	assert_int_equal(kvm_module_load(off, 2), 0);
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
	assert_failed(kvm_module_load(off, 2), NP_EXIT_FAILED, "journal");
	assert_int_equal(kernel.unloads, 0);
}

static void test_refuses_running_vm(void **state)
{
	(void)state;
	fake_process(4711, "qemu-system-x86", "anon_inode:kvm-vm");
	assert_int_equal(kvm_module_begin(), 0);
	assert_failed(kvm_module_load(off, 2), NP_EXIT_BUSY, "qemu-system-x86 (PID 4711)");
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
	assert_int_equal(kvm_module_load(off, 2), 0);
	assert_int_equal(kernel.unloads, 1);
}

static void test_names_who_has_kvm_open(void **state)
{
	(void)state;
	kernel.busy_for = -1;
	fake_process(77, "libvirtd", "/dev/kvm");
	assert_int_equal(kvm_module_begin(), 0);
	assert_failed(kvm_module_load(off, 2), NP_EXIT_BUSY, "libvirtd (PID 77)");
	kernel.busy_for = 0;
}

static void test_forced_parameter(void **state)
{
	(void)state;
	kernel.forced = "enable_shadow_vmcs=N";
	assert_int_equal(kvm_module_begin(), 0);
	assert_int_equal(kvm_module_load(off, 2), 0);
	assert_failed(kvm_module_load(on, 2), NP_EXIT_NO_VMX, "enable_shadow_vmcs=1");
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
	assert_failed(kvm_module_load(off, 2), NP_EXIT_NO_VMX, "built into this kernel");
}

static void test_no_module_file_is_not_unloaded(void **state)
{
	(void)state;
	kernel.no_file = true;
	assert_int_equal(kvm_module_begin(), 0);
	assert_failed(kvm_module_load(off, 2), NP_EXIT_MISSING, "/lib/modules");
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
		assert_failed(kvm_module_load(off, 2), cases[i].code, "kvm_intel");
		kernel.load_error = 0;
		assert_int_equal(kvm_module_restore(), 0);
		assert_string_equal(param("enable_shadow_vmcs"), "Y");
	}
}

static void test_restore_that_fails_keeps_the_journal(void **state)
{
	(void)state;
	apply("ple_gap=64");
	assert_int_equal(kvm_module_begin(), 0);
	assert_int_equal(kvm_module_load(off, 2), 0);
	kernel.refused = "ple_gap=64";
	assert_true(kvm_module_restore() < 0);
	assert_int_equal(fail_code(), NP_EXIT_RESTORE);
	assert_non_null(strstr(fail_text(), "ple_gap=64"));
	assert_true(host_exists(KVM_INTEL)); /* loaded all the same */
	assert_true(host_exists(JOURNAL_PATH));
	assert_false(host_exists(LOCK_PATH));
}

static void test_restore_names_what_differs(void **state)
{
	(void)state;
	apply("ple_gap=64");
	assert_int_equal(kvm_module_begin(), 0);
	assert_int_equal(kvm_module_load(off, 2), 0);
	kernel.forced = "ple_gap=0";
	assert_failed(kvm_module_restore(), NP_EXIT_RESTORE, "ple_gap (was 64)");
}

static void test_restore_failure_wins(void **state)
{
	(void)state;
	assert_int_equal(kvm_module_begin(), 0);
	assert_int_equal(kvm_module_load(off, 2), 0);
	fail(NP_EXIT_L1, -EIO, "L1 died");
	fake_process(4711, "qemu-system-x86", "anon_inode:kvm-vm");
	assert_failed(kvm_module_restore(), NP_EXIT_RESTORE, "PID 4711");
}

/* A child that changes the module as asked and is killed. */
static pid_t killed_run(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		fake_process(getpid(), "nestprof", NULL);
		if (kvm_module_begin() == 0 && kvm_module_load(off, 2) == 0)
			raise(SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_string_equal(param("enable_shadow_vmcs"), "N");
	return pid;
}

static void bury(pid_t pid)
{
	char path[NP_PATH];

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	fake_remove(path);
}

static void test_killed_run_is_recovered(void **state)
{
	char what[200], pid_text[32];
	pid_t pid = killed_run();

	(void)state;
	assert_int_equal(kvm_module_left_behind(what, sizeof(what)), 0); /* alive, it seems */
	bury(pid);
	assert_int_equal(kvm_module_left_behind(what, sizeof(what)), 1);
	snprintf(pid_text, sizeof(pid_text), "PID %d", (int)pid);
	assert_non_null(strstr(what, pid_text));
	assert_int_equal(kvm_module_recover(), 0);
	assert_string_equal(param("enable_shadow_vmcs"), "Y");
	assert_int_equal(kvm_module_left_behind(what, sizeof(what)), 0);
	assert_nothing_left();
}

static void test_next_run_recovers_first(void **state)
{
	(void)state;
	bury(killed_run());
	assert_int_equal(kvm_module_begin(), 0);
	assert_string_equal(param("enable_shadow_vmcs"), "Y");
	assert_int_equal(kvm_module_load(off, 2), 0);
	assert_int_equal(kvm_module_restore(), 0);
	assert_string_equal(param("enable_shadow_vmcs"), "Y");
	assert_nothing_left();
}

static void test_pid_used_again_is_not_alive(void **state)
{
	char what[200], path[NP_PATH];
	pid_t pid = killed_run();

	(void)state;
	bury(pid);
	fake_process(pid, "sleep", NULL);
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fake_file(path, "%d (sleep) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 9 0\n", pid);
	assert_int_equal(kvm_module_left_behind(what, sizeof(what)), 1);
}

static void test_reboot_makes_a_journal_void(void **state)
{
	char what[200];

	(void)state;
	bury(killed_run());
	fake_file("/proc/sys/kernel/random/boot_id", "an0ther\n");
	assert_int_equal(kvm_module_left_behind(what, sizeof(what)), 0);
}

static void test_damaged_journal(void **state)
{
	static const char *const damaged[] = {
		"",
		"{",
		"[]",
		"{\"schema\": \"nestprof-journal/1\"}",
		"{\"schema\": \"nestprof-journal/2\", \"pid\": 1, \"start_time\": 1, "
		"\"boot_id\": \"b00t\", \"kvm_intel_loaded\": true, \"params\": {}}",
		"{\"schema\": \"nestprof-journal/1\", \"pid\": 1, \"start_time\": 1, "
		"\"boot_id\": \"b00t\", \"kvm_intel_loaded\": true, \"params\": {\"nested\": 1}}",
	};
	char what[200];

	(void)state;
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		fake_file(JOURNAL_PATH, "%s", damaged[i]);
		fail_clear();
		assert_int_equal(kvm_module_left_behind(what, sizeof(what)), -EBADMSG);
		assert_failed(kvm_module_begin(), NP_EXIT_RESTORE, "damaged");
		assert_true(host_exists(JOURNAL_PATH));
		assert_false(host_exists(LOCK_PATH));
	}
	assert_int_equal(kernel.unloads, 0);
}

/* Another nestprof ab, which has begun and ends when told to. */
static pid_t start_other(int *tell)
{
	int ready[2], go[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		fake_process(getpid(), "nestprof", NULL);
		if (kvm_module_begin() < 0 || write(ready[1], "r", 1) != 1)
			_exit(1);
		if (read(go[0], &c, 1) < 0)
			_exit(1);
		_exit(kvm_module_restore() < 0);
	}
	close(ready[1]);
	close(go[0]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	*tell = go[1];
	return pid;
}

static void test_two_at_once(void **state)
{
	char pid_text[32];
	int tell, status;
	pid_t other = start_other(&tell);

	(void)state;
	snprintf(pid_text, sizeof(pid_text), "PID %d", (int)other);
	assert_failed(kvm_module_begin(), NP_EXIT_BUSY, pid_text);
	assert_failed(kvm_module_recover(), NP_EXIT_BUSY, pid_text);
	assert_true(host_exists(JOURNAL_PATH)); /* the other's */
	close(tell);
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_int_equal(status, 0);
	assert_nothing_left();
	fail_clear();
	assert_int_equal(kvm_module_begin(), 0);
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
		TEST(test_restore_that_fails_keeps_the_journal),
		TEST(test_restore_names_what_differs),
		TEST(test_restore_failure_wins),
		TEST(test_killed_run_is_recovered),
		TEST(test_next_run_recovers_first),
		TEST(test_pid_used_again_is_not_alive),
		TEST(test_reboot_makes_a_journal_void),
		TEST(test_damaged_journal),
		TEST(test_two_at_once),
		TEST(test_same_values),
	};

	return cmocka_run_group_tests_name("kvm_module", tests, NULL, NULL);
}
