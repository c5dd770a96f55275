// SPDX-License-Identifier: GPL-2.0-only
/* The nested state machine against hand-made sequences of events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "analysis/account.h"
#include "bpf/nested_fsm.h"
#include "tests/unit/fsm_pools.h"

enum { HLT = 12, CPUID = 10, EXTINT = 1, VMCALL = 18, VMREAD = 23, VMRESUME = 24, VMWRITE = 25,
       VMOFF = 26, VMON = 27, MSR_WRITE = 32, INVALID_STATE = 33, EPT_VIOLATION = 48,
       EPT_MISCONFIG = 49 };

#define UNKNOWN NP_LEVEL_UNKNOWN
#define L1 NP_LEVEL_L1
#define L2 NP_LEVEL_L2

static struct np_vcpu vcpu, *v = &vcpu;

static int fresh(void **state)
{
	(void)state;
	fresh_pools(1, 1 + NP_REASONS);
	fresh_vcpu(v, 0);
	return 0;
}

static struct np_account account;

/* What users see: rows are written late, and the account knows of what is under way. */
static const struct np_row *row(uint32_t reason)
{
	memset(&account, 0, sizeof(account));
	np_account_add_vcpu(&account, v, &pools);
	return &account.l2[reason];
}

static const uint64_t *caused_by(uint32_t reason)
{
	return row(reason)->caused;
}

static uint64_t unfinished(uint32_t reason)
{
	row(reason);
	return account.unfinished[reason];
}

static void enter_l2(void)
{
	np_fsm_exit(&pools, v, VMRESUME, L1, false);
	np_fsm_vmenter(&pools, v, false);
}

static void exit_to_l1(uint32_t reason)
{
	np_fsm_exit(&pools, v, reason, L2, false);
	np_fsm_nested_vmexit(v);
	np_fsm_inject(&pools, v, reason, false);
}

static void l0_keeps_an_exit(void **state)
{
	(void)state;
	enter_l2();
	np_fsm_exit(&pools, v, EXTINT, L2, false);
	np_fsm_nested_vmexit(v);
	assert_int_equal(row(EXTINT)->l0_only, 0); /* not known yet */
	np_fsm_exit(&pools, v, CPUID, L2, false);
	assert_int_equal(row(EXTINT)->exits, 1);
	assert_int_equal(row(EXTINT)->l0_only, 1);
	assert_int_equal(row(EXTINT)->to_l1, 0);
	assert_int_equal(row(CPUID)->exits, 1);
	assert_int_equal(v->desyncs, 0);
}

static void l1_handles_an_exit(void **state)
{
	(void)state;
	enter_l2();
	exit_to_l1(CPUID);
	for (int i = 0; i < 7; i++)
		np_fsm_exit(&pools, v, VMREAD, L1, false);
	np_fsm_exit(&pools, v, VMWRITE, L1, false);
	np_fsm_exit(&pools, v, VMRESUME, L1, false);
	assert_int_equal(unfinished(VMREAD), 7);
	assert_int_equal(caused_by(CPUID)[VMREAD], 0);
	np_fsm_vmenter(&pools, v, false);
	assert_int_equal(row(CPUID)->exits, 1);
	assert_int_equal(row(CPUID)->to_l1, 1);
	assert_int_equal(row(CPUID)->resumed, 1);
	assert_int_equal(row(CPUID)->l0_only, 0);
	assert_int_equal(caused_by(CPUID)[VMREAD], 7);
	assert_int_equal(caused_by(CPUID)[VMWRITE], 1);
	assert_int_equal(caused_by(CPUID)[VMRESUME], 1);
	assert_int_equal(unfinished(VMREAD), 0);
	assert_int_equal(v->outside[VMRESUME], 1); /* the first entry */
	assert_int_equal(v->outside[VMREAD], 0);
	assert_int_equal(v->entries, 2);
	assert_int_equal(v->nested_vmexits, 1);
	assert_int_equal(v->desyncs, 0);
	assert_int_equal(v->failed_entries, 0);
}

