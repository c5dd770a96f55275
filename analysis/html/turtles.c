// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "analysis/html/page.h"
#include "analysis/html/reports.h"
#include "analysis/turtles.h"

static int model(FILE *out, const struct np_result *r, const struct np_uarch *u)
{
	int err = html_titled(out, np_turtles_trips_title, np_turtles_modelled_trips(r, u));

	if (!err)
		err = html_titled(out, np_turtles_modelled_title, np_turtles_modelled(r, u));
	fputs("<p>", out);
	html_format(out, "The model (docs/turtles.md): instructions, one cycle each, and for every "
			 "exit with its entry %g to %g cycles, as on %s (%s).",
		    u->least, u->most, u->title, u->source);
	fputs("</p>\n", out);
	return err;
}

/* Not without what it is about. */
static int native(FILE *out, const struct np_result *r)
{
	struct np_rows *t = np_turtles_native(r);

	if (!t || np_rows_nr(t))
		return html_titled(out, np_turtles_native_title, t);
	np_rows_free(t);
	return 0;
}

int html_turtles(FILE *out, const struct np_result *r, const struct np_uarch *u)
{
	char title[NP_TURTLES_TITLE];
	int err;

	fputs("<h2>Beside The Turtles Project</h2>\n", out);
	err = html_titled(out, np_turtles_overheads_title(r, title), np_turtles_overheads(r));
	if (!err)
		err = native(out, r);
	if (!err)
		err = html_titled(out, np_turtles_places_title, np_turtles_places(r));
	return !err && np_turtles_has_model(r, u) ? model(out, r, u) : err;
}
