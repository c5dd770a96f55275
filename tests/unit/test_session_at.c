// SPDX-License-Identifier: GPL-2.0-only
/*
 * With CAP_BPF and CAP_PERFMON and nothing else, as another user than root: the programs
 * for that load and are hooked on this machine's kernel. With one of the two they do not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* cmocka's macro; fail() is the project's */

#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <linux/capability.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "bpf/nested_fsm.h"
#include "collector/base/fsutil.h"
#include "collector/bpf_log.h"
#include "collector/choose.h"
#include "collector/nested_at.h"

#include "bpf/nested.skel.h"

#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF 39
#endif

#define NOBODY 65534

enum verdict { WORKS, CANNOT_DROP, CANNOT_OPEN, CANNOT_LOAD, CANNOT_ATTACH };

static bool keep_only(uint64_t caps)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2] = { { caps, caps, 0 }, { caps >> 32, caps >> 32, 0 } };

	return !prctl(PR_SET_KEEPCAPS, 1) && !setresgid(NOBODY, NOBODY, NOBODY) &&
	       !setresuid(NOBODY, NOBODY, NOBODY) && !syscall(SYS_capset, &h, d);
}

/* As the session does it; what the offsets are is all the same to the verifier. */
static enum verdict load_and_attach(bool times)
{
	const bool has_kprobes = fs_exists("/sys/bus/event_source/devices/kprobe");
	const struct kvm_hooks hooks = { .by_address = true,
					 .infers = true,
					 .has_failed = true,
					 .vmenter_is_event = true,
					 .has_halt = has_kprobes,
					 .vcpu_destroy = has_kprobes };
	const struct session_config c = { .times = times, .paths = true };
	struct nested_bpf *skel = calloc(1, sizeof(*skel));

	if (!skel || nested_bpf__create_skeleton(skel) || nested_at_open(skel->skeleton))
		return CANNOT_OPEN;
	choose_programs(skel, &hooks, &c);
	skel->rodata->infers = true;
	skel->rodata->counts_paths = true;
	skel->rodata->at = (struct np_offsets){ 8, 16, 24, 32, 40, 48, 56, 64, 72 };
	if (nested_bpf__load(skel))
		return CANNOT_LOAD;
	if (nested_bpf__attach(skel) || !bpf_program__attach(skel->progs.entry_failed))
		return CANNOT_ATTACH;
	return WORKS;
}

static enum verdict with(uint64_t caps, bool times)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		enum verdict v = keep_only(caps) ? load_and_attach(times) : CANNOT_DROP;

		if (v != WORKS && caps == (1ull << CAP_BPF | 1ull << CAP_PERFMON))
			print_error("%s\n", bpf_log_line());
		_exit(v);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool can_run(void)
{
	struct btf *vmlinux = btf__load_vmlinux_btf();
	bool can = vmlinux && geteuid() == 0 &&
		   btf__find_by_name_kind(vmlinux, "btf_trace_kvm_exit", BTF_KIND_TYPEDEF) > 0;

	btf__free(vmlinux);
	return can;
}

static void two_capabilities_do(void **state)
{
	const uint64_t both = 1ull << CAP_BPF | 1ull << CAP_PERFMON;

	(void)state;
	if (!can_run())
		skip(); /* needs root, and kvm built into this kernel */
	bpf_log_catch();
	assert_int_equal(with(both, false), WORKS);
	assert_int_equal(with(both, true), WORKS);
}

static void one_does_not(void **state)
{
	(void)state;
	if (!can_run())
		skip();
	bpf_log_catch();
	assert_int_equal(with(1ull << CAP_BPF, false), CANNOT_LOAD);
	assert_int_equal(with(1ull << CAP_PERFMON, false), CANNOT_LOAD);
	assert_int_equal(with(0, false), CANNOT_LOAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_capabilities_do),
		cmocka_unit_test(one_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
