// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/fields_symbols.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* In Linux only that module has the instructions; built in, it has no name. */
static const char *module_of_vmx(const struct np_kallsyms *k)
{
	return np_kallsyms_has_module(k, "kvm_intel") ? "kvm_intel" : "";
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
static int name_access(struct np_access *a, const struct np_kallsyms *k, const char *module)
{
	struct np_symbol s;

	free(a->symbol);
	a->symbol = NULL;
	if (np_kallsyms_find(k, a->address, &s) || strcmp(s.module, module))
		return 0;
	return put_name(a, &s) ?: 1;
}

int np_fields_symbolize(struct np_fields *f, const struct np_kallsyms *k, struct np_fit *fit)
{
	const char *module = module_of_vmx(k);

	*fit = (struct np_fit){ 0 };
	for (uint32_t i = 0; i < f->nr; i++) {
		struct np_access *a = &f->access[i];
		int found;

		if (a->unknown || !a->address)
			continue;
		found = name_access(a, k, module);
		if (found < 0)
			return found;
		if (is_first(f, i)) {
			fit->sites++;
			fit->misfits += !found;
		}
	}
	return 0;
}
