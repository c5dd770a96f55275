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

int np_fields_symbolize(struct np_fields *f, const struct np_kallsyms *k, struct np_fit *fit)
{
	*fit = (struct np_fit){ 0 };
	for (uint32_t i = 0; i < f->nr; i++) {
		struct np_access *a = &f->access[i];
		char text[NP_SYMBOL_SIZE];
		struct np_symbol s;
		bool found;

		if (a->unknown || !a->address)
			continue;
		found = !np_kallsyms_find(k, a->address, &s) && fits(&s);
		if (is_first(f, i)) {
			fit->sites++;
			fit->misfits += !found;
		}
		free(a->symbol);
		a->symbol = found ? strdup(np_symbol_text(text, &s)) : NULL;
		if (found && !a->symbol)
			return -ENOMEM;
	}
	return 0;
}
