// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/uarch.h"

#include <stddef.h>
#include <string.h>

static const struct np_uarch table[] = {
#define UARCH(name, title, least, most, source) { #name, title, least, most, source },
#include "analysis/uarch.def"
#undef UARCH
};

const struct np_uarch *np_uarch_at(uint32_t i)
{
	return i < sizeof(table) / sizeof(*table) ? &table[i] : NULL;
}

const struct np_uarch *np_uarch_find(const char *name)
{
	for (uint32_t i = 0; np_uarch_at(i); i++)
		if (!strcmp(np_uarch_at(i)->name, name))
			return np_uarch_at(i);
	return NULL;
}
