// SPDX-License-Identifier: GPL-2.0-only
/*
 * This machine's verifier is soon done with the programs: it has their BTF, without which it
 * would look at each function again for each call of it.
 *
 * That a kernel since 6.4 refuses that of a vCPU's kptr cannot be seen where KVM is not loaded:
 * here it is seen that there is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <unistd.h>

#include "tests/unit/at_session.h"

/* Of a million that it goes to. Without BTF one program took 301,072, on 6.12. */
#define VERIFIED_MAX 100000

static uint32_t verified_insns(const struct bpf_program *p)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	if (bpf_program__fd(p) < 0)
		return 0;
	assert_int_equal(bpf_obj_get_info_by_fd(bpf_program__fd(p), &info, &size), 0);
	return info.verified_insns;
}

static bool has_tag(const struct btf *btf, const char *name)
{
	for (uint32_t i = 1; i < btf__type_cnt(btf); i++) {
		const struct btf_type *t = btf__type_by_id(btf, i);

		if (btf_is_type_tag(t) && !strcmp(btf__name_by_offset(btf, t->name_off), name))
			return true;
	}
	return false;
}

static void no_kptr_is_left(void **state)
{
	const struct session_size size = session_size_for(16, false);
	struct nested_bpf *skel = at_session_open(false, &size);

	(void)state;
	assert_non_null(skel);
	assert_true(has_tag(bpf_object__btf(skel->obj), "ptr"));
	assert_false(has_tag(bpf_object__btf(skel->obj), "kptr"));
	nested_bpf__destroy(skel);
}

static void is_done_soon(bool times)
{
	const struct session_size size = session_size_for(16, times);
	struct nested_bpf *skel;
	struct bpf_program *p;
	uint32_t most = 0;

	if (geteuid() != 0)
		skip();
	skel = at_session_open(times, &size);
	assert_non_null(skel);
	assert_int_equal(nested_bpf__load(skel), 0);
	assert_true(bpf_object__btf_fd(skel->obj) >= 0);
	bpf_object__for_each_program(p, skel->obj) {
		uint32_t n = verified_insns(p);

		most = n > most ? n : most;
	}
	assert_in_range(most, 100, VERIFIED_MAX);
	nested_bpf__destroy(skel);
}

static void the_verifier_is_done_soon_with_counts(void **state)
{
	(void)state;
	is_done_soon(false);
}

static void the_verifier_is_done_soon_with_times(void **state)
{
	(void)state;
	is_done_soon(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_kptr_is_left),
		cmocka_unit_test(the_verifier_is_done_soon_with_counts),
		cmocka_unit_test(the_verifier_is_done_soon_with_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
