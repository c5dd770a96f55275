// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/fields_symbols.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Built in, it has no module. */
static bool fits(const struct np_symbol *s)
{
	return !s->module[0] || !strncmp(s->module, "kvm", 3);
}

/* Sites come in many rows; they are counted once. */
static bool is_first(const struct np_fields *f, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (f->access[k].address == f->access[i].address && !f->access[k].unknown)
			return false;
	return true;
}

/* gcc 12 does not see that the row keeps it. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

static int put_name(struct np_access *a, const struct np_symbol *s)
{
	char text[NP_SYMBOL_SIZE];

	a->symbol = strdup(np_symbol_text(text, s));
	return a->symbol ? 0 : -ENOMEM;
}

/* 1: it has a name; 0: none that fits. */
static int name_access(struct np_access *a, const struct np_kallsyms *k)
{
	struct np_symbol s;

	free(a->symbol);
	a->symbol = NULL;
	if (np_kallsyms_find(k, a->address, &s) || !fits(&s))
		return 0;
	return put_name(a, &s) ?: 1;
}

int np_fields_symbolize(struct np_fields *f, const struct np_kallsyms *k, struct np_fit *fit)
{
	*fit = (struct np_fit){ 0 };
	for (uint32_t i = 0; i < f->nr; i++) {
		struct np_access *a = &f->access[i];
		int found;

		if (a->unknown || !a->address)
			continue;
		found = name_access(a, k);
		if (found < 0)
			return found;
		if (is_first(f, i)) {
			fit->sites++;
			fit->misfits += !found;
		}
	}
	return 0;
}
