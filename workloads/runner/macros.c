// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/runner/macros.h"

#include <stddef.h>
#include <string.h>

static const struct macro macros[] = {
#define WORKLOAD(...)
#define MACRO(name, ...) { #name },
#include "workloads/manifest.def"
#undef WORKLOAD
#undef MACRO
};

const struct macro *macro_find(const char *name)
{
	for (size_t i = 0; name && i < sizeof(macros) / sizeof(*macros); i++)
		if (!strcmp(macros[i].name, name))
			return &macros[i];
	return NULL;
}

static int boot_again(const struct linux_files *f, const struct macro *m, uint32_t times,
		      uint64_t *ticks)
{
	uint64_t one;
	int err = 0;

	*ticks = 0;
	while (!err && times--) {
		err = linux_run(f, m->name, 1, &one);
		*ticks += err ? 0 : one;
	}
	return err;
}

int macro_run(const struct linux_files *f, const struct macro *m, uint32_t iterations,
	      uint32_t timeout_s, uint64_t *ticks)
{
	int err;

	linux_set_timeout(timeout_s);
	err = strcmp(m->name, "boot") ? linux_run(f, m->name, iterations, ticks)
				      : boot_again(f, m, iterations, ticks);
	linux_set_timeout(0);
	return err;
}