static void exit_made_by_l0_is_synthetic(void **state)
{
	(void)state;
	enter_l2();
	np_fsm_inject(&pools, v, EXTINT, false); /* an interrupt came up before L2 ran */
	np_fsm_exit(&pools, v, VMREAD, L1, false);
	enter_l2();
	assert_int_equal(row(EXTINT)->exits, 0);
	assert_int_equal(row(EXTINT)->to_l1, 0);
	assert_int_equal(row(EXTINT)->synthetic, 1);
	assert_int_equal(row(EXTINT)->resumed, 1);
	assert_int_equal(caused_by(EXTINT)[VMREAD], 1);
	assert_int_equal(v->desyncs, 0);
	assert_int_equal(v->failed_entries, 0);
}

static void exit_given_under_another_reason(void **state)
{
	(void)state;
	enter_l2();
	np_fsm_exit(&pools, v, EPT_VIOLATION, L2, false);
	np_fsm_nested_vmexit(v);
	np_fsm_inject(&pools, v, EPT_MISCONFIG, false);
	np_fsm_exit(&pools, v, VMREAD, L1, false);
	enter_l2();
	assert_int_equal(row(EPT_VIOLATION)->l0_only, 1);
	assert_int_equal(row(EPT_VIOLATION)->to_l1, 0);
	assert_int_equal(row(EPT_MISCONFIG)->synthetic, 1);
	assert_int_equal(caused_by(EPT_MISCONFIG)[VMREAD], 1);
	assert_int_equal(v->desyncs, 0);
}

static void entry_that_fails_its_checks(void **state)
{
	(void)state;
	enter_l2(); /* KVM found the guest state bad: L1 goes on, no event */
	np_fsm_exit(&pools, v, VMREAD, L1, false);
	assert_int_equal(v->failed_entries, 1);
	assert_int_equal(v->outside[VMREAD], 1);
	assert_int_equal(v->desyncs, 0);
	enter_l2();
	np_fsm_exit(&pools, v, CPUID, L2, false);
	assert_int_equal(v->failed_entries, 1);
	assert_int_equal(v->entries, 2);
}

/* The same where the machine does not tell who exits, but that the entry failed. */
static void entry_that_is_said_to_have_failed(void **state)
{
	(void)state;
	np_fsm_exit(&pools, v, VMRESUME, UNKNOWN, false);
	np_fsm_vmenter(&pools, v, false);
	np_fsm_vmenter_failed(v);
	np_fsm_exit(&pools, v, VMREAD, UNKNOWN, false);
	assert_int_equal(v->entries, 1);
	assert_int_equal(v->failed_entries, 1);
	assert_int_equal(v->outside[VMREAD], 1);
	assert_int_equal(row(VMREAD)->exits, 0);
	np_fsm_vmenter(&pools, v, false);
	np_fsm_exit(&pools, v, CPUID, UNKNOWN, false);
	assert_int_equal(row(CPUID)->exits, 1);
	assert_int_equal(v->failed_entries, 1);
	assert_int_equal(v->desyncs, 0);
}

static void entry_that_the_cpu_refuses(void **state)
{
	(void)state;
	enter_l2();
	exit_to_l1(INVALID_STATE);
	enter_l2();
	assert_int_equal(row(INVALID_STATE)->to_l1, 1);
	assert_int_equal(v->failed_entries, 0);
}

static void attach_while_l2_runs(void **state)
{
	(void)state;
	exit_to_l1(CPUID);
	np_fsm_exit(&pools, v, VMREAD, L1, false);
	enter_l2();
	assert_int_equal(row(CPUID)->to_l1, 1);
	assert_int_equal(caused_by(CPUID)[VMREAD], 1);
	assert_int_equal(v->desyncs, 0);
}

static void attach_while_l1_handles(void **state)
{
	(void)state;
	np_fsm_exit(&pools, v, VMREAD, L1, false);
	np_fsm_exit(&pools, v, VMWRITE, L1, false);
	enter_l2();
	assert_int_equal(v->outside[VMREAD], 1);
	assert_int_equal(v->outside[VMWRITE], 1);
	assert_int_equal(v->outside[VMRESUME], 1);
	assert_int_equal(pools.nr_rows, 1);
	assert_int_equal(v->desyncs, 0);
}

