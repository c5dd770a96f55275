/* SPDX-License-Identifier: GPL-2.0-only */
/* protocol.h, served on the console until "quit". */
#ifndef NESTPROF_MICRO_SERVE_H
#define NESTPROF_MICRO_SERVE_H

void serve(void);

#endif
