// SPDX-License-Identifier: GPL-2.0-only
/* Virtual machines by PID and by name, in a made-up /proc. */
#include "collector/base/fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "collector/host/kvm_users.h"
#include "collector/host/vms.h"
#include "tests/unit/fake_host.h"

static int setup(void **state)
{
	(void)state;
	fail_clear();
	fake_host_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_host_free();
	return 0;
}

/* Arguments are separated by '|' here. */
static void fake_vm(int pid, int tgid, const char *cmdline)
{
	char path[NP_PATH], text[512], full[NP_PATH];
	size_t len = strlen(cmdline) + 1;

	fake_process(pid, "qemu-system-x86", KVM_USER_VM);
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fake_file(path, "Name:\tqemu\nTgid:\t%d\nPid:\t%d\n", tgid, pid);
	memcpy(text, cmdline, len);
	for (size_t i = 0; i < len; i++)
		text[i] = cmdline[i] == '|' ? '\0' : cmdline[i];
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	fake_parent(path, full);
	assert_int_equal(fs_write(full, text, len), 0);
}

static void names_that_qemu_is_given(void **state)
{
	static const struct {
		const char *cmdline, *name;
	} known[] = {
		{ "qemu-system-x86_64|-name|web|-m|256", "web" },
		{ "qemu-system-x86_64|--name|web", "web" },
		{ "qemu|-name|web,process=x", "web" },
		{ "qemu|-name|guest=web,debug-threads=on|-S", "web" },
		{ "qemu|-name|debug-threads=on,guest=web", "web" },
		{ "qemu|-name|guest=a,,b,,,,c,debug-threads=on", "a,b,,c" },
		{ "qemu|-name|first|-name|second", "second" },
		{ "qemu|-name|debug-threads=on", "qemu-system-x86" },
		{ "qemu|-name|", "qemu-system-x86" },
		{ "qemu|-name|guest=", "qemu-system-x86" },
		{ "qemu|-name|,", "qemu-system-x86" },
		{ "qemu|-m|256|-name", "qemu-system-x86" },
		{ "qemu|-name|a\033[31mb", "a?[31mb" },
		{ "qemu|-name|gr\xc3\xbcn", "gr\xc3\xbcn" },
		{ "qemu|-name|gr\xc3n", "gr?n" },
		{ "", "qemu-system-x86" },
	};
	char name[NP_VM_NAME];

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		fake_vm(50 + i, 50 + i, known[i].cmdline);
		vm_name(50 + i, name);
		assert_string_equal(name, known[i].name);
	}
	vm_name(4, name);
	assert_string_equal(name, "");
}

static void overlong_name_is_cut(void **state)
{
	char cmdline[300] = "qemu|-name|", name[NP_VM_NAME];

	(void)state;
	memset(cmdline + 11, 'x', 200);
	cmdline[211] = '\0';
	fake_vm(50, 50, cmdline);
	vm_name(50, name);
	assert_int_equal(strlen(name), NP_VM_NAME - 1);
}

static void refused(int err, enum np_exit code, const char *text)
{
	assert_true(err < 0);
	assert_int_equal(fail_code(), code);
	if (!strstr(fail_text(), text))
		fail_msg("\"%s\" is not in: %s", text, fail_text());
	fail_clear();
}

static void by_name(void **state)
{
	pid_t pid;

	(void)state;
	refused(vm_by_name("web", &pid), NP_EXIT_MISSING, "there is none");
	fake_vm(50, 50, "qemu|-name|web");
	fake_vm(51, 51, "qemu|-name|guest=db,debug-threads=on");
	fake_process(52, "bash", "/dev/null");
	assert_int_equal(vm_by_name("web", &pid), 0);
	assert_int_equal(pid, 50);
	assert_int_equal(vm_by_name("db", &pid), 0);
	assert_int_equal(pid, 51);
	refused(vm_by_name("we", &pid), NP_EXIT_MISSING, "web (PID 50)");
	refused(vm_by_name("webb", &pid), NP_EXIT_MISSING, "db (PID 51)");
	fake_vm(53, 53, "qemu|-name|web,process=x");
	refused(vm_by_name("web", &pid), NP_EXIT_MISSING, "several");
	refused(vm_by_name("web", &pid), NP_EXIT_MISSING, "web (PID 53)");
}

static void many_are_listed_in_part(void **state)
{
	pid_t pid;

	(void)state;
	for (int i = 0; i < 60; i++)
		fake_vm(100 + i, 100 + i, "qemu|-name|twin");
	assert_true(vm_by_name("twin", &pid) < 0);
	assert_non_null(strstr(fail_text(), ", ...; pick one with -p"));
}

static void by_pid(void **state)
{
	pid_t tgid = 0;

	(void)state;
	fake_vm(50, 50, "qemu|-name|web");
	fake_vm(57, 50, "qemu|-name|web"); /* a thread */
	fake_process(60, "bash", "/dev/null");
	fake_file("/proc/60/status", "Name:\tbash\nTgid:\t60\n");
	assert_int_equal(vm_by_pid(50, &tgid), 0);
	assert_int_equal(tgid, 50);
	tgid = 0;
	assert_int_equal(vm_by_pid(57, &tgid), 0);
	assert_int_equal(tgid, 50);
	refused(vm_by_pid(60, &tgid), NP_EXIT_MISSING, "bash (PID 60) runs no virtual machine");
	refused(vm_by_pid(61, &tgid), NP_EXIT_MISSING, "there is no process 61");
}

static void somebody_elses(void **state)
{
	char path[NP_PATH];
	pid_t tgid;
	int err;

	(void)state;
	if (geteuid() == 0 && seteuid(65534) < 0)
		skip();
	assert_int_equal(seteuid(getuid()), 0);
	fake_vm(50, 50, "qemu|-name|web");
	assert_int_equal(host_path(path, "/proc/50/fd"), 0);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(host_path(path, "%s", ""), 0);
	assert_int_equal(chmod(path, 0755), 0);
	if (geteuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	err = vm_by_pid(50, &tgid);
	assert_int_equal(seteuid(getuid()), 0);
	assert_int_equal(host_path(path, "/proc/50/fd"), 0);
	assert_int_equal(chmod(path, 0755), 0);
	refused(err, NP_EXIT_PRIVILEGE, "CAP_SYS_PTRACE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_that_qemu_is_given, setup, teardown),
		cmocka_unit_test_setup_teardown(overlong_name_is_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(by_name, setup, teardown),
		cmocka_unit_test_setup_teardown(many_are_listed_in_part, setup, teardown),
		cmocka_unit_test_setup_teardown(by_pid, setup, teardown),
		cmocka_unit_test_setup_teardown(somebody_elses, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