static void attach_between_exit_and_inject(void **state)
{
	(void)state;
	np_fsm_inject(&pools, v, CPUID, false); /* its kvm_exit was before our time */
	assert_int_equal(row(CPUID)->synthetic, 1);
	assert_int_equal(v->desyncs, 1);
	np_fsm_exit(&pools, v, VMREAD, L1, false);
	enter_l2();
	assert_int_equal(caused_by(CPUID)[VMREAD], 1);
}

static void entry_not_seen(void **state)
{
	(void)state;
	enter_l2();
	exit_to_l1(CPUID);
	np_fsm_exit(&pools, v, VMREAD, L1, false);
	np_fsm_exit(&pools, v, HLT, L2, false);
	assert_int_equal(v->desyncs, 1);
	assert_int_equal(v->outside[VMREAD], 1);
	assert_int_equal(row(CPUID)->resumed, 0);
	assert_int_equal(row(HLT)->exits, 1);
}

static void l1_leaves_l2_unseen(void **state)
{
	(void)state;
	enter_l2();
	np_fsm_exit(&pools, v, EXTINT, L2, false);
	np_fsm_exit(&pools, v, CPUID, L1, false); /* L1 was reset, or an SMI came */
	assert_int_equal(v->desyncs, 1);
	assert_int_equal(row(EXTINT)->l0_only, 1);
	assert_int_equal(v->outside[CPUID], 1);
	assert_int_equal(v->failed_entries, 0);
}

static void l1_stops_using_vmx(void **state)
{
	(void)state;
	enter_l2();
	exit_to_l1(HLT);
	np_fsm_exit(&pools, v, VMREAD, L1, false);
	np_fsm_exit(&pools, v, VMOFF, L1, false);
	np_fsm_exit(&pools, v, CPUID, L1, false);
	np_fsm_exit(&pools, v, VMON, L1, false);
	enter_l2();
	assert_int_equal(row(HLT)->to_l1, 1);
	assert_int_equal(row(HLT)->resumed, 0);
	assert_int_equal(v->outside[VMREAD], 1);
	assert_int_equal(v->outside[VMOFF], 1);
	assert_int_equal(v->outside[CPUID], 1);
	assert_int_equal(v->outside[VMON], 1);
	assert_int_equal(v->logged, NP_LOG_NONE);
	assert_int_equal(v->desyncs, 0);
}

static void another_isa_has_no_vmxoff(void **state)
{
	(void)state;
	v->isa = NP_ISA_SVM;
	enter_l2();
	exit_to_l1(HLT);
	np_fsm_exit(&pools, v, VMOFF, L1, false);
	enter_l2();
	assert_int_equal(caused_by(HLT)[VMOFF], 1);
}

static void level_not_told(void **state)
{
	(void)state;
	np_fsm_exit(&pools, v, CPUID, UNKNOWN, false);
	assert_int_equal(v->outside[CPUID], 1);
	np_fsm_vmenter(&pools, v, false);
	np_fsm_exit(&pools, v, EXTINT, UNKNOWN, false);
	np_fsm_exit(&pools, v, HLT, UNKNOWN, false);
	assert_int_equal(row(EXTINT)->l0_only, 1);
	np_fsm_inject(&pools, v, HLT, false);
	np_fsm_exit(&pools, v, VMREAD, UNKNOWN, false);
	np_fsm_vmenter(&pools, v, false);
	assert_int_equal(row(HLT)->to_l1, 1);
	assert_int_equal(caused_by(HLT)[VMREAD], 1);
	assert_int_equal(v->desyncs, 0);
}

static void hooks_were_out(void **state)
{
	(void)state;
	enter_l2();
	exit_to_l1(CPUID);
	np_fsm_exit(&pools, v, VMREAD, L1, false);
	np_fsm_gap(&pools, v);
	np_fsm_exit(&pools, v, MSR_WRITE, L1, false);
	np_fsm_gap(&pools, v);
	np_fsm_exit(&pools, v, HLT, L2, false); /* no desync: anything may have happened */
	np_fsm_gap(&pools, v);
	enter_l2();
	assert_int_equal(v->outside[VMREAD], 1);
	assert_int_equal(v->outside[MSR_WRITE], 1);
	assert_int_equal(row(CPUID)->resumed, 0);
	assert_int_equal(row(HLT)->exits, 1);
	assert_int_equal(row(HLT)->to_l1 + row(HLT)->l0_only, 0);
	assert_int_equal(v->desyncs, 0);
}

