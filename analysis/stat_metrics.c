// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/stat_metrics.h"

#include <math.h>
#include <string.h>

#include "analysis/stat_trips.h"

/* Basic exit reasons: SDM vol. 3, appendix C. */
enum {
	VMCLEAR = 19, VMLAUNCH = 20, VMPTRLD = 21, VMPTRST = 22, VMREAD = 23, VMRESUME = 24,
	VMWRITE = 25, VMOFF = 26, VMON = 27, INVEPT = 50, INVVPID = 53,
};

static bool is_svm_instruction(uint32_t reason)
{
	return (reason >= NP_SVM_VMLOAD && reason <= NP_SVM_INVLPGA) || reason == NP_SVM_STGI ||
	       reason == NP_SVM_CLGI;
}

bool np_is_vmx_instruction(uint32_t isa, uint32_t reason)
{
	if (isa == NP_ISA_SVM)
		return is_svm_instruction(reason);
	return isa == NP_ISA_VMX && ((reason >= VMCLEAR && reason <= VMON) || reason == INVEPT ||
				     reason == INVVPID);
}

static bool is_l2(const struct stat_line *l)
{
	return l->kind == STAT_L2 || l->kind == STAT_THIRD;
}

/* What L0 gave to L1 without an exit of that reason counts as one here. */
static double per_exit(const struct stat_line *l, uint64_t count)
{
	uint64_t exits = l->row.exits + l->row.synthetic;

	return is_l2(l) && exits ? (double)count / exits : NAN;
}

static double exits(const struct stat_line *l, uint32_t arg)
{
	(void)arg;
	return l->row.exits;
}

static double rate(const struct stat_line *l, uint32_t arg)
{
	(void)arg;
	return l->seconds > 0 ? l->row.exits / l->seconds : NAN;
}

static double share(const struct stat_line *l, uint32_t arg)
{
	(void)arg;
	return l->all ? 100.0 * stat_line_l0_exits(l) / l->all : NAN;
}

static double to_l1(const struct stat_line *l, uint32_t arg)
{
	(void)arg;
	return is_l2(l) ? l->row.to_l1 : NAN;
}

static double l0_only(const struct stat_line *l, uint32_t arg)
{
	(void)arg;
	return is_l2(l) ? l->row.l0_only : NAN;
}

static double slow(const struct stat_line *l, uint32_t arg)
{
	(void)arg;
	return is_l2(l) && l->paths ? l->row.slow : NAN;
}

/* Of one that is on its way just now, only the event of the slow path may have been counted. */
static double fast(const struct stat_line *l, uint32_t arg)
{
	double n = l->row.exits - slow(l, arg);

	return n < 0 ? 0 : n;
}

static double synthetic(const struct stat_line *l, uint32_t arg)
{
	(void)arg;
	return is_l2(l) ? l->row.synthetic : NAN;
}

static double resumed(const struct stat_line *l, uint32_t arg)
{
	(void)arg;
	return is_l2(l) ? l->row.resumed : NAN;
}

static double caused(const struct stat_line *l, uint32_t arg)
{
	(void)arg;
	return is_l2(l) ? stat_line_l0_exits(l) - l->row.exits : NAN;
}

static double per_all(const struct stat_line *l, uint32_t arg)
{
	(void)arg;
	return per_exit(l, stat_line_l0_exits(l) - l->row.exits);
}

static double per_reason(const struct stat_line *l, uint32_t reason)
{
	return l->isa == NP_ISA_VMX ? per_exit(l, l->row.caused[reason]) : NAN;
}

static double per_svm_reason(const struct stat_line *l, uint32_t reason)
{
	return l->isa == NP_ISA_SVM ? per_exit(l, l->row.caused[reason]) : NAN;
}

uint32_t stat_metric_isa(const struct stat_metric *m)
{
	if (m->value == per_reason)
		return NP_ISA_VMX;
	return m->value == per_svm_reason ? NP_ISA_SVM : 0;
}

