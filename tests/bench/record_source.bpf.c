// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events for bench_record, as many as it asks for: what record's programs would
 * write while L2 exits to L1, by the same code and into the same kind of maps.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#include "bpf/events.h"
#include "bpf/record_maps.bpf.h"

char LICENSE[] SEC("license") = "GPL";

struct np_tape vcpus[NP_MAX_VCPUS];

struct run {
	__u32 slot;
	__u32 trips;
};

/* A round trip by L1: nine exits of L1 for one of L2, an event for each and each entry. */
static long round_trip(__u32 i, struct run *r)
{
	static const __u8 reasons[] = { 23, 23, 25, 23, 32, 23, 25, 23, 24 };
	struct np_tape *t = &vcpus[r->slot & (NP_MAX_VCPUS - 1)];

	(void)i;
	record(t, np_event_word(NP_EVENT_EXIT, NP_LEVEL_L2, 10, 0));
	record(t, np_event_word(NP_EVENT_INJECT, 0, 10, 0));
	for (__u32 n = 0; n < sizeof(reasons); n++) {
		hold(t, np_event_word(NP_EVENT_ENTRY, NP_LEVEL_L1, 0, 0));
		record(t, np_event_word(NP_EVENT_EXIT, NP_LEVEL_L1, reasons[n], 0));
	}
	record(t, np_event_word(NP_EVENT_VMENTER, 0, 0, 0));
	hold(t, np_event_word(NP_EVENT_ENTRY, NP_LEVEL_L2, 0, 0));
	return 0;
}

SEC("syscall")
int make_events(struct run *r)
{
	struct run run = *r;

	bpf_loop(run.trips, round_trip, &run, 0);
	return 0;
}
