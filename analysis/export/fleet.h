/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was counted since an exporter began, by VM: sums of the windows that a
 * stat_model gives. Both the VMs and the reasons of each are bounded, so that
 * the number of series is; what is beyond is counted together.
 */
#ifndef NESTPROF_EXPORT_FLEET_H
#define NESTPROF_EXPORT_FLEET_H

#include "analysis/stat_model.h"

#define FLEET_REASONS 24 /* of a VM, apart; the rest is under the last of them */
#define FLEET_LABEL (3 * NP_VM_NAME)
#define FLEET_OTHERS "(others)"

/* What L1 exits for, while it handles an exit of L2. */
enum fleet_kind { FLEET_VMREAD, FLEET_VMWRITE, FLEET_VMENTRY, FLEET_REST, FLEET_KINDS };

struct fleet_row {
	uint32_t reason;
	uint64_t exits, to_l1, l0_only;
	uint64_t l1[FLEET_KINDS];
};

/* Round trips, by the upper bounds fleet_bounds[] (ns); the last bucket has the longer ones. */
#define FLEET_BUCKETS 12
struct fleet_trips {
	uint64_t n[FLEET_BUCKETS + 1];
	uint64_t ns;
};
extern const uint64_t fleet_bounds[FLEET_BUCKETS];

struct fleet_vm {
	char label[FLEET_LABEL]; /* its name, else "pid-4711" */
	uint32_t isa;
	pid_t tgid;   /* of the last that was seen by that name */
	double seen;  /* when */
	uint64_t l0_exits, l1_alone, entries, failed_entries, misfits;
	struct fleet_trips trips[NP_TRIPS];
	uint32_t nr_rows;
	struct fleet_row row[FLEET_REASONS];
};

struct fleet {
	uint32_t nr, max; /* without the one for the others */
	struct fleet_vm *vm;
	struct fleet_vm others;
	uint64_t together; /* VMs' windows that were added to others */
	double now;	   /* of the round */
};

/* -ENOMEM. */
int fleet_init(struct fleet *f, uint32_t max_vms);
void fleet_free(struct fleet *f);

/*
 * A round: begin, all windows of the model by VM, end. VMs that were not seen for
 * `keep` seconds are forgotten then.
 */
void fleet_begin(struct fleet *f, double now);
int fleet_add(const struct stat_whose *whose, const struct np_account *window,
	      const struct np_trip_hists *trips, void *fleet);
void fleet_end(struct fleet *f, double keep);

#endif
