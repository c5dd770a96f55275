/* SPDX-License-Identifier: GPL-2.0-only */
/* A process brought to a stand, every thread of it. */
#ifndef NESTPROF_FREEZE_H
#define NESTPROF_FREEZE_H

#include <sys/types.h>

/*
 * SIGSTOP, then wait until each thread has stopped. -ESRCH: the process has
 * ended; -ETIMEDOUT: a thread does not stop; -EINTR: np_interrupted().
 */
int freeze_process(pid_t pid);
int thaw_process(pid_t pid);

#endif
