/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs that write raw events down: loaded, attached, detached, closed. */
#ifndef NESTPROF_RECORD_SESSION_H
#define NESTPROF_RECORD_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bpf/events.h"
#include "collector/bpf_programs.h"
#include "collector/record/drain.h"

struct record_session;

struct record_config {
	pid_t tgid;   /* only this process's VMs; 0: all */
	bool entries; /* kvm_entry, too: without, nothing can be timed */
	bool syncs;   /* copies between vmcs12 and the shadow VMCS, too */
	bool fields;  /* L1's accesses to its VMCS, too */
	uint32_t phases_every; /* entries into L1 in one of so many round trips; 0: in all */
	uint64_t buffer; /* bytes of memory for events that were not read yet */
};

/* As session_open_with(); NP_EXIT_NO_BTF as well where modules have no BTF. */
int record_session_open(struct record_session **s, const struct record_config *c);
bool record_session_has_entry(const struct record_session *s);
bool record_session_has_fields(const struct record_session *s);
bool record_session_has_sync(const struct record_session *s, enum np_sync which);

int record_session_attach(struct record_session *s);
void record_session_detach(struct record_session *s);
/* To be called now and then; see session_tend(). */
void record_session_tend(struct record_session *s);
/* What is to be known of L1's accesses that are not in the recording. */
void record_session_tell(struct record_session *s);

/* Where the events are. `name_vm` is left to the caller. */
void record_session_source(struct record_session *s, struct drain_source *source);
void record_session_runs(const struct record_session *s, struct session_runs *runs);

/* Safe on NULL. */
void record_session_close(struct record_session *s);

#endif
