// SPDX-License-Identifier: GPL-2.0-only
#include "collector/fields/window.h"

#include <string.h>

void fields_counts_clear(struct fields_counts *c)
{
	np_fields_free(&c->fields);
	memset(&c->account, 0, sizeof(c->account));
}

/* In `gone`, for want of a third account. */
static int subtract(struct fields_window *w, const struct fields_counts *now,
		    struct fields_counts *since)
{
	int err = np_fields_add_all(&since->fields, &now->fields);

	if (!err)
		err = np_fields_add_all(&since->fields, &w->gone.fields);
	if (!err)
		err = np_fields_subtract(&since->fields, &w->before.fields);
	np_account_add(&w->gone.account, &now->account);
	np_account_diff(&since->account, &w->gone.account, &w->before.account);
	return err;
}

int fields_window_turn(struct fields_window *w, const struct fields_counts *now,
		       struct fields_counts *since)
{
	int err;

	fields_counts_clear(since);
	err = subtract(w, now, since);
	fields_counts_clear(&w->gone);
	fields_counts_clear(&w->before);
	w->before.account = now->account;
	return err ? err : np_fields_add_all(&w->before.fields, &now->fields);
}

void fields_window_close(struct fields_window *w)
{
	fields_counts_clear(&w->before);
	fields_counts_clear(&w->gone);
}
