// SPDX-License-Identifier: GPL-2.0-only
/* The nested state machine against hand-made sequences of events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "bpf/nested_fsm.h"

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
	memset(v, 0, sizeof(*v));
	v->isa = NP_ISA_VMX;
	np_fsm_init(v);
	return 0;
}

static const __u64 *caused_by(uint32_t reason)
{
	static const __u64 nothing[NP_REASONS];

	return v->row_of[reason] ? v->caused[v->row_of[reason] - 1] : nothing;
}

static void enter_l2(void)
{
	np_fsm_exit(v, VMRESUME, L1);
	np_fsm_vmenter(v);
}

static void exit_to_l1(uint32_t reason)
{
	np_fsm_exit(v, reason, L2);
	np_fsm_nested_vmexit(v);
	np_fsm_inject(v, reason);
}

static void l0_keeps_an_exit(void **state)
{
	(void)state;
	enter_l2();
	np_fsm_exit(v, EXTINT, L2);
	np_fsm_nested_vmexit(v);
	assert_int_equal(v->fate[EXTINT].l0_only, 0); /* not known yet */
	np_fsm_exit(v, CPUID, L2);
	assert_int_equal(v->fate[EXTINT].exits, 1);
	assert_int_equal(v->fate[EXTINT].l0_only, 1);
	assert_int_equal(v->fate[EXTINT].to_l1, 0);
	assert_int_equal(v->fate[CPUID].exits, 1);
	assert_int_equal(v->desyncs, 0);
}

static void l1_handles_an_exit(void **state)
{
	(void)state;
	enter_l2();
	exit_to_l1(CPUID);
	for (int i = 0; i < 7; i++)
		np_fsm_exit(v, VMREAD, L1);
	np_fsm_exit(v, VMWRITE, L1);
	np_fsm_exit(v, VMRESUME, L1);
	assert_int_equal(v->pending[VMREAD], 7);
	assert_int_equal(caused_by(CPUID)[VMREAD], 0);
	np_fsm_vmenter(v);
	assert_int_equal(v->fate[CPUID].exits, 1);
	assert_int_equal(v->fate[CPUID].to_l1, 1);
	assert_int_equal(v->fate[CPUID].resumed, 1);
	assert_int_equal(v->fate[CPUID].l0_only, 0);
	assert_int_equal(caused_by(CPUID)[VMREAD], 7);
	assert_int_equal(caused_by(CPUID)[VMWRITE], 1);
	assert_int_equal(caused_by(CPUID)[VMRESUME], 1);
	assert_int_equal(v->pending[VMREAD], 0);
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
	np_fsm_inject(v, EXTINT); /* an interrupt came up before L2 ran */
	np_fsm_exit(v, VMREAD, L1);
	enter_l2();
	assert_int_equal(v->fate[EXTINT].exits, 0);
	assert_int_equal(v->fate[EXTINT].to_l1, 0);
	assert_int_equal(v->fate[EXTINT].synthetic, 1);
	assert_int_equal(v->fate[EXTINT].resumed, 1);
	assert_int_equal(caused_by(EXTINT)[VMREAD], 1);
	assert_int_equal(v->desyncs, 0);
	assert_int_equal(v->failed_entries, 0);
}

static void exit_given_under_another_reason(void **state)
{
	(void)state;
	enter_l2();
	np_fsm_exit(v, EPT_VIOLATION, L2);
	np_fsm_nested_vmexit(v);
	np_fsm_inject(v, EPT_MISCONFIG);
	np_fsm_exit(v, VMREAD, L1);
	enter_l2();
	assert_int_equal(v->fate[EPT_VIOLATION].l0_only, 1);
	assert_int_equal(v->fate[EPT_VIOLATION].to_l1, 0);
	assert_int_equal(v->fate[EPT_MISCONFIG].synthetic, 1);
	assert_int_equal(caused_by(EPT_MISCONFIG)[VMREAD], 1);
	assert_int_equal(v->desyncs, 0);
}

static void entry_that_fails_its_checks(void **state)
{
	(void)state;
	enter_l2(); /* KVM found the guest state bad: L1 goes on, no event */
	np_fsm_exit(v, VMREAD, L1);
	assert_int_equal(v->failed_entries, 1);
	assert_int_equal(v->outside[VMREAD], 1);
	assert_int_equal(v->desyncs, 0);
	enter_l2();
	np_fsm_exit(v, CPUID, L2);
	assert_int_equal(v->failed_entries, 1);
	assert_int_equal(v->entries, 2);
}

