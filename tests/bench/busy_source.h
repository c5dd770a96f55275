/* SPDX-License-Identifier: GPL-2.0-only */
/* A source for the exporter's server: vCPUs that are busy without a KVM. */
#ifndef NESTPROF_BUSY_SOURCE_H
#define NESTPROF_BUSY_SOURCE_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Loads export's programs, with maps for all vCPUs of these VMs; source_open() will give what is
 * made here. 0, or a negative errno and fail().
 */
int busy_open(const pid_t *tgids, uint32_t vms, uint32_t vcpus_of_each);

/* Round trips of all vCPUs, in the programs' own memory. Who forked meanwhile sees them, too. */
void busy_trips(void);

/* How much of its room is in use. */
struct busy_use {
	uint32_t rows, max_rows;
};
struct busy_use busy_use(void);

#endif
