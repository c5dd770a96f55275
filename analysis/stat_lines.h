/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines of an interval: who exited, for which reason, and what came of it. */
#ifndef NESTPROF_STAT_LINES_H
#define NESTPROF_STAT_LINES_H

#include "analysis/stat_model.h"

enum stat_kind {
	STAT_L2,     /* an exit of L2 */
	STAT_THIRD,  /* ... by an instruction of VMX: L2 runs a hypervisor itself */
	STAT_L1,     /* an exit of L1 while it handled none of L2 */
	STAT_OTHERS, /* what --min-share leaves out, together */
};

/* How round trips are distributed, in ns; all 0 where that is not known. */
struct stat_trips {
	uint64_t p50, p90, p99, p999, max;
};

struct stat_line {
	struct stat_whose whose;
	enum stat_kind kind;
	uint32_t isa;
	uint32_t reason;
	struct np_row row; /* of L1's exits, only .exits */
	struct stat_trips trips[NP_TRIPS]; /* not of STAT_OTHERS */
	bool paths;	   /* row.slow is known */
	double seconds;	   /* that it took */
	uint64_t all;	   /* L0's exits meanwhile, of all lines */
};

/* What there is to say of one VM, one vCPU, or all. */
struct stat_group {
	struct stat_whose whose;
	uint64_t l0_exits; /* all that are on lines */
	uint64_t l2_exits, entries, failed_entries, desyncs;
	uint64_t unfinished; /* exits of L1 for L2 exits not yet resumed: a level */
	struct np_sync_sum sync[NP_SYNCS]; /* copies between vmcs12 and the shadow VMCS */
	uint64_t caused, synthetic; /* of all L2 exits; see struct np_row */
	double seconds; /* that it took */
	uint64_t all;	/* L0's exits meanwhile, of all groups */
};

struct stat_lines {
	bool paths; /* to be set before: fast and slow path were told apart */
	bool idle; /* to be set before: groups without an exit are wanted too */
	double seconds;
	uint32_t nr_lines, nr_groups;
	struct stat_line *line;
	struct stat_group *group;
	struct stat_failures failures; /* of those the CPU's own; stat_model_failures() has KVM's */
};

/* A stat_each: the window's lines and its group are added to a struct stat_lines. */
int stat_lines_add(const struct stat_whose *whose, const struct np_account *window,
		   const struct np_trip_hists *trips, void *lines);
void stat_lines_free(struct stat_lines *l);

struct stat_metric;

/*
 * When all were added: shares are known; lines with less than `min_share` % of
 * all L0 exits become one; the rest is in the order of `sort` (largest first,
 * names from A on) within each VM or vCPU.
 */
int stat_lines_finish(struct stat_lines *l, double seconds, double min_share,
		      const struct stat_metric *sort);

/* All exits to L0 on the line's account: its own, and those that L1 made for it. */
uint64_t stat_line_l0_exits(const struct stat_line *l);

/* Adds the counters of one line to another's; of whom and of what that is, is up to the caller. */
void stat_line_sum(struct stat_line *to, const struct stat_line *from);

/* "L2", "third level"; and the name of the exit reason. */
const char *stat_kind_name(enum stat_kind kind);
const char *stat_reason_name(const struct stat_line *l);

bool stat_same_whose(const struct stat_whose *a, const struct stat_whose *b);

#endif
