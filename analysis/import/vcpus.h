/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that run vCPUs, and whose code each of their exits ended: L1's or L2's. KVM does
 * not say it in kvm_exit; the nested events around it do. Where the trace lacks these, it
 * follows from where the guest was and where it goes on.
 */
#ifndef NESTPROF_IMPORT_VCPUS_H
#define NESTPROF_IMPORT_VCPUS_H

#include <stdbool.h>

#include "analysis/import/event.h"
#include "analysis/recording/batch.h"
#include "analysis/recording/stream.h"

/* What a recording does not have of an event. */
struct imp_origin {
	uint64_t ns;  /* when it was, also where the event itself does not say */
	uint64_t rip; /* 0: not told */
	uint16_t cpu;
	uint8_t isa; /* enum np_isa; 0: not told */
	bool own;    /* the trace has it: it does not follow from others */
};

/*
 * Who takes the events, as they would be in a recording: not 0 ends the import, which
 * returns that. Between two marks, those of each vCPU come in their order, and before any of
 * its own a vCPU.
 */
struct imp_sink {
	int (*vcpu)(void *arg, const struct rec_stream *s);
	int (*events)(void *arg, uint32_t stream, const struct rec_event *e,
		      const struct imp_origin *from, uint32_t n);
	/* No event before `ns` comes any more; `missed` were lost that are no vCPU's here. */
	int (*mark)(void *arg, uint64_t ns, uint64_t missed);
	void *arg;
};

/* What has come of each type; and what was found out without it. */
struct imp_seen {
	uint64_t events[NP_EVENT_TYPES];
	uint64_t lost, gaps;
	uint64_t inferred_enters, inferred_injects;
	bool rips; /* entries say where the guest goes on */
};

struct imp_vcpus;

struct imp_vcpus *imp_vcpus_new(const struct imp_sink *sink);
void imp_vcpus_free(struct imp_vcpus *v);

/* In the order of their times. 0, or what the sink returned. */
int imp_vcpus_events(struct imp_vcpus *v, const struct imp_event *e, uint32_t n);
int imp_vcpus_finish(struct imp_vcpus *v);

const struct imp_seen *imp_vcpus_seen(const struct imp_vcpus *v);

#endif
