/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One emulated machine (emulator.h says by what), with the guest's first serial port as
 * its console and the second as the way out for results (a tar stream).
 */
#ifndef NESTPROF_MACHINE_H
#define NESTPROF_MACHINE_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/base/fsutil.h"
#include "collector/base/proc.h"
#include "collector/lab/boot_disk.h"

struct emulator;

struct machine_config {
	const char *name;      /* for messages: "machine 1 (shadow-off)" */
	const char *dir;       /* a folder of its own */
	const char *image;     /* the image's folder */
	const struct emulator *emulator;
	const struct boot_disk *boot; /* no longer needed once it has started */
	const char *cpu_model; /* the emulator's name for it: "corei7_haswell_4770" */
	uint32_t cpus;	       /* emulated one after the other, some instructions each */
	uint32_t memory_mib;
	double silence_s;      /* the watchdog: no word from the guest for so long */
	bool verbose;	       /* copy the console to stderr */
};

struct machine;

int machine_start(struct machine **m, const struct machine_config *c);

/* What to wait for; machine_step() takes over when something came. */
#define MACHINE_FDS 5
nfds_t machine_fds(const struct machine *m, struct pollfd fds[MACHINE_FDS]);

/*
 * Takes what came. 0: it runs; 1: it has ended and its results are in
 * machine_results(); negative: it died, hung or panicked (fail() says which,
 * with the end of its console).
 */
int machine_step(struct machine *m);

const char *machine_results(const struct machine *m); /* path of the tar file */
const char *machine_last_line(const struct machine *m);

/* Ends it by force if it still runs. Safe on NULL. */
void machine_free(struct machine *m);

#endif
