/* SPDX-License-Identifier: GPL-2.0-only */
/* Which key does what: one table, from which the help is made too. */
#ifndef NESTPROF_TOP_KEYS_H
#define NESTPROF_TOP_KEYS_H

#include <stdint.h>

enum top_action {
	TOP_NOTHING,
	TOP_UP, TOP_DOWN, TOP_PAGE_UP, TOP_PAGE_DOWN, TOP_HOME, TOP_END,
	TOP_ENTER, TOP_BACK,
	TOP_SEE_VMS, TOP_SEE_VCPUS, TOP_SEE_REASONS, TOP_SEE_COSTS,
	TOP_SORT_LEFT, TOP_SORT_RIGHT, TOP_REVERSE,
	TOP_FILTER_ASK,
	TOP_PAUSE, TOP_FASTER, TOP_SLOWER,
	TOP_REDRAW, TOP_HELP, TOP_QUIT,
};

#define TOP_KEYS 4

struct top_key {
	enum top_action action;
	int keys[TOP_KEYS]; /* as curses numbers them; 0: no more */
	const char *names;  /* "Enter, Right" */
	const char *help;
	const char *hint; /* the last line of the screen has these; or NULL */
};

extern const struct top_key top_keys[];
extern const uint32_t top_nr_keys;

enum top_action top_key_action(int key);

#endif
