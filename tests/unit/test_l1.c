// SPDX-License-Identifier: GPL-2.0-only
/* l1.c against a fake QEMU: a shell script that says what a test wants said. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#undef fail /* ours is another */
#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/log.h"
#include "collector/base/proc.h"
#include "collector/l1.h"
#include "collector/workload.h"

#define READY "echo @np ready 6.1.0-test\n"

static char dir[NP_PATH], qemu[NP_PATH], kernel[NP_PATH], pid_file[NP_PATH], heard[NP_PATH];
static struct l1_config config;

static int make_folder(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "%s/test_l1.XXXXXX", getenv("TMPDIR") ?: "/tmp");
	if (!mkdtemp(dir))
		return -1;
	fs_path(qemu, "%s/qemu", dir);
	fs_path(kernel, "%s/kernel", dir);
	fs_path(pid_file, "%s/pid", dir);
	fs_path(heard, "%s/heard", dir);
	return fs_write(kernel, "k", 1);
}

static int remove_folder(void **state)
{
	(void)state;
	return fs_remove(dir);
}

/* The script becomes the fake QEMU, and also the fake runner of the arm "single". */
static void play(const char *script)
{
	char text[4096];
	int n = snprintf(text, sizeof(text), "#!/bin/sh\ncd '%s'\necho $$ >pid\n%s\n", dir, script);

	fs_remove(pid_file);
	fs_remove(heard);
	assert_int_equal(fs_write(qemu, text, n), 0);
	assert_int_equal(chmod(qemu, 0755), 0);
	config = (struct l1_config){ .qemu = qemu,	     .kernel = kernel,
				     .initrd = kernel,	     .runner = qemu,
				     .memory_mib = 192,	     .ready_timeout_s = 10,
				     .run_timeout_s = 10 };
	fail_clear();
}

