/* SPDX-License-Identifier: GPL-2.0-only */
/* The terminal: taken, watched, given back as it was. */
#ifndef NESTPROF_TOP_SCREEN_H
#define NESTPROF_TOP_SCREEN_H

#include <stdint.h>

/* 0, or fail()s with NP_EXIT_TERMINAL and says what is wrong with it. */
int screen_check(int min_columns, int min_lines);

int screen_open(void);
/* Can be called again, and without screen_open(). */
void screen_close(void);

enum screen_event {
	SCREEN_TIME,   /* it is `until` */
	SCREEN_KEY,    /* one was pressed */
	SCREEN_CHANGE, /* of size, or we were stopped: draw it all anew */
	SCREEN_SIGNAL, /* to end; see np_interrupted() */
	SCREEN_GONE,   /* the terminal is */
	SCREEN_FD,     /* the other fd is readable */
};

/* Waits for the first of these; `fd` may be -1. By wait_now()'s clock. */
enum screen_event screen_wait(double until, int fd, int *key);

/* Attributes of text; 0 without colours, or when NO_COLOR is set. */
enum screen_colour { SCREEN_ALARM = 1, SCREEN_PATH, SCREEN_HINT };
uint32_t screen_colour(enum screen_colour which);

#endif
