// SPDX-License-Identifier: GPL-2.0-only
/* The witnesses' sources: ftrace's hist files, and KVM's folders in debugfs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* cmocka's; ours is another */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/hist.h"
#include "collector/host/hostfs.h"
#include "collector/kvm_stats.h"
#include "collector/witness.h"

static const char hist_text[] =
	"# event histogram\n"
	"#\n"
	"# trigger info: hist:keys=exit_reason:vals=hitcount:sort=hitcount:size=2048 [active]\n"
	"#\n\n"
	"{ exit_reason:         12 } hitcount:          1\n"
	"{ exit_reason:         23 } hitcount:       7050\n"
	"{ exit_reason: 2147483681 } hitcount:          2\n"
	"{ exit_reason: 0x08000017 } hitcount:          5\n"
	"{ exit_reason:      65535 } hitcount:          3\n"
	"\nTotals:\n    Hits: 7061\n    Entries: 5\n    Dropped: 0\n";

static void hist_by_reason(void **state)
{
	struct hist h;

	(void)state;
	assert_int_equal(hist_parse(&h, hist_text, "exit_reason", NP_ISA_VMX), 0);
	assert_int_equal(h.count[12], 1);
	assert_int_equal(h.count[23], 7055); /* with a modifier bit, too */
	assert_int_equal(h.count[33], 2);
	assert_int_equal(h.count[NP_REASON_OTHER], 3);
	assert_int_equal(h.hits, 7061);
	assert_int_equal(h.dropped, 0);
}

static void hist_without_events(void **state)
{
	struct hist h;

	(void)state;
	assert_int_equal(hist_parse(&h, "# event histogram\n\nTotals:\n    Hits: 0\n"
					"    Entries: 0\n    Dropped: 4\n", "isa", NP_ISA_VMX), 0);
	assert_int_equal(h.hits, 0);
	assert_int_equal(h.dropped, 4);
}

/* Cut off anywhere, it is refused; never read past its end. */
static void hist_cut_off(void **state)
{
	size_t last = (size_t)(strstr(hist_text, "Dropped:") - hist_text);
	struct hist h;

	(void)state;
	for (size_t len = 0; len <= last; len++) {
		char *text = strndup(hist_text, len);

		assert_int_equal(hist_parse(&h, text, "exit_reason", NP_ISA_VMX), -EINVAL);
		free(text);
	}
}

static void hist_of_something_else(void **state)
{
	static const char *const bad[] = {
		"", "\n", "Totals:", "{ exit_reason:", "{ exit_reason: x } hitcount: 1",
		"{ exit_reason: 1 } hitcount: x\n\nTotals:\n Hits: 0\n Dropped: 0\n",
		"{ exit_reason: 1 } hitcount: 2\n\nTotals:\n Hits: 3\n Dropped: 0\n",
		"{ exit_reason: 99999999999999999999999 } hitcount: 1\nTotals:\n Hits: 1\n",
	};
	struct hist h;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(hist_parse(&h, bad[i], "exit_reason", NP_ISA_VMX), -EINVAL);
	assert_int_equal(hist_parse(&h, hist_text, "exit_code", NP_ISA_VMX), -EINVAL);
}

static char root[] = "/tmp/nestprof-witness-XXXXXX";

static int make_root(void **state)
{
	(void)state;
	strcpy(root + strlen(root) - 6, "XXXXXX");
	assert_non_null(mkdtemp(root));
	host_set_root(root);
	fail_clear();
	return 0;
}

static int remove_root(void **state)
{
	(void)state;
	host_set_root("");
	return fs_remove(root);
}

static void put(const char *path, const char *text)
{
	char full[NP_PATH], folder[NP_PATH];

	assert_int_equal(fs_path(full, "%s%s", root, path), 0);
	strcpy(folder, full);
	*strrchr(folder, '/') = '\0';
	assert_int_equal(fs_mkdirs(folder), 0);
	if (text)
		assert_int_equal(fs_write(full, text, strlen(text)), 0);
}

static bool there(const char *path)
{
	return host_exists("%s", path);
}