static void assert_gone(void)
{
	char line[32];

	assert_int_equal(fs_read_line(pid_file, line, sizeof(line)), 0);
	assert_int_equal(kill(atoi(line), 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void assert_fails(int result, enum np_exit code, const char *with)
{
	assert_true(result < 0);
	assert_int_equal(fail_code(), code);
	assert_non_null(fail_text());
	if (!strstr(fail_text(), with))
		assert_string_equal(fail_text(), with); /* shows both */
	assert_null(strchr(fail_text(), '\n'));
}

static void runs_a_workload(void **state)
{
	struct l1 *l;
	uint64_t ticks = 0;

	(void)state;
	play("echo \"$@\" >heard\n" READY
	     "read line\n"
	     "[ \"$line\" = 'run cpuid 1000' ] && echo '@np result cpuid 1000 17000123'\n"
	     "read line; echo $line >>heard");
	assert_int_equal(l1_start_nested(&l, &config), 0);
	assert_string_equal(l1_kernel_release(l), "6.1.0-test");
	assert_int_equal(kill(l1_pid(l), 0), 0);
	assert_int_equal(l1_run(l, "cpuid", 1000, &ticks), 0);
	assert_int_equal(ticks, 17000123);
	assert_non_null(strstr(l1_console_tail(l), "@np ready 6.1.0-test | @np result"));
	l1_stop(l);
	assert_null(fail_text());
	assert_gone();

	char *args;

	assert_int_equal(fs_read(heard, &args, NULL), 0);
	assert_non_null(strstr(args, "-m 192 "));
	assert_non_null(strstr(args, kernel));
	assert_non_null(strstr(args, "panic=-1\nquit\n"));
	free(args);
}

static void tells_its_sequence(void **state)
{
	struct l1 *l;
	char all[NP_LINE_MAX], *args;

	(void)state;
	play("echo \"$@\" >heard\n"
	     "echo @np ready micro\n"
	     "read line; echo $line >>heard\n"
	     "echo @np sequence R:4402,W:681e,R:4404\n"
	     "read line\n"
	     "echo @np error VMREAD of field 0x7ffe failed: VM-instruction error 12\n"
	     "read line\n"
	     "echo @np sequenceR:4402\n");
	config.initrd = NULL;
	assert_int_equal(l1_start_nested(&l, &config), 0);
	assert_int_equal(l1_set_sequence(l, "R:4404", all), 0);
	assert_string_equal(all, "R:4402,W:681e,R:4404");
	assert_fails(l1_set_sequence(l, "R:7ffe", all), NP_EXIT_L1, "0x7ffe failed: VM-instr");
	fail_clear();
	assert_fails(l1_set_sequence(l, "", all), NP_EXIT_L1, "not understood from L1");
	l1_stop(l);
	assert_gone();

	assert_int_equal(fs_read(heard, &args, NULL), 0);
	assert_null(strstr(args, "-initrd"));
	assert_non_null(strstr(args, "\nsequence R:4404\n"));
	free(args);
}

static void hears_through_noise(void **state)
{
	struct l1 *l;
	uint64_t ticks = 0;

	(void)state;
	play("echo 'x @np ready no'; printf '\\033[31m\\001\\377\\n\\r\\n\\0\\n'\n"
	     "head -c 100000 /dev/zero | tr '\\0' x; echo\n" READY
	     "read line; printf 'noise\\n@np result '; sleep 0.3; printf 'pio 300 5\\r\\n'\n"
	     "read line");
	assert_int_equal(l1_start_nested(&l, &config), 0);
	assert_int_equal(l1_run(l, "pio", 300, &ticks), 0);
	assert_int_equal(ticks, 5);
	for (const char *p = l1_console_tail(l); *p; p++)
		assert_in_range(*p, ' ', '~');
	l1_stop(l);
	assert_gone();
}

static void an_error_line_is_shown(void **state)
{
	struct l1 *l;
	uint64_t ticks;

	(void)state;
	play("echo '@np error cannot load kvm_intel.ko'");
	assert_fails(l1_start_nested(&l, &config), NP_EXIT_L1, "cannot load kvm_intel.ko");
	assert_null(l);
	assert_gone();

	play(READY "read line; echo '@np error cpuid ended with KVM_EXIT_SHUTDOWN'; read line");
	assert_int_equal(l1_start_nested(&l, &config), 0);
	assert_fails(l1_run(l, "cpuid", 1, &ticks), NP_EXIT_L1, "KVM_EXIT_SHUTDOWN");
	l1_stop(l);
	assert_gone();
}

static void an_early_end_is_explained(void **state)
{
	struct l1 *l;
	uint64_t ticks;

	(void)state;
	play("echo 'qemu: Could not access KVM kernel module' >&2; exit 3");
	assert_fails(l1_start_nested(&l, &config), NP_EXIT_L1, "Could not access KVM");
	assert_non_null(strstr(fail_text(), "exit status 3"));
	assert_gone();

	play(READY "read line; echo last words; kill -9 $$");
	assert_int_equal(l1_start_nested(&l, &config), 0);
	assert_fails(l1_run(l, "cpuid", 1, &ticks), NP_EXIT_L1, "killed by signal 9");
	assert_non_null(strstr(fail_text(), "last words"));
	assert_non_null(strstr(fail_text(), "while it ran cpuid"));
	l1_stop(l);
	assert_gone();

	/* The console is closed, the process is not. */
	play("exec >&- 2>&-; sleep 60");
	assert_fails(l1_start_nested(&l, &config), NP_EXIT_L1, "closed its console");
	assert_gone();
}

static void a_panic_is_told_at_once(void **state)
{
	double start = log_elapsed();
	struct l1 *l;

	(void)state;
	play("i=0; while [ $i -lt 200 ]; do echo \"[ 0.1] an oops of many words, line $i\"; "
	     "i=$((i+1)); done\n"
	     "echo '[ 0.2] Kernel panic - not syncing: No working init found.'; sleep 60");
	assert_fails(l1_start_nested(&l, &config), NP_EXIT_L1, "No working init found.");
	assert_non_null(strstr(fail_text(), "L1 panicked before it was ready"));
	assert_true(log_elapsed() - start < 5);
	assert_gone();
}

static void silence_times_out(void **state)
{
	struct l1 *l;
	uint64_t ticks;

	(void)state;
	play("echo booting; trap '' TERM; while :; do sleep 0.1; done");
	config.ready_timeout_s = 0.5;
	assert_fails(l1_start_nested(&l, &config), NP_EXIT_L1, "did not answer in");
	assert_non_null(strstr(fail_text(), "booting"));
	assert_gone();

	/* Chatter is no answer. */
	play(READY "while :; do echo tick; sleep 0.05; done");
	config.run_timeout_s = 0.5;
	assert_int_equal(l1_start_nested(&l, &config), 0);
	assert_fails(l1_run(l, "cpuid", 1, &ticks), NP_EXIT_L1, "while it ran cpuid");
	l1_stop(l);
	assert_gone();
}

static void wrong_answers_are_refused(void **state)
{
	static const char *const wrong[] = {
		"result cpuid 999 5", "result vmcall 1000 5",	 "result cpuid 1000 -5",
		"result cpuid 1000",  "result cpuid 1000 ",	 "result cpuid 1000 5 6",
		"result",	      "result cpuid 10000 5",	 "nonsense",
		"ready",	      "result cpuid 1000 5x",
		"result cpuid 1000 99999999999999999999999",
	};
	char script[512];
	struct l1 *l;
	uint64_t ticks;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		snprintf(script, sizeof(script), READY "read line; echo '@np %s'; read line",
			 wrong[i]);
		play(script);
		assert_int_equal(l1_start_nested(&l, &config), 0);
		assert_fails(l1_run(l, "cpuid", 1000, &ticks), NP_EXIT_L1, wrong[i]);
		l1_stop(l);
	}
	play("echo '@np result cpuid 1 1'; read line");
	assert_fails(l1_start_nested(&l, &config), NP_EXIT_L1, "not understood");
	assert_gone();
}

static void missing_files_are_named(void **state)
{
	struct l1 *l;

	(void)state;
	play(READY);
	config.kernel = "/nonexistent/vmlinuz";
	assert_fails(l1_start_nested(&l, &config), NP_EXIT_MISSING, "kernel /nonexistent/vmlinuz");
	play(READY);
	config.initrd = "/nonexistent/initrd";
	assert_fails(l1_start_nested(&l, &config), NP_EXIT_MISSING, "/nonexistent/initrd");
	play(READY);
	config.qemu = "no-such-qemu";
	assert_fails(l1_start_nested(&l, &config), NP_EXIT_MISSING, "no-such-qemu");
	play(READY);
	config.runner = "/nonexistent/runner";
	assert_fails(l1_start_single(&l, &config), NP_EXIT_MISSING, "/nonexistent/runner");
	assert_false(fs_exists(pid_file));
}

/* The flag of an interruption stays set: in a process of its own. */
static void an_interruption_ends_it(void **state)
{
	int status;
	pid_t child;

	(void)state;
	play(READY "sleep 60");
	child = fork();
	if (child == 0) {
		struct l1 *l;
		uint64_t ticks;
		int err;

		np_catch_signals();
		if (l1_start_nested(&l, &config) < 0)
			_exit(1);
		alarm(20);
		kill(getpid(), SIGTERM);
		err = l1_run(l, "cpuid", 1, &ticks);
		l1_freeze(l);
		l1_stop(l);
		_exit(err == -EINTR && !fail_text() ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_gone();
}

static int count_in(const char *path)
{
	char *text;
	size_t len;

	assert_int_equal(fs_read(path, &text, &len), 0);
	free(text);
	return len;
}

static void freezes_and_thaws(void **state)
{
	struct l1 *l;
	int before;

	(void)state;
	play(">heard\n" READY "while :; do printf x >>heard; done");
	assert_int_equal(l1_start_single(&l, &config), 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(l1_freeze(l), 0);
		before = count_in(heard);
		usleep(30000);
		assert_int_equal(count_in(heard), before);
		assert_int_equal(l1_thaw(l), 0);
		while (count_in(heard) == before)
			usleep(1000);
	}
	/* Stopped while it stands still. */
	assert_int_equal(l1_freeze(l), 0);
	l1_stop(l);
	assert_gone();
}

static void a_dead_process_cannot_be_frozen(void **state)
{
	struct l1 *l;

	(void)state;
	play(READY);
	assert_int_equal(l1_start_single(&l, &config), 0);
	usleep(200000);
	assert_fails(l1_freeze(l), NP_EXIT_L1, "cannot stop the threads");
	l1_stop(l);
	l1_stop(NULL);
}

static void the_manifest_is_a_table(void **state)
{
	const struct workload *w;
	uint32_t n = 0;

	(void)state;
	for (; (w = workload_at(n)); n++) {
		assert_ptr_equal(workload_find(w->name), w);
		assert_true(w->iterations >= 1 && w->stresses[0]);
	}
	assert_true(n >= 3);
	assert_null(workload_find("no such workload"));
	assert_string_equal(workload_find("pio")->exits, "IO_INSTRUCTION");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_a_workload),
		cmocka_unit_test(tells_its_sequence),
		cmocka_unit_test(hears_through_noise),
		cmocka_unit_test(an_error_line_is_shown),
		cmocka_unit_test(an_early_end_is_explained),
		cmocka_unit_test(a_panic_is_told_at_once),
		cmocka_unit_test(silence_times_out),
		cmocka_unit_test(wrong_answers_are_refused),
		cmocka_unit_test(missing_files_are_named),
		cmocka_unit_test(an_interruption_ends_it),
		cmocka_unit_test(freezes_and_thaws),
		cmocka_unit_test(a_dead_process_cannot_be_frozen),
		cmocka_unit_test(the_manifest_is_a_table),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
