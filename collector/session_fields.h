/* SPDX-License-Identifier: GPL-2.0-only */
/* The session's part for the VMCS fields that L1 accesses: the programs' rows and sites. */
#ifndef NESTPROF_SESSION_FIELDS_H
#define NESTPROF_SESSION_FIELDS_H

#include "collector/session.h"

struct nested_bpf;

/* The programs' maps themselves. */
struct session_fields {
	struct np_access_row *rows;
	struct np_site *sites;
};

/* Before the programs are loaded; without `wanted` they take next to no memory. */
void session_fields_choose(struct nested_bpf *skel, const struct kvm_hooks *h, bool wanted);

int session_fields_map(struct session_fields *f, const struct nested_bpf *skel);
void session_fields_unmap(struct session_fields *f);

/* The hook that tells where instructions begin is in while one is not clear, or new ones come. */
void session_fields_tend(struct nested_bpf *skel, const struct kvm_hooks *h);

/* As session_each_access(). */
int session_fields_each(const struct session_fields *f, const struct np_vcpu *vcpus,
			session_access each, void *arg);

/* What was a vCPU's, `slot` from 1 on, is free. */
void session_fields_recycle(struct session_fields *f, struct nested_bpf *skel, uint32_t slot);

#endif
