/* SPDX-License-Identifier: GPL-2.0-only */
/* All that the screen is drawn from, and what the keys do to it. */
#ifndef NESTPROF_TOP_STATE_H
#define NESTPROF_TOP_STATE_H

#include "collector/top/data.h"
#include "collector/top/keys.h"
#include "collector/top/source.h"
#include "collector/top/view.h"

enum top_mode {
	TOP_BROWSING,
	TOP_TYPING, /* the filter */
	TOP_HELPING,
};

struct top_state {
	struct top_data data;
	struct top_view view;
	enum top_mode mode;
	char old_filter[TOP_FILTER]; /* while another is typed */
	double interval;	     /* seconds */
	bool paused, ended, quit;
	bool redraw;		/* the whole screen, for it may have been spoilt */
	uint32_t page;		/* lines of the table that the screen has room for */
	uint32_t help_first;	/* line of the help on the screen */
	double last;		/* reading's time; before the first: NaN */
	struct top_reading now; /* what the screen says; not the last one when paused */
	char note[120];		/* for the last line, until the next key */
};

int top_state_init(struct top_state *s, double interval);
void top_state_free(struct top_state *s);

/* A reading of the source: begins the next interval. */
int top_state_read(struct top_state *s, struct top_source *source);

/* There will be nothing more to count: what was counted last stays on the screen. */
int top_state_end(struct top_state *s);

/* A key, as curses numbers them. 0 or a negative errno. */
int top_state_key(struct top_state *s, int key);

void top_state_note(struct top_state *s, const char *text);

#endif
