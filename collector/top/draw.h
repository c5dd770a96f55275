/* SPDX-License-Identifier: GPL-2.0-only */
/* The screen, from the state: onto the terminal that screen.h has opened. */
#ifndef NESTPROF_TOP_DRAW_H
#define NESTPROF_TOP_DRAW_H

#include "collector/top/state.h"

/* What the smallest useful screen has. */
#define TOP_MIN_COLUMNS 32
#define TOP_MIN_LINES 7

void top_draw(struct top_state *s);

#endif
