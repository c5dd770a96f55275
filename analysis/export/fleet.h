/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was counted since an exporter began, by VM. Counters of vCPUs are read as they stand;
 * no snapshots are kept, for nothing is asked of intervals. Both the VMs and the reasons of
 * each are bounded, so that the number of series is; what is beyond is counted together.
 */
#ifndef NESTPROF_EXPORT_FLEET_H
#define NESTPROF_EXPORT_FLEET_H

#include <stdbool.h>

#include "analysis/stat_model.h"
#include "bpf/trip_buckets.h"

#define FLEET_REASONS 24 /* of a VM, apart; the rest is under the last of them */
#define FLEET_LABEL (3 * NP_VM_NAME) /* the longest that escaping makes of it */
#define FLEET_OTHERS "(others)"

/* What L1 exits for, while it handles an exit of L2. */
enum fleet_kind { FLEET_VMREAD, FLEET_VMWRITE, FLEET_VMENTRY, FLEET_REST, FLEET_KINDS };

struct fleet_row {
	uint32_t reason;
	uint64_t exits, to_l1, l0_only;
	uint64_t l1[FLEET_KINDS];
};

/* Round trips, by the upper bounds fleet_bounds[] (ns); the last bucket has the longer ones. */
#define FLEET_BUCKETS NP_TRIP_BOUNDS
#define fleet_bounds (np_trip_edges + 1)

struct fleet_counts {
	uint64_t l0_exits, l1_alone, entries, failed_entries, misfits;
	uint64_t trip_ns[NP_TRIPS];
	uint32_t nr_rows;
	struct fleet_row row[FLEET_REASONS];
};

struct fleet_vm {
	char label[FLEET_LABEL]; /* its name, else "pid-4711"; escaped as the page has it */
	uint32_t isa;
	pid_t tgid;   /* of the last that was seen by that name */
	double seen;  /* when */
	struct fleet_counts ended; /* of vCPUs that are gone, and of windows */
	struct fleet_counts now;   /* with those that run */
	uint64_t trips[NP_TRIPS][FLEET_BUCKETS + 1];
};

/* The buckets of a running vCPU as they stood; the kernel's have 32 bits and start over. */
struct fleet_slot {
	uint32_t trips[NP_TRIPS][FLEET_BUCKETS + 1];
};

struct fleet {
	uint32_t nr, max; /* without the one for the others */
	struct fleet_vm *vm;
	struct fleet_vm others;
	bool together;	    /* VMs were added to others */
	double now, before; /* of this round, and of the last */
	struct np_account account; /* scratch */
	uint32_t nr_slots;
	struct fleet_slot *slot;
};

/* -ENOMEM. */
int fleet_init(struct fleet *f, uint32_t max_vms);
void fleet_free(struct fleet *f);

/*
 * A round: begin, all vCPUs, end. VMs that were not seen for `keep` seconds are
 * forgotten then.
 */
void fleet_begin(struct fleet *f, double now);
void fleet_end(struct fleet *f, double keep);

/* The vCPUs that there are, in any order; it is changed. Those that are gone are told of once. */
struct fleet_vcpu {
	uint32_t slot;
	bool gone;
	const struct np_vcpu *v;
};
int fleet_vcpus(struct fleet *f, struct fleet_vcpu *list, uint32_t n,
		const struct np_pools *pools, stat_name_vm name);

/* A stat_each, instead of vCPUs: what was counted in a window. */
int fleet_window(const struct stat_whose *whose, const struct np_account *window,
		 const struct np_trip_hists *trips, void *fleet);

/* For fleet.c and fleet_vcpus.c. */
struct fleet_vm *fleet_vm_of(struct fleet *f, pid_t tgid, const char *name);
void fleet_count(struct fleet_counts *to, const struct np_account *a);
uint32_t fleet_bucket(uint32_t hist_bucket);

#endif