static void stats_of_one_vm(void **state)
{
	char dir[NP_PATH];
	struct kvm_stats s;

	(void)state;
	put("/sys/kernel/debug/kvm/exits", "99\n");
	put("/sys/kernel/debug/kvm/41-12/exits", "7\n");
	put("/sys/kernel/debug/kvm/4711-12/exits", "123456789012\n");
	put("/sys/kernel/debug/kvm/4711-12/nested_run", "1000\n");
	assert_int_equal(kvm_stats_find(dir, 4711), 0);
	assert_int_equal(kvm_stats_read(&s, dir), 0);
	assert_int_equal(s.exits, 123456789012);
	assert_true(s.has_nested_run);
	assert_int_equal(s.nested_run, 1000);
}

static void vm_of_another_thread(void **state)
{
	char dir[NP_PATH];

	(void)state;
	put("/sys/kernel/debug/kvm/4712-12/exits", "1\n");
	assert_int_equal(kvm_stats_find(dir, 4711), -ENOENT);
	put("/proc/4711/task/4712/comm", "vmm\n");
	assert_int_equal(kvm_stats_find(dir, 4711), 0);
}

static void stats_that_cannot_be_read(void **state)
{
	char dir[NP_PATH];
	struct kvm_stats s;

	(void)state;
	assert_int_equal(kvm_stats_find(dir, 4711), -ENOENT);
	put("/sys/kernel/debug/kvm/4711-12x/exits", "1\n");
	assert_int_equal(kvm_stats_find(dir, 4711), -ENOENT);
	put("/sys/kernel/debug/kvm/4711-12/exits", "many\n");
	assert_int_equal(kvm_stats_find(dir, 4711), 0);
	assert_int_equal(kvm_stats_read(&s, dir), -EINVAL);
	put("/sys/kernel/debug/kvm/4711-12/exits", "1\n");
	assert_int_equal(kvm_stats_read(&s, dir), 0);
	assert_false(s.has_nested_run); /* as in 5.10 */
	put("/sys/kernel/debug/kvm/4711-12/nested_run", "few\n");
	assert_int_equal(kvm_stats_read(&s, dir), -EINVAL);
}

static void tracefs_not_mounted(void **state)
{
	struct witness *w;

	(void)state;
	put("/sys/kernel/tracing/x", NULL);
	assert_int_equal(witness_open(&w, getpid()), -ENOENT);
	assert_null(w);
	assert_int_equal(fail_code(), NP_EXIT_MISSING);
	assert_non_null(strstr(fail_text(), "mount -t tracefs"));
	witness_close(NULL);
}

static pid_t dead_pid(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

/* A folder that is no tracefs: refused, and left as it was. */
static void instances_are_cleaned_up(void **state)
{
	char stale[128], alive[128], path[160];
	struct witness *w;

	(void)state;
	snprintf(stale, sizeof(stale), "/sys/kernel/tracing/instances/nestprof-%d", dead_pid());
	snprintf(alive, sizeof(alive), "/sys/kernel/tracing/instances/nestprof-%d", getppid());
	snprintf(path, sizeof(path), "%s/", stale);
	put(path, NULL);
	snprintf(path, sizeof(path), "%s/", alive);
	put(path, NULL);
	put("/sys/kernel/tracing/instances/mine/", NULL);
	assert_int_equal(witness_open(&w, getpid()), -ENOENT);
	assert_non_null(strstr(fail_text(), "kvm_exit"));
	snprintf(path, sizeof(path), "/sys/kernel/tracing/instances/nestprof-%d", getpid());
	assert_false(there(path));
	assert_false(there(stale));
	assert_true(there(alive));
	assert_true(there("/sys/kernel/tracing/instances/mine"));
}

static void mismatches_are_counted(void **state)
{
	struct np_workload_result *r = calloc(1, sizeof(*r));

	(void)state;
	assert_non_null(r);
	r->nr_witnesses = 3;
	r->witnesses[0].theirs = r->witnesses[0].ours = 7;
	r->witnesses[1].theirs = 1;
	assert_int_equal(witness_mismatches(r), 1);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hist_by_reason),
		cmocka_unit_test(hist_without_events),
		cmocka_unit_test(hist_cut_off),
		cmocka_unit_test(hist_of_something_else),
		cmocka_unit_test_setup_teardown(stats_of_one_vm, make_root, remove_root),
		cmocka_unit_test_setup_teardown(vm_of_another_thread, make_root, remove_root),
		cmocka_unit_test_setup_teardown(stats_that_cannot_be_read, make_root, remove_root),
		cmocka_unit_test_setup_teardown(tracefs_not_mounted, make_root, remove_root),
		cmocka_unit_test_setup_teardown(instances_are_cleaned_up, make_root, remove_root),
		cmocka_unit_test(mismatches_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
