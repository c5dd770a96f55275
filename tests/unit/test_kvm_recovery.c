// SPDX-License-Identifier: GPL-2.0-only
/* When putting back fails, when nestprof was killed, and when two run at once. */
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

#include "tests/unit/fake_kernel.h"

static void test_restore_that_fails_keeps_the_journal(void **state)
{
	(void)state;
	apply("ple_gap=64");
	assert_int_equal(kvm_module_begin(), 0);
	assert_int_equal(kvm_module_load(shadow_off, 2), 0);
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
	assert_int_equal(kvm_module_load(shadow_off, 2), 0);
	kernel.forced = "ple_gap=0";
	assert_failed(kvm_module_restore(), NP_EXIT_RESTORE, "ple_gap (was 64)");
}

static void test_restore_failure_wins(void **state)
{
	(void)state;
	assert_int_equal(kvm_module_begin(), 0);
	assert_int_equal(kvm_module_load(shadow_off, 2), 0);
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
		if (kvm_module_begin() == 0 && kvm_module_load(shadow_off, 2) == 0)
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
	assert_int_equal(kvm_module_load(shadow_off, 2), 0);
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
	fake_file(path, "%d (sleep) 1) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 9 0\n", pid);
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_restore_that_fails_keeps_the_journal),
		TEST(test_restore_names_what_differs),
		TEST(test_restore_failure_wins),
		TEST(test_killed_run_is_recovered),
		TEST(test_next_run_recovers_first),
		TEST(test_pid_used_again_is_not_alive),
		TEST(test_reboot_makes_a_journal_void),
		TEST(test_damaged_journal),
		TEST(test_two_at_once),
	};

	return cmocka_run_group_tests_name("kvm_recovery", tests, NULL, NULL);
}
