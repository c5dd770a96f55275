/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kvm_intel was like before the first change, on disk: kept from then
 * until it has been put back. And the lock that lets one nestprof ab run.
 */
#ifndef NESTPROF_JOURNAL_H
#define NESTPROF_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "collector/host/kvm_params.h"

#define JOURNAL_DIR "/run/nestprof"
#define JOURNAL_PATH JOURNAL_DIR "/ab.journal"
#define LOCK_PATH JOURNAL_DIR "/ab.lock"

struct journal {
	pid_t pid;	     /* the writer, told from a later process of that PID */
	uint64_t start_time; /* ... by its start, in clock ticks since boot */
	char boot_id[40];
	bool loaded; /* kvm_intel was */
	bool common_loaded; /* kvm was */
	struct kvm_params params;
};

/* Fills in this process and this boot. */
int journal_sign(struct journal *j);

int journal_write(const struct journal *j);
/* -ENOENT: there is none; -EBADMSG: damaged. */
int journal_read(struct journal *j);
int journal_remove(void);

bool journal_of_this_boot(const struct journal *j);
bool journal_writer_alive(const struct journal *j);

/* -EBUSY, and the holder's PID (0: unknown), when another process has it. */
int ab_lock_take(pid_t *holder);
/* Takes the file, and the folder when it is empty, away with it. */
void ab_lock_drop(void);

#endif
