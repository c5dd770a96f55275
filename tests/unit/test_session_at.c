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
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <linux/capability.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "collector/bpf_log.h"
#include "tests/unit/at_session.h"

#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF 39
#endif

#define NOBODY 65534

enum verdict { WORKS, CANNOT_DROP, CANNOT_OPEN, CANNOT_LOAD, CANNOT_ATTACH, HAS_NO_ROOM };

static bool keep_only(uint64_t caps)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2] = { { caps, caps, 0 }, { caps >> 32, caps >> 32, 0 } };

	return !prctl(PR_SET_KEEPCAPS, 1) && !setresgid(NOBODY, NOBODY, NOBODY) &&
	       !setresuid(NOBODY, NOBODY, NOBODY) && !syscall(SYS_capset, &h, d);
}

/* The last vCPU and the last row's tally are in the programs' memory, and apart. */
static bool has_room(struct nested_bpf *skel, const struct session_size *size)
{
	const char *bss = (void *)skel->bss, *end = bss + bpf_map__value_size(skel->maps.bss);
	struct session_vars v;

	if (session_vars_find(&v, skel->obj, skel->bss))
		return false;
	memset(&v.vcpus[size->vcpus - 1], 1, sizeof(*v.vcpus));
	memset(&v.tallies[size->rows], 2, sizeof(*v.tallies));
	return (const char *)&v.vcpus[size->vcpus] <= end &&
	       (const char *)&v.tallies[size->rows + 1] <= end && !*v.lost_events &&
	       !v.tallies[0].usual.times && v.vcpus[size->vcpus - 1].key == 0x0101010101010101 &&
	       v.tallies[size->rows].usual.n == 0x0202020202020202;
}

static enum verdict load_and_attach(bool times, uint32_t vcpus)
{
	const struct session_size size = session_size_for(vcpus, times);
	struct nested_bpf *skel = at_session_open(times, &size);

	if (!skel)
		return CANNOT_OPEN;
	if (nested_bpf__load(skel))
		return CANNOT_LOAD;
	if (nested_bpf__attach(skel) || !bpf_program__attach(skel->progs.entry_failed))
		return CANNOT_ATTACH;
	return has_room(skel, &size) && !session_fill_free(&size, skel) ? WORKS : HAS_NO_ROOM;
}

static enum verdict with(uint64_t caps, bool times, uint32_t vcpus)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		enum verdict v = keep_only(caps) ? load_and_attach(times, vcpus) : CANNOT_DROP;

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
	assert_int_equal(with(both, false, NP_MAX_VCPUS), WORKS);
	assert_int_equal(with(both, true, NP_MAX_VCPUS), WORKS);
}

static void for_other_numbers_of_vcpus(void **state)
{
	const uint64_t both = 1ull << CAP_BPF | 1ull << CAP_PERFMON;

	(void)state;
	if (!can_run())
		skip();
	bpf_log_catch();
	assert_int_equal(with(both, true, 1), WORKS);
	assert_int_equal(with(both, false, NP_MAX_VCPUS * 3 / 4), WORKS);
	assert_int_equal(with(both, true, NP_MAX_VCPUS * 3 / 4), WORKS);
}

static void one_does_not(void **state)
{
	(void)state;
	if (!can_run())
		skip();
	bpf_log_catch();
	assert_int_equal(with(1ull << CAP_BPF, false, NP_MAX_VCPUS), CANNOT_LOAD);
	assert_int_equal(with(1ull << CAP_PERFMON, false, NP_MAX_VCPUS), CANNOT_LOAD);
	assert_int_equal(with(0, false, NP_MAX_VCPUS), CANNOT_LOAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_capabilities_do),
		cmocka_unit_test(for_other_numbers_of_vcpus),
		cmocka_unit_test(one_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
