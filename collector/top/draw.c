// SPDX-License-Identifier: GPL-2.0-only
#include "collector/top/draw.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "collector/top/layout.h"
#include "collector/top/screen.h"
#include "collector/top/summary.h"
#include "collector/top/text.h"

/* In `width` columns from x on; what is there is overwritten. */
static void put(int y, int x, uint32_t width, const char *text, bool at_right)
{
	char line[TOP_LINE];

	mvaddstr(y, x, top_text_fit(line, sizeof(line), text, width, at_right));
}

static void put_line(int y, const char *text, attr_t how)
{
	attrset(how);
	put(y, 0, COLS, text, false);
	attrset(A_NORMAL);
}

/* The one thing to look at; in alarm when its counts are not all there are. */
static void draw_summary(struct top_state *s)
{
	char line[TOP_LINE];

	top_summary(s, COLS, line);
	put_line(0, line, A_BOLD | (s->now.lost ? screen_colour(SCREEN_ALARM) : 0));
}

static void draw_path(const struct top_state *s)
{
	char where[TOP_LINE], how[TOP_LINE];
	uint32_t room;

	top_where(s, where);
	top_how(s, COLS, how);
	room = top_text_width(how);
	if (room > (uint32_t)COLS)
		room = COLS;
	put_line(1, "", A_NORMAL);
	if (room + 1 < (uint32_t)COLS) {
		attrset(screen_colour(SCREEN_PATH));
		put(1, 0, COLS - room - 1, where, false);
		attrset(A_NORMAL);
	}
	put(1, COLS - room, room, how, true);
}

static int draw_details(const struct top_state *s, int y)
{
	char line[TOP_LINE];
	uint32_t next = 0;

	if (s->view.level != TOP_COSTS || !s->view.line || LINES < 20)
		return y;
	for (int i = 0; i < LINES / 3; i++) {
		next = top_detail(s, next, COLS, line);
		put_line(y++, line, A_NORMAL);
		if (!next)
			break;
	}
	return y;
}

static void draw_title(const struct top_place *p, int y, attr_t how)
{
	char upper[TOP_CELL], lower[TOP_CELL];
	bool at_right = !p->column->is_text;

	top_title(p->column, upper, lower);
	attrset(how);
	put(y, p->x, p->width, upper, at_right);
	put(y + 1, p->x, p->width, lower, at_right);
	attrset(A_NORMAL);
}

static int draw_titles(const struct top_state *s, const struct top_layout *l, int y)
{
	const char *sort = s->view.looks[s->view.level].sort;

	put_line(y, "", A_NORMAL);
	put_line(y + 1, "", A_NORMAL);
	for (uint32_t i = 0; i < l->n; i++) {
		bool sorted = !strcmp(l->place[i].column->column->key, sort);

		draw_title(&l->place[i], y, sorted ? A_BOLD | A_UNDERLINE : A_BOLD);
	}
	return y + 2;
}

static void draw_item(const struct top_layout *l, const struct top_item *item, int y, attr_t how)
{
	char text[TOP_CELL];

	put_line(y, "", how);
	attrset(how);
	for (uint32_t i = 0; i < l->n; i++) {
		const struct top_place *p = &l->place[i];

		top_cell(p->column, item, text);
		put(y, p->x, p->width, text, !p->column->is_text);
	}
	attrset(A_NORMAL);
}

static void draw_table(struct top_state *s, int y)
{
	struct top_view *v = &s->view;
	struct top_layout l;
	uint32_t first, at = top_view_at(v);

	top_layout_make(&l, v, COLS);
	y = draw_titles(s, &l, y);
	s->page = LINES - 1 - y;
	first = top_view_first(v, s->page);
	for (uint32_t i = 0; i < s->page; i++) {
		if (first + i < v->nr_items)
			draw_item(&l, &v->items[first + i], y + i,
				  first + i == at ? A_REVERSE : A_NORMAL);
		else
			put_line(y + i, i ? "" : "no exits in this interval", A_NORMAL);
	}
}

static void draw_last_line(struct top_state *s)
{
	char line[TOP_LINE];

	if (s->mode == TOP_TYPING) {
		snprintf(line, sizeof(line), "only lines with: %s_",
			 top_view_looks(&s->view)->filter);
		put_line(LINES - 1, line, A_BOLD);
	} else if (s->note[0]) {
		put_line(LINES - 1, s->note, A_BOLD | screen_colour(SCREEN_ALARM));
	} else {
		top_hints(COLS, line);
		put_line(LINES - 1, line, screen_colour(SCREEN_HINT));
	}
}

static void draw_help(const struct top_state *s)
{
	char line[TOP_LINE];

	put_line(0, "Keys", A_BOLD);
	for (int y = 1; y + 1 < LINES; y++) {
		uint32_t i = s->help_first + y - 1;

		line[0] = '\0';
		if (i < top_nr_keys)
			snprintf(line, sizeof(line), "  %-21s %s", top_keys[i].names,
				 top_keys[i].help);
		put_line(y, line, A_NORMAL);
	}
	put_line(LINES - 1, "Up, Down: the other keys; any other: back. See docs/top.md.",
		 screen_colour(SCREEN_HINT));
}

static void draw_too_small(void)
{
	char line[80];

	erase();
	snprintf(line, sizeof(line), "too small: wants %dx%d", TOP_MIN_COLUMNS, TOP_MIN_LINES);
	put_line(0, line, A_NORMAL);
}

void top_draw(struct top_state *s)
{
	if (s->redraw)
		clearok(curscr, TRUE);
	s->redraw = false;
	if (COLS < TOP_MIN_COLUMNS || LINES < TOP_MIN_LINES) {
		draw_too_small();
	} else if (s->mode == TOP_HELPING) {
		draw_help(s);
	} else {
		draw_summary(s);
		draw_path(s);
		draw_table(s, draw_details(s, 2));
		draw_last_line(s);
	}
	refresh();
}
