// SPDX-License-Identifier: GPL-2.0-only
#include "collector/host/ready.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/host/facts.h"
#include "collector/host/kvm_module.h"

int host_recover(void)
{
	char what[200];

	return kvm_module_left_behind(what, sizeof(what)) ? kvm_module_recover() : 0;
}

/* --qemu names another program than the one that doctor looks for. */
static void forgive_missing_qemu(struct facts *f)
{
	for (uint32_t i = 0; i < f->n; i++)
		if (!strcmp(f->fact[i].name, DEFAULT_QEMU))
			f->fact[i].needed_by = 0;
}

int host_check(const char *qemu)
{
	struct facts *f = calloc(1, sizeof(*f));
	const struct fact *first;
	int err = 0;

	if (!f)
		return -ENOMEM;
	facts_gather(f);
	if (strcmp(qemu, DEFAULT_QEMU))
		forgive_missing_qemu(f);
	if (!facts_allow(f, FOR_AB, &first))
		err = fail(first->exit_code, -EPERM, "%s: %s%s%s", first->name, first->found,
			   first->remedy[0] ? "; " : "", first->remedy);
	free(f);
	return err;
}
