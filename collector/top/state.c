// SPDX-License-Identifier: GPL-2.0-only
#include "collector/top/state.h"

#include <ctype.h>
#include <curses.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

int top_state_init(struct top_state *s, double interval)
{
	memset(s, 0, sizeof(*s));
	s->interval = interval;
	s->page = 1;
	s->last = NAN;
	top_view_init(&s->view);
	return top_data_init(&s->data);
}

void top_state_free(struct top_state *s)
{
	top_view_free(&s->view);
	top_data_free(&s->data);
}

void top_state_note(struct top_state *s, const char *text)
{
	snprintf(s->note, sizeof(s->note), "%s", text);
}

int top_state_read(struct top_state *s, struct top_source *source)
{
	struct top_reading r = { 0 };
	int err;

	top_data_begin(&s->data);
	err = source->read(source, s->data.model, &r);
	if (err)
		return err;
	top_data_end(&s->data, isnan(s->last) ? 0 : r.time - s->last);
	s->last = r.time;
	if (!s->paused)
		s->now = r;
	if (r.note)
		top_state_note(s, r.note);
	return top_view_build(&s->view, &s->data);
}

static int pause_screen(struct top_state *s)
{
	int err = 0;

	s->paused = !s->paused;
	if (s->paused)
		err = top_data_freeze(&s->data);
	else
		top_data_thaw(&s->data);
	return err;
}

int top_state_end(struct top_state *s)
{
	s->ended = true;
	top_state_note(s, "The virtual machine has ended; these are its last counts. q ends.");
	return s->paused ? 0 : pause_screen(s);
}

/* The next in a row that everybody finds easy: 0.1, 0.2, 0.5, 1, 2, 5, ... */
static double next_interval(double now, bool longer)
{
	static const double steps[] = { 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60 };
	const int n = sizeof(steps) / sizeof(steps[0]);

	if (longer) {
		for (int i = 0; i < n; i++)
			if (steps[i] > now * 1.001)
				return steps[i];
	} else {
		for (int i = n - 1; i >= 0; i--)
			if (steps[i] < now * 0.999)
				return steps[i];
	}
	return now;
}

static void enter(struct top_state *s)
{
	struct top_view *v = &s->view;

	if (!top_view_enter(v) && v->level == TOP_REASONS)
		top_state_note(s, "An exit of L1 alone makes no others.");
}

/* One step: the filter, or the level. */
static void back(struct top_state *s)
{
	struct top_looks *l = top_view_looks(&s->view);

	if (l->filter[0])
		l->filter[0] = '\0';
	else
		top_view_back(&s->view);
}

static void ask_filter(struct top_state *s)
{
	struct top_looks *l = top_view_looks(&s->view);

	memcpy(s->old_filter, l->filter, sizeof(l->filter));
	l->filter[0] = '\0';
	s->mode = TOP_TYPING;
}

static void move_by(struct top_state *s, enum top_action action)
{
	int page = s->page ? s->page : 1, all = s->view.nr_items;
	const int lines[] = { [TOP_UP] = -1,	      [TOP_DOWN] = 1,
			      [TOP_PAGE_UP] = -page, [TOP_PAGE_DOWN] = page,
			      [TOP_HOME] = -all,     [TOP_END] = all };

	top_view_move(&s->view, lines[action]);
}

static int act(struct top_state *s, enum top_action action)
{
	switch (action) {
	case TOP_UP ... TOP_END:
		move_by(s, action);
		return 0;
	case TOP_ENTER:
		enter(s);
		return 0;
	case TOP_BACK:
		back(s);
		return 0;
	case TOP_SEE_VMS ... TOP_SEE_COSTS:
		top_view_level(&s->view, action - TOP_SEE_VMS + TOP_VMS);
		return 0;
	case TOP_SORT_LEFT:
	case TOP_SORT_RIGHT:
		top_view_sort(&s->view, action == TOP_SORT_LEFT ? -1 : 1);
		return 0;
	case TOP_REVERSE:
		top_view_reverse(&s->view);
		return 0;
	case TOP_FILTER_ASK:
		ask_filter(s);
		return 0;
	case TOP_PAUSE:
		return s->ended ? 0 : pause_screen(s);
	case TOP_FASTER:
	case TOP_SLOWER:
		s->interval = next_interval(s->interval, action == TOP_SLOWER);
		return 0;
	case TOP_REDRAW:
		s->redraw = true;
		return 0;
	case TOP_HELP:
		s->mode = TOP_HELPING;
		s->help_first = 0;
		return 0;
	case TOP_QUIT:
		s->quit = true;
		return 0;
	default:
		return 0;
	}
}

/* Each letter takes effect at once. Bytes beyond ASCII are a name's too. */
static void type(struct top_state *s, int key)
{
	char *filter = top_view_looks(&s->view)->filter;
	size_t n = strlen(filter);

	if (key == '\n' || key == '\r' || key == KEY_ENTER) {
		s->mode = TOP_BROWSING;
	} else if (key == 0x1b) {
		memcpy(filter, s->old_filter, TOP_FILTER);
		s->mode = TOP_BROWSING;
	} else if (key == KEY_BACKSPACE || key == 0x7f || key == '\b') {
		/* A character of several bytes goes as a whole. */
		while (n && (filter[--n] & 0xc0) == 0x80)
			;
		filter[n] = '\0';
	} else if (key > 0 && key < 256 && (key > 0x7f || isprint(key)) && n + 1 < TOP_FILTER) {
		filter[n] = key;
		filter[n + 1] = '\0';
	}
}

static void help(struct top_state *s, int key)
{
	switch (top_key_action(key)) {
	case TOP_DOWN:
	case TOP_PAGE_DOWN:
		if (s->help_first + 1 < top_nr_keys)
			s->help_first++;
		break;
	case TOP_UP:
	case TOP_PAGE_UP:
		s->help_first -= s->help_first > 0;
		break;
	case TOP_REDRAW:
		s->redraw = true;
		break;
	default:
		s->mode = TOP_BROWSING;
		break;
	}
}

int top_state_key(struct top_state *s, int key)
{
	int err = 0;

	s->note[0] = '\0';
	if (s->mode == TOP_TYPING)
		type(s, key);
	else if (s->mode == TOP_HELPING)
		help(s, key);
	else
		err = act(s, top_key_action(key));
	return err ? err : top_view_build(&s->view, &s->data);
}
