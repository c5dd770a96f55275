/* SPDX-License-Identifier: GPL-2.0-only */
/* A session's part for the VMCS fields that L1 accesses: the programs' rows and sites. */
#ifndef NESTPROF_SESSION_FIELDS_H
#define NESTPROF_SESSION_FIELDS_H

#include "bpf/fields.h"
#include "collector/session.h"

/* What bpf/fields.bpf.h has put into the programs of a skeleton, whichever that is. */
struct fields_parts {
	struct bpf_program *entry_access, *learn_start;
	struct bpf_map *rows, *sites;
	struct bpf_link **entry_link, **start_link;
};

#define FIELDS_PARTS(skel)                                                                         \
	(&(const struct fields_parts){ (skel)->progs.entry_access, (skel)->progs.learn_start,      \
				       (skel)->maps.access_rows, (skel)->maps.sites,               \
				       &(skel)->links.entry_access, &(skel)->links.learn_start })

/* The programs' maps themselves. */
struct session_fields {
	struct np_access_row *rows;
	struct np_site *sites;
	struct np_fields_talk *talk;
	bool rests;    /* the hook on entries, now and again */
	uint32_t turn; /* so many since it was in for the time */
	uint32_t rows_seen, quiet; /* for so many no new rows came */
	uint32_t enlightened; /* vCPUs of L1, at most at a time: VMs end */
	bool told; /* of these */
};

/* For who can do nothing without: fail(). */
int session_fields_refuse(void);

/* Before the programs are loaded; without `wanted` they take next to no memory. */
void session_fields_choose(const struct fields_parts *p, const struct kvm_hooks *h, bool wanted);

int session_fields_map(struct session_fields *f, const struct fields_parts *p,
		       struct np_fields_talk *talk);
void session_fields_unmap(struct session_fields *f);

/* A vCPU's access, by its slot from 0 on; NULL: the slot is free, or its vCPU is gone. */
typedef const struct np_access_state *(*fields_state)(const void *arg, uint32_t slot);

/*
 * When all hooks were put in. With `rests` the one on entries need not stay: accesses
 * are then seen at L1's next exit, and it only tells how long they take.
 */
void session_fields_attached(struct session_fields *f, bool rests);

/*
 * To be called ten times a second. The hook that tells where instructions begin is in
 * while one is not clear, or new ones come; that on entries then and now and again.
 */
void session_fields_tend(struct session_fields *f, const struct fields_parts *p,
			 const struct kvm_hooks *h, fields_state state, const void *arg);

/* How many vCPUs of L1 have their VMCS in memory, and access it without exits: said once. */
uint32_t session_fields_enlightened(struct session_fields *f, fields_state state,
				    const void *arg);

/* As session_each_access(). */
int session_fields_each(const struct session_fields *f, const struct np_vcpu *vcpus,
			session_access each, void *arg);

/* What was a vCPU's, `slot` from 1 on, is free. */
void session_fields_recycle(struct session_fields *f, uint32_t slot);

#endif
