// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/recording/replay_vcpu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/nested_fsm.h"

/* So many round trips until one has its phases measured. */
#define NEVER (1u << 31)

/* The first rows belong to the slots, as in the kernel. */
int replay_vcpus_init(struct replay_vcpus *v, uint32_t phases_every, uint32_t recorded_every)
{
	if (recorded_every > 1) {
		v->take_every = phases_every > recorded_every ? phases_every / recorded_every : 1;
		phases_every = NEVER;
	}
	v->pools = (struct np_pools){ .rows = calloc(NP_MAX_ROWS, sizeof(struct np_l2_row)),
				      .tallies = calloc(NP_TALLIES, sizeof(struct np_l2_tally)),
				      .nr_rows = NP_MAX_VCPUS,
				      .max_rows = NP_MAX_ROWS,
				      .pages = calloc(NP_MAX_HIST_PAGES + 1,
						      sizeof(struct np_hist_page)),
				      .max_pages = NP_MAX_HIST_PAGES,
				      .phases_every = phases_every };
	return v->pools.rows && v->pools.tallies && v->pools.pages ? 0 : -ENOMEM;
}

void replay_vcpus_free(struct replay_vcpus *v)
{
	free(v->pools.rows);
	free(v->pools.tallies);
	free(v->pools.pages);
}

void replay_vcpu_begin(struct replay_vcpus *v, uint32_t slot, uint32_t isa)
{
	struct np_vcpu *vcpu = &v->vcpu[slot];

	memset(vcpu, 0, sizeof(*vcpu));
	vcpu->isa = isa;
	vcpu->shared_row = slot + 1;
	np_fsm_init(vcpu);
	v->until_taken[slot] = 0;
}

static void free_pages(struct np_pools *p, const struct np_l2_tally *tally)
{
#ifndef NP_LEAN
	for (uint32_t i = 0; i < NP_TRIPS * NP_HIST_PAGES; i++) {
		uint32_t page = tally->page_of[i / NP_HIST_PAGES][i % NP_HIST_PAGES];

		if (!page)
			continue;
		memset(&p->pages[page - 1], 0, sizeof(*p->pages));
		p->pages[page - 1].n[0] = p->free_page;
		p->free_page = page;
	}
#else
	(void)p, (void)tally;
#endif
}

static void free_row(struct np_pools *p, uint32_t index)
{
	struct np_l2_row *row = &p->rows[index - 1];

	free_pages(p, &p->tallies[index]);
	memset(&p->tallies[index], 0, sizeof(*p->tallies));
	memset(row, 0, sizeof(*row));
	if (index <= NP_MAX_VCPUS)
		return;
	row->fate.exits = p->free_row;
	p->free_row = index;
}

void replay_vcpu_end(struct replay_vcpus *v, uint32_t slot)
{
	struct np_vcpu *vcpu = &v->vcpu[slot];

	for (uint32_t i = 0; i < NP_REASONS; i++)
		if (vcpu->row_of[i] && vcpu->row_of[i] != vcpu->shared_row)
			free_row(&v->pools, vcpu->row_of[i]);
	free_row(&v->pools, vcpu->shared_row);
	memset(vcpu, 0, sizeof(*vcpu));
}

/* The recording says whether the round trip that begins has what its phases take. */
static void choose_phases(struct replay_vcpus *v, uint32_t slot, bool detailed)
{
	struct np_clock *clock = &v->vcpu[slot].clock;

	np_clock_stop_phases(&v->pools, clock);
	clock->until_phased = NEVER;
	if (!detailed)
		return;
	if (v->until_taken[slot]) {
		v->until_taken[slot]--;
		return;
	}
	v->until_taken[slot] = v->take_every - 1;
	clock->until_phased = 1;
}

/* What comes seldom is a call of its own: what comes most then has no registers to save. */
#define SELDOM static __attribute__((noinline))

/* As bpf/nested.bpf.c does: an exit that is L1's for certain is not asked whose it is. */
SELDOM void on_other_exit(struct replay_vcpus *v, uint32_t slot, const struct rec_event *e)
{
	bool detailed = e->level == NP_EVENT_DETAILED;
	__u32 reason = np_reason_index(e->reason), level = detailed ? NP_LEVEL_L2 : e->level;
	struct np_vcpu *vcpu = &v->vcpu[slot];

	if (level == NP_LEVEL_L2 && v->take_every)
		choose_phases(v, slot, detailed);
	if (!np_fsm_l1_exit(&v->pools, vcpu, reason, v->times))
		np_fsm_exit(&v->pools, vcpu, reason, level, v->times);
}

static void on_exit_event(struct replay_vcpus *v, uint32_t slot, const struct rec_event *e)
{
	__u32 reason = np_reason_index(e->reason);

	if (e->level >= NP_LEVEL_L2 ||
	    !np_fsm_l1_exit(&v->pools, &v->vcpu[slot], reason, v->times))
		on_other_exit(v, slot, e);
}

SELDOM void on_other_entry(struct replay_vcpus *v, struct np_vcpu *vcpu, uint32_t level)
{
	np_fsm_entry(&v->pools, vcpu, level);
}

static void on_entry_event(struct replay_vcpus *v, struct np_vcpu *vcpu, const struct rec_event *e)
{
	if (v->times && !np_fsm_l1_entry(&v->pools, vcpu))
		on_other_entry(v, vcpu, e->level);
}

static void on_synced(struct np_vcpu *vcpu, const struct rec_event *e)
{
	if (!vcpu->sync_began || e->reason >= NP_SYNCS)
		return;
	vcpu->sync[e->reason].n++;
	vcpu->sync[e->reason].ns += e->ns - vcpu->sync_began;
	vcpu->sync_began = 0;
}

SELDOM void on_other_event(struct replay_vcpus *v, struct np_vcpu *vcpu, const struct rec_event *e)
{
	switch (e->type) {
	case NP_EVENT_VMEXIT:
		return np_fsm_nested_vmexit(vcpu);
	case NP_EVENT_INJECT:
		return np_fsm_inject(&v->pools, vcpu, e->reason, v->times);
	case NP_EVENT_VMENTER:
		return np_fsm_vmenter(&v->pools, vcpu,
				      v->times && e->reason != NP_VMENTER_TOLD_LATE);
	case NP_EVENT_FAILED:
		return np_fsm_vmenter_failed(vcpu);
	case NP_EVENT_SYNC:
		vcpu->sync_began = v->syncs ? e->ns : 0;
		return;
	case NP_EVENT_SYNCED:
		return on_synced(vcpu, e);
	case NP_EVENT_ACCESS:
		return; /* of the exit before, and nothing new */
	default: /* NP_EVENT_GONE, NP_EVENT_LOST: what comes next fits nothing before */
		return np_fsm_gap(&v->pools, vcpu);
	}
}

void replay_vcpu_event(struct replay_vcpus *v, uint32_t slot, const struct rec_event *e)
{
	if (np_event_has_time(e->type))
		v->pools.now = e->ns;
	if (e->type == NP_EVENT_EXIT)
		on_exit_event(v, slot, e);
	else if (e->type == NP_EVENT_ENTRY)
		on_entry_event(v, &v->vcpu[slot], e);
	else
		on_other_event(v, &v->vcpu[slot], e);
}