/* The same where the machine does not tell who exits, but that the entry failed. */
static void entry_that_is_said_to_have_failed(void **state)
{
	(void)state;
	np_fsm_exit(v, VMRESUME, UNKNOWN);
	np_fsm_vmenter(v);
	np_fsm_vmenter_failed(v);
	np_fsm_exit(v, VMREAD, UNKNOWN);
	assert_int_equal(v->entries, 1);
	assert_int_equal(v->failed_entries, 1);
	assert_int_equal(v->outside[VMREAD], 1);
	assert_int_equal(v->fate[VMREAD].exits, 0);
	np_fsm_vmenter(v);
	np_fsm_exit(v, CPUID, UNKNOWN);
	assert_int_equal(v->fate[CPUID].exits, 1);
	assert_int_equal(v->failed_entries, 1);
	assert_int_equal(v->desyncs, 0);
}

static void entry_that_the_cpu_refuses(void **state)
{
	(void)state;
	enter_l2();
	exit_to_l1(INVALID_STATE);
	enter_l2();
	assert_int_equal(v->fate[INVALID_STATE].to_l1, 1);
	assert_int_equal(v->failed_entries, 0);
}

static void attach_while_l2_runs(void **state)
{
	(void)state;
	exit_to_l1(CPUID);
	np_fsm_exit(v, VMREAD, L1);
	enter_l2();
	assert_int_equal(v->fate[CPUID].to_l1, 1);
	assert_int_equal(caused_by(CPUID)[VMREAD], 1);
	assert_int_equal(v->desyncs, 0);
}

static void attach_while_l1_handles(void **state)
{
	(void)state;
	np_fsm_exit(v, VMREAD, L1);
	np_fsm_exit(v, VMWRITE, L1);
	enter_l2();
	assert_int_equal(v->outside[VMREAD], 1);
	assert_int_equal(v->outside[VMWRITE], 1);
	assert_int_equal(v->outside[VMRESUME], 1);
	assert_int_equal(v->nr_rows, 0);
	assert_int_equal(v->desyncs, 0);
}

static void attach_between_exit_and_inject(void **state)
{
	(void)state;
	np_fsm_inject(v, CPUID); /* its kvm_exit was before our time */
	assert_int_equal(v->fate[CPUID].synthetic, 1);
	assert_int_equal(v->desyncs, 1);
	np_fsm_exit(v, VMREAD, L1);
	enter_l2();
	assert_int_equal(caused_by(CPUID)[VMREAD], 1);
}

static void entry_not_seen(void **state)
{
	(void)state;
	enter_l2();
	exit_to_l1(CPUID);
	np_fsm_exit(v, VMREAD, L1);
	np_fsm_exit(v, HLT, L2);
	assert_int_equal(v->desyncs, 1);
	assert_int_equal(v->outside[VMREAD], 1);
	assert_int_equal(v->fate[CPUID].resumed, 0);
	assert_int_equal(v->fate[HLT].exits, 1);
}

static void l1_leaves_l2_unseen(void **state)
{
	(void)state;
	enter_l2();
	np_fsm_exit(v, EXTINT, L2);
	np_fsm_exit(v, CPUID, L1); /* L1 was reset, or an SMI came */
	assert_int_equal(v->desyncs, 1);
	assert_int_equal(v->fate[EXTINT].l0_only, 1);
	assert_int_equal(v->outside[CPUID], 1);
	assert_int_equal(v->failed_entries, 0);
}

static void l1_stops_using_vmx(void **state)
{
	(void)state;
	enter_l2();
	exit_to_l1(HLT);
	np_fsm_exit(v, VMREAD, L1);
	np_fsm_exit(v, VMOFF, L1);
	np_fsm_exit(v, CPUID, L1);
	np_fsm_exit(v, VMON, L1);
	enter_l2();
	assert_int_equal(v->fate[HLT].to_l1, 1);
	assert_int_equal(v->fate[HLT].resumed, 0);
	assert_int_equal(v->outside[VMREAD], 1);
	assert_int_equal(v->outside[VMOFF], 1);
	assert_int_equal(v->outside[CPUID], 1);
	assert_int_equal(v->outside[VMON], 1);
	assert_int_equal(v->nr_touched, 0);
	assert_int_equal(v->desyncs, 0);
}

