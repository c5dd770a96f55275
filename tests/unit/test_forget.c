// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU of a process that has ended is forgotten, and nobody else's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpf/nested_fsm.h"
#include "collector/forget.h"
#include "tests/unit/fsm_pools.h"

#define KEY 0xffff888000123000

static struct np_seat seats[NP_SEATS];
static struct np_vcpu vcpu;

static const struct forgetting forgetting = { .slot_of = -1,
					      .seat_taken = -1,
					      .seats = seats,
					      .pools = &pools };

static int begin(void **state)
{
	(void)state;
	fresh_pools(1, TEST_ROWS);
	fresh_vcpu(&vcpu, 0);
	memset(seats, 0, sizeof(seats));
	vcpu.key = KEY;
	seats[7] = (struct np_seat){ .key = KEY };
	seats[8] = (struct np_seat){ .key = KEY + 4096 };
	return 0;
}

static pid_t one_that_has_ended(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

static void of_a_process_that_has_ended(void **state)
{
	(void)state;
	vcpu.tgid = one_that_has_ended();
	np_fsm_exit(&pools, &vcpu, 10, NP_LEVEL_L2, false);
	forget_if_ended(&forgetting, &vcpu);
	assert_int_equal(vcpu.key, NP_KEY_GONE);
	assert_int_equal(vcpu.open, NP_REASON_NONE); /* no state outlives it; its exit does */
	assert_int_equal(pools.rows[vcpu.row_of[10] - 1].fate.exits, 1);
	assert_int_equal(seats[7].key, 0);
	assert_int_equal(seats[8].key, KEY + 4096);
}

static void whose_type_was_never_known(void **state)
{
	(void)state;
	vcpu.tgid = one_that_has_ended();
	seats[7].key = KEY + NP_UNTYPED;
	seats[8].key = KEY + NP_UNWANTED; /* another's, which came to be there */
	forget_if_ended(&forgetting, &vcpu);
	assert_int_equal(seats[7].key, 0);
	assert_int_equal(seats[8].key, KEY + NP_UNWANTED);
}

static void of_one_that_runs(void **state)
{
	(void)state;
	vcpu.tgid = getpid();
	forget_if_ended(&forgetting, &vcpu);
	assert_int_equal(vcpu.key, KEY);
	assert_int_equal(seats[7].key, KEY);
}

static void once(void **state)
{
	(void)state;
	vcpu.tgid = one_that_has_ended();
	vcpu.key = NP_KEY_GONE;
	np_fsm_exit(&pools, &vcpu, 10, NP_LEVEL_L2, false);
	forget_if_ended(&forgetting, &vcpu);
	assert_int_equal(vcpu.open, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(of_a_process_that_has_ended, begin),
		cmocka_unit_test_setup(whose_type_was_never_known, begin),
		cmocka_unit_test_setup(of_one_that_runs, begin),
		cmocka_unit_test_setup(once, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
