/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the memory in which programs write raw events (bpf/record_chunks.h) to a
 * recording. Knows nothing of BPF: whoever calls it says where the memory is.
 */
#ifndef NESTPROF_RECORD_DRAIN_H
#define NESTPROF_RECORD_DRAIN_H

#include "analysis/recording/writer.h"
#include "bpf/events.h"
#include "bpf/fields.h"
#include "bpf/record_chunks.h"

struct drain_source {
	struct np_tape *tapes; /* NP_MAX_VCPUS */
	struct np_chunk *chunks;
	uint32_t nr_chunks;
	const struct np_access_row *rows; /* NP_MAX_ACCESS_ROWS; NULL: no accesses are recorded */
	/* Both numbered from 1, as in the programs. */
	void (*free_chunk)(void *arg, uint32_t chunk);
	void (*free_slot)(void *arg, uint32_t slot);
	/* Events that were lost and are no tape's, so far. */
	uint64_t (*missed)(void *arg);
	void (*name_vm)(pid_t tgid, char name[NP_VM_NAME], void *arg);
	void *arg;
};

struct drain;

/* `vcpu`: only this one of each VM, or NP_ANY_VCPU. NULL: no memory. */
struct drain *drain_new(const struct drain_source *s, struct rec_writer *w, uint32_t vcpu);
void drain_free(struct drain *d);

/*
 * Writes what came since the last sweep, and a mark at `now`: a time that was
 * taken (in ns) before. Returns 0 or the writer's error.
 */
int drain_sweep(struct drain *d, uint64_t now);

/* When nothing more is written: what was lost after the last event, too. */
int drain_finish(struct drain *d, uint64_t now);

/* vCPUs that keep all CPUs busy must not keep us from reading: as far as we may. */
void drain_hurry(void);

/* How long to wait for the next sweep, in seconds: less when this one found much. */
double drain_pause(struct drain *d);

#endif