static uint64_t entries(const struct stat_line *l)
{
	if (l->isa == NP_ISA_SVM)
		return l->row.caused[NP_SVM_VMRUN];
	return l->isa == NP_ISA_VMX ? l->row.caused[VMRESUME] + l->row.caused[VMLAUNCH] : 0;
}

static double per_entry(const struct stat_line *l, uint32_t arg)
{
	(void)arg;
	return per_exit(l, entries(l));
}

/* All but the instructions that have a metric of their own. */
static double per_rest(const struct stat_line *l, uint32_t arg)
{
	uint64_t rest = stat_line_l0_exits(l) - l->row.exits - entries(l);

	(void)arg;
	for (uint32_t i = 0; i < stat_nr_metrics; i++) {
		uint32_t isa = stat_metric_isa(&stat_metrics[i]);

		if (isa && isa == l->isa)
			rest -= l->row.caused[stat_metrics[i].arg];
	}
	return per_exit(l, rest);
}

#define TRIP(kind, what) ((kind) * NR_TRIP_VALUES + (what))

static double trip(const struct stat_line *l, uint32_t arg)
{
	return stat_trip_value(l, arg / NR_TRIP_VALUES, arg % NR_TRIP_VALUES);
}

static double phased(const struct stat_line *l, uint32_t arg)
{
	(void)arg;
	return l->row.phases.n ? l->row.phases.n : NAN;
}

static double phase(const struct stat_line *l, uint32_t arg)
{
	return stat_trip_phase(l, arg);
}

/* The round trips of one kind: their number, then times. */
#define TRIP_METRICS(key, title, kind)                                                             \
	{ { key "_trips", title, "", 0 }, STAT_AS_DATA, true, trip, TRIP(kind, TRIP_COUNT) },      \
	{ { key "_ns", title " in all", "ns", 0 }, STAT_AS_DATA, true, trip,                       \
	  TRIP(kind, TRIP_SUM) },                                                                  \
	{ { key "_mean", title " mean", "ns", 0 }, STAT_AS_DATA, false, trip,                      \
	  TRIP(kind, TRIP_MEAN) },                                                                 \
	{ { key "_p50", title " p50", "ns", 0 }, STAT_AS_DATA, false, trip,                        \
	  TRIP(kind, TRIP_P50) },                                                                  \
	{ { key "_p90", title " p90", "ns", 0 }, STAT_AS_DATA, false, trip,                        \
	  TRIP(kind, TRIP_P90) },                                                                  \
	{ { key "_p99", title " p99", "ns", 0 }, STAT_AS_DATA, false, trip,                        \
	  TRIP(kind, TRIP_P99) },                                                                  \
	{ { key "_p99_9", title " p99.9", "ns", 0 }, STAT_AS_DATA, false, trip,                    \
	  TRIP(kind, TRIP_P999) },                                                                 \
	{ { key "_max", title " max", "ns", 0 }, STAT_AS_DATA, false, trip, TRIP(kind, TRIP_MAX) }

