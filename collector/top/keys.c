// SPDX-License-Identifier: GPL-2.0-only
#include "collector/top/keys.h"

#include <curses.h>

#define CTRL(letter) ((letter) & 0x1f)
#define ESC 0x1b

const struct top_key top_keys[] = {
	{ TOP_ENTER, { '\n', '\r', KEY_ENTER, KEY_RIGHT }, "Enter, Right", "into this line",
	  "Enter in" },
	{ TOP_BACK, { KEY_BACKSPACE, KEY_LEFT, ESC, 0x7f }, "Backspace, Left, Esc",
	  "out again; first drops the filter", "Left out" },
	{ TOP_UP, { KEY_UP, 'k' }, "Up, k", "a line up", NULL },
	{ TOP_DOWN, { KEY_DOWN, 'j' }, "Down, j", "a line down", NULL },
	{ TOP_PAGE_UP, { KEY_PPAGE, CTRL('b') }, "PgUp", "a screen up", NULL },
	{ TOP_PAGE_DOWN, { KEY_NPAGE, CTRL('f') }, "PgDn", "a screen down", NULL },
	{ TOP_HOME, { KEY_HOME, 'g' }, "Home, g", "to the first line", NULL },
	{ TOP_END, { KEY_END, 'G' }, "End, G", "to the last line", NULL },
	{ TOP_SEE_VMS, { '1' }, "1", "all VMs", NULL },
	{ TOP_SEE_VCPUS, { '2' }, "2", "the vCPUs of all VMs", NULL },
	{ TOP_SEE_REASONS, { '3' }, "3", "the exit reasons of all VMs", NULL },
	{ TOP_SEE_COSTS, { '4' }, "4", "what all exits of L2 cost", NULL },
	{ TOP_SORT_RIGHT, { '>', '.' }, ">", "sort by the column to the right", "<> sort" },
	{ TOP_SORT_LEFT, { '<', ',' }, "<", "sort by the column to the left", NULL },
	{ TOP_REVERSE, { 'r' }, "r", "the other way round", NULL },
	{ TOP_FILTER_ASK, { '/' }, "/", "only lines with this text in a name", "/ filter" },
	{ TOP_PAUSE, { 'p', ' ' }, "p, Space", "the screen stands still; counting goes on",
	  "p pause" },
	{ TOP_FASTER, { '-' }, "-", "a shorter interval", NULL },
	{ TOP_SLOWER, { '+', '=' }, "+", "a longer interval", "+- interval" },
	{ TOP_REDRAW, { CTRL('l') }, "Ctrl-L", "draw the screen anew", NULL },
	{ TOP_HELP, { '?', 'h', KEY_F(1) }, "?, h", "this help", "? help" },
	{ TOP_QUIT, { 'q', 'Q' }, "q", "end", "q end" },
};

const uint32_t top_nr_keys = sizeof(top_keys) / sizeof(top_keys[0]);

enum top_action top_key_action(int key)
{
	for (uint32_t i = 0; key && i < top_nr_keys; i++)
		for (int k = 0; k < TOP_KEYS; k++)
			if (top_keys[i].keys[k] == key)
				return top_keys[i].action;
	return TOP_NOTHING;
}
