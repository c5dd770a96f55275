// SPDX-License-Identifier: GPL-2.0-only
#include "collector/ab_symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"

/* Sites come in many rows: each is asked for once. */
static const char *known(const struct np_arm_result *arm, uint64_t address)
{
	for (uint32_t i = 0; i < arm->nr_workloads; i++) {
		const struct np_fields *f = &arm->workloads[i]->fields;

		for (uint32_t k = 0; k < f->nr; k++)
			if (f->access[k].address == address && f->access[k].symbol)
				return f->access[k].symbol;
	}
	return NULL;
}

static int name(struct l1 *l1, const struct np_arm_result *arm, struct np_access *a)
{
	char answer[NP_LINE_MAX];
	const char *symbol = known(arm, a->address);
	int err = symbol ? 0 : l1_symbol(l1, a->address, answer);

	if (err)
		return err;
	a->symbol = strdup(symbol ?: answer);
	return a->symbol ? 0 : -ENOMEM;
}

/* "-" is L1's word for none: it was needed to know that it had been asked for. */
static void drop_nameless(struct np_fields *f)
{
	for (uint32_t i = 0; i < f->nr; i++)
		if (f->access[i].symbol && !strcmp(f->access[i].symbol, "-")) {
			free(f->access[i].symbol);
			f->access[i].symbol = NULL;
		}
}

int ab_symbols(struct l1 *l1, struct np_arm_result *arm, uint32_t first)
{
	int err = 0;

	for (uint32_t i = first; !err && i < arm->nr_workloads; i++) {
		struct np_fields *f = &arm->workloads[i]->fields;

		for (uint32_t k = 0; !err && k < f->nr; k++)
			if (f->access[k].address && !f->access[k].unknown)
				err = name(l1, arm, &f->access[k]);
	}
	for (uint32_t i = 0; i < arm->nr_workloads; i++)
		drop_nameless(&arm->workloads[i]->fields);
	if (err != -EREMOTEIO)
		return err;
	log_note("L1 does not name its instructions (%s): they are shown by address",
		 fail_text());
	fail_clear();
	return 0;
}