const struct stat_metric stat_metrics[] = {
	{ { "reason", "exit reason", "", 0 }, STAT_ALWAYS, false, NULL, 0 },
	{ { "exits", "exits", "", 0 }, STAT_ALWAYS, true, exits, 0 },
	{ { "rate", "exits", "1/s", 0 }, STAT_ALWAYS, false, rate, 0 },
	{ { "share", "share", "%", 1 }, STAT_ALWAYS, false, share, 0 },
	{ { "to_l1", "to L1", "", 0 }, STAT_ALWAYS, true, to_l1, 0 },
	{ { "l0_only", "kept by L0", "", 0 }, STAT_ALWAYS, true, l0_only, 0 },
	{ { "fast", "fast path", "", 0 }, STAT_IF_KNOWN, true, fast, 0 },
	{ { "slow", "slow path", "", 0 }, STAT_AS_DATA, true, slow, 0 },
	{ { "synthetic", "synthetic", "", 0 }, STAT_NOT_ZERO, true, synthetic, 0 },
	{ { "resumed", "resumed", "", 0 }, STAT_AS_DATA, true, resumed, 0 },
	{ { "caused", "L1's exits", "", 0 }, STAT_AS_DATA, true, caused, 0 },
	{ { "per_exit", "L1's exits", "per exit", 2 }, STAT_ALWAYS, false, per_all, 0 },
	{ { "per_exit_vmread", "VMREAD", "", 2 }, STAT_ALWAYS, false, per_reason, VMREAD },
	{ { "per_exit_vmwrite", "VMWRITE", "", 2 }, STAT_ALWAYS, false, per_reason, VMWRITE },
	{ { "per_exit_vmentry", "VM entry", "", 2 }, STAT_ALWAYS, false, per_entry, 0 },
	{ { "per_exit_vmptrld", "VMPTRLD", "", 2 }, STAT_NOT_ZERO, false, per_reason, VMPTRLD },
	{ { "per_exit_vmclear", "VMCLEAR", "", 2 }, STAT_NOT_ZERO, false, per_reason, VMCLEAR },
	{ { "per_exit_invept", "INVEPT", "", 2 }, STAT_NOT_ZERO, false, per_reason, INVEPT },
	{ { "per_exit_invvpid", "INVVPID", "", 2 }, STAT_NOT_ZERO, false, per_reason, INVVPID },
	{ { "per_exit_vmload", "VMLOAD", "", 2 }, STAT_ALWAYS, false, per_svm_reason,
	  NP_SVM_VMLOAD },
	{ { "per_exit_vmsave", "VMSAVE", "", 2 }, STAT_ALWAYS, false, per_svm_reason,
	  NP_SVM_VMSAVE },
	{ { "per_exit_stgi", "STGI", "", 2 }, STAT_ALWAYS, false, per_svm_reason, NP_SVM_STGI },
	{ { "per_exit_clgi", "CLGI", "", 2 }, STAT_ALWAYS, false, per_svm_reason, NP_SVM_CLGI },
	{ { "per_exit_invlpga", "INVLPGA", "", 2 }, STAT_NOT_ZERO, false, per_svm_reason,
	  NP_SVM_INVLPGA },
	{ { "per_exit_rest", "rest", "", 2 }, STAT_ALWAYS, false, per_rest, 0 },
	TRIP_METRICS("l1", "through L1", NP_TRIP_L1),
	TRIP_METRICS("l0", "by L0", NP_TRIP_L0),
	{ { "phased", "phased", "", 0 }, STAT_AS_DATA, true, phased, 0 },
	{ { "phase_l2_exit", "L0, L2's exit", "ns", 0 }, STAT_AS_DATA, false, phase,
	  NP_PHASE_L2_EXIT },
	{ { "phase_l1", "L1", "ns", 0 }, STAT_AS_DATA, false, phase, NP_PHASE_L1 },
	{ { "phase_vmcs", "L0, VMREAD/WRITE", "ns", 0 }, STAT_AS_DATA, false, phase,
	  NP_PHASE_VMCS },
	{ { "phase_entry", "L0, VM entry", "ns", 0 }, STAT_AS_DATA, false, phase, NP_PHASE_ENTRY },
	{ { "phase_other", "L0, others", "ns", 0 }, STAT_AS_DATA, false, phase, NP_PHASE_OTHER },
	{ { "phase_enter_l2", "L0, into L2", "ns", 0 }, STAT_AS_DATA, false, phase,
	  NP_PHASE_ENTER_L2 },
};

const uint32_t stat_nr_metrics = sizeof(stat_metrics) / sizeof(stat_metrics[0]);

const struct stat_metric *stat_metric_find(const char *key)
{
	for (uint32_t i = 0; i < stat_nr_metrics; i++)
		if (!strcmp(stat_metrics[i].column.key, key))
			return &stat_metrics[i];
	return NULL;
}
