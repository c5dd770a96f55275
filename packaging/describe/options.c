// SPDX-License-Identifier: GPL-2.0-only
#include "packaging/describe/options.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_GROUPS 16

struct walk {
	struct option_list *l;
	const char *header[MAX_GROUPS]; /* by group */
};

static void add(struct option_list *l, struct option_line line)
{
	if (l->n == MAX_OPTIONS) {
		fprintf(stderr, "describe: more than %d options\n", MAX_OPTIONS);
		exit(1);
	}
	l->line[l->n++] = line;
}

static const char *doc_of(const struct argp *argp, const struct argp_option *o)
{
	return argp->help_filter ? argp->help_filter(o->key, o->doc, NULL) : o->doc;
}

static void take(struct walk *w, const struct argp *argp, const struct argp_option *o, int group)
{
	char letter = o->key > 0 && o->key <= CHAR_MAX && isprint(o->key) ? o->key : '\0';

	if (!o->name && !letter)
		w->header[group] = o->doc;
	else if (!(o->flags & OPTION_HIDDEN))
		add(w->l,
		    (struct option_line){ letter, o->name, o->arg, doc_of(argp, o), NULL, group });
}

/* A child with a header is a group of its own; one without shares its parent's. */
static void walk(struct walk *w, const struct argp *argp, int own_group)
{
	const struct argp_option *o = argp->options;
	int group = own_group;

	for (; o && (o->name || o->key || o->doc); o++) {
		if (o->group && !own_group)
			group = o->group;
		take(w, argp, o, group);
	}
	for (const struct argp_child *c = argp->children; c && c->argp; c++) {
		int inner = c->header ? c->group : own_group;

		if (c->header)
			w->header[inner] = c->header;
		walk(w, c->argp, inner);
	}
}

/* An insertion sort, which leaves equals as they were. */
static void sort(struct option_list *l)
{
	for (uint32_t i = 1; i < l->n; i++) {
		struct option_line line = l->line[i];
		uint32_t k = i;

		for (; k && l->line[k - 1].group > line.group; k--)
			l->line[k] = l->line[k - 1];
		l->line[k] = line;
	}
}

void options_of(const struct argp *argp, struct option_list *l)
{
	struct walk w = { .l = l };

	l->n = 0;
	walk(&w, argp, 0);
	for (uint32_t i = 0; i < l->n; i++)
		l->line[i].header = w.header[l->line[i].group];
	sort(l);
	add(l, (struct option_line){ '?', "help", NULL, "Give this help list", NULL, MAX_GROUPS });
	add(l, (struct option_line){ 0, "usage", NULL, "Give a short usage message", NULL,
				     MAX_GROUPS });
}