static void another_isa_has_no_vmxoff(void **state)
{
	(void)state;
	v->isa = NP_ISA_SVM;
	enter_l2();
	exit_to_l1(HLT);
	np_fsm_exit(v, VMOFF, L1);
	enter_l2();
	assert_int_equal(caused_by(HLT)[VMOFF], 1);
}

static void level_not_told(void **state)
{
	(void)state;
	np_fsm_exit(v, CPUID, UNKNOWN);
	assert_int_equal(v->outside[CPUID], 1);
	np_fsm_vmenter(v);
	np_fsm_exit(v, EXTINT, UNKNOWN);
	np_fsm_exit(v, HLT, UNKNOWN);
	assert_int_equal(v->fate[EXTINT].l0_only, 1);
	np_fsm_inject(v, HLT);
	np_fsm_exit(v, VMREAD, UNKNOWN);
	np_fsm_vmenter(v);
	assert_int_equal(v->fate[HLT].to_l1, 1);
	assert_int_equal(caused_by(HLT)[VMREAD], 1);
	assert_int_equal(v->desyncs, 0);
}

static void hooks_were_out(void **state)
{
	(void)state;
	enter_l2();
	exit_to_l1(CPUID);
	np_fsm_exit(v, VMREAD, L1);
	np_fsm_gap(v);
	np_fsm_exit(v, MSR_WRITE, L1);
	np_fsm_gap(v);
	np_fsm_exit(v, HLT, L2); /* no desync: anything may have happened */
	np_fsm_gap(v);
	enter_l2();
	assert_int_equal(v->outside[VMREAD], 1);
	assert_int_equal(v->outside[MSR_WRITE], 1);
	assert_int_equal(v->fate[CPUID].resumed, 0);
	assert_int_equal(v->fate[HLT].exits, 1);
	assert_int_equal(v->fate[HLT].to_l1 + v->fate[HLT].l0_only, 0);
	assert_int_equal(v->desyncs, 0);
}

static void more_reasons_than_rows(void **state)
{
	(void)state;
	for (uint32_t r = 0; r < NP_ROWS + 8; r++) {
		enter_l2();
		exit_to_l1(r);
		np_fsm_exit(v, VMREAD, L1);
	}
	enter_l2();
	for (uint32_t r = 0; r < NP_ROWS + 8; r++) {
		uint32_t row = r < NP_ROW_SHARED ? r + 1 : NP_ROW_SHARED + 1;

		assert_int_equal(v->row_of[r], row);
		assert_int_equal(v->fate[r].resumed, 1);
		assert_int_equal(v->caused[row - 1][VMREAD], r < NP_ROW_SHARED ? 1 : 9);
	}
	assert_int_equal(v->nr_rows, NP_ROWS);
}

/* What is beyond those held back counts at once, and stays when L1 gives up. */
static void more_kinds_than_held_back(void **state)
{
	(void)state;
	enter_l2();
	exit_to_l1(HLT);
	for (int round = 0; round < 2; round++)
		for (uint32_t r = 40; r < 40 + NP_TOUCHED + 2; r++)
			np_fsm_exit(v, r, L1);
	assert_int_equal(v->pending[40], 2);
	assert_int_equal(v->pending[40 + NP_TOUCHED], 0);
	assert_int_equal(caused_by(HLT)[40], 0);
	assert_int_equal(caused_by(HLT)[40 + NP_TOUCHED], 2);
	np_fsm_exit(v, VMOFF, L1);
	assert_int_equal(v->outside[40], 2);
	assert_int_equal(v->outside[40 + NP_TOUCHED], 0);
	assert_int_equal(caused_by(HLT)[40 + NP_TOUCHED + 1], 2);
}

static void reasons_out_of_range(void **state)
{
	static const uint32_t odd[] = { NP_REASON_OTHER, NP_REASONS, 0xffff, 0x80000021,
					0xffffffff };

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		enter_l2();
		exit_to_l1(odd[i]);
		np_fsm_exit(v, odd[i], L1);
	}
	enter_l2();
	assert_int_equal(v->fate[NP_REASON_OTHER].exits, 5);
	assert_int_equal(v->fate[NP_REASON_OTHER].to_l1, 5);
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
		cmocka_unit_test_setup(more_kinds_than_held_back, fresh),
		cmocka_unit_test_setup(reasons_out_of_range, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
