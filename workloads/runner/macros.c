// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/runner/macros.h"

#include <stddef.h>
#include <string.h>

static const struct macro macros[] = {
#define WORKLOAD(...)
#define MACRO(name, ...) { #name, NP_MACRO_##name },
#include "workloads/manifest.def"
#undef WORKLOAD
#undef MACRO
};

static struct linux_vm *up; /* NULL: none */

const struct macro *macro_find(const char *name)
{
	for (size_t i = 0; name && i < sizeof(macros) / sizeof(*macros); i++)
		if (!strcmp(macros[i].name, name))
			return &macros[i];
	return NULL;
}

void macro_end(void)
{
	linux_end(up);
	up = NULL;
}

static int boot(const struct linux_files *f, uint32_t times, uint64_t *ticks)
{
	uint64_t one;
	int err = 0;

	*ticks = 0;
	while (!err && times--) {
		macro_end();
		err = linux_boot(&up, f, &one);
		*ticks += err ? 0 : one;
	}
	return err;
}

static int run(const struct linux_files *f, const struct macro *m, uint32_t iterations,
	       uint64_t *ticks)
{
	uint64_t boots;
	int err = up ? 0 : boot(f, 1, &boots);

	if (!err)
		err = linux_run(up, m->which, m->name, iterations, ticks);
	if (err)
		macro_end();
	return err;
}

int macro_run(const struct linux_files *f, const struct macro *m, uint32_t iterations,
	      uint32_t timeout_s, uint64_t *ticks)
{
	int err;

	linux_set_timeout(timeout_s);
	err = m->which == NP_MACRO_boot ? boot(f, iterations, ticks)
					: run(f, m, iterations, ticks);
	linux_set_timeout(0);
	return err;
}

int macro_prepare(const struct linux_files *f, uint32_t timeout_s)
{
	uint64_t ticks;

	return up ? 0 : macro_run(f, macro_find("boot"), 1, timeout_s, &ticks);
}