static void more_reasons_than_rows(void **state)
{
	enum { OWN = 5, SHARING = 9 };

	(void)state;
	fresh_pools(1, 1 + OWN);
	for (uint32_t r = 0; r < OWN + SHARING; r++) {
		enter_l2();
		exit_to_l1(r);
		np_fsm_exit(&pools, v, VMREAD, L1, false);
	}
	enter_l2();
	for (uint32_t r = 0; r < OWN; r++) {
		assert_int_equal(v->row_of[r], r + 2);
		assert_int_equal(row(r)->resumed, 1);
		assert_int_equal(caused_by(r)[VMREAD], 1);
	}
	for (uint32_t r = OWN; r < OWN + SHARING; r++) {
		assert_int_equal(v->row_of[r], 1);
		assert_int_equal(row(r)->exits, 0);
	}
	assert_int_equal(row(NP_REASON_OTHER)->to_l1, SHARING);
	assert_int_equal(row(NP_REASON_OTHER)->exits, SHARING);
	assert_int_equal(caused_by(NP_REASON_OTHER)[VMREAD], SHARING);
}

/* A reason without a row of its own stays where it was counted while it is open. */
static void shared_row_of_what_is_under_way(void **state)
{
	(void)state;
	fresh_pools(1, 1);
	enter_l2();
	np_fsm_exit(&pools, v, CPUID, L2, false);
	assert_int_equal(row(NP_REASON_OTHER)->exits, 1);
	np_fsm_inject(&pools, v, CPUID, false);
	assert_int_equal(row(NP_REASON_OTHER)->exits, 1);
	assert_int_equal(row(NP_REASON_OTHER)->to_l1, 1);
	enter_l2();
	assert_int_equal(row(NP_REASON_OTHER)->exits, 1);
	assert_int_equal(row(NP_REASON_OTHER)->to_l1, 1);
	assert_int_equal(row(CPUID)->exits, 0);
}

static void reasons_out_of_range(void **state)
{
	static const uint32_t odd[] = { NP_REASON_OTHER, NP_REASONS, 0xffff, 0x80000021,
					0xffffffff };

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		enter_l2();
		exit_to_l1(odd[i]);
		np_fsm_exit(&pools, v, odd[i], L1, false);
	}
	enter_l2();
	assert_int_equal(row(NP_REASON_OTHER)->exits, 5);
	assert_int_equal(row(NP_REASON_OTHER)->to_l1, 5);
	assert_int_equal(caused_by(NP_REASON_OTHER)[NP_REASON_OTHER], 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(l0_keeps_an_exit, fresh),
		cmocka_unit_test_setup(l1_handles_an_exit, fresh),
		cmocka_unit_test_setup(exit_made_by_l0_is_synthetic, fresh),
		cmocka_unit_test_setup(exit_given_under_another_reason, fresh),
		cmocka_unit_test_setup(entry_that_fails_its_checks, fresh),
		cmocka_unit_test_setup(entry_that_is_said_to_have_failed, fresh),
		cmocka_unit_test_setup(entry_that_the_cpu_refuses, fresh),
		cmocka_unit_test_setup(attach_while_l2_runs, fresh),
		cmocka_unit_test_setup(attach_while_l1_handles, fresh),
		cmocka_unit_test_setup(attach_between_exit_and_inject, fresh),
		cmocka_unit_test_setup(entry_not_seen, fresh),
		cmocka_unit_test_setup(l1_leaves_l2_unseen, fresh),
		cmocka_unit_test_setup(l1_stops_using_vmx, fresh),
		cmocka_unit_test_setup(another_isa_has_no_vmxoff, fresh),
		cmocka_unit_test_setup(level_not_told, fresh),
		cmocka_unit_test_setup(hooks_were_out, fresh),
		cmocka_unit_test_setup(more_reasons_than_rows, fresh),
		cmocka_unit_test_setup(shared_row_of_what_is_under_way, fresh),
		cmocka_unit_test_setup(reasons_out_of_range, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
