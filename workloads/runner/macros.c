// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/runner/macros.h"

#include <stddef.h>
#include <string.h>

static const struct macro macros[] = {
#define WORKLOAD(...)
#define MACRO(name, form, lab, hardware, stresses) { #name, NP_MACRO_##name, lab },
#include "workloads/manifest.def"
#undef WORKLOAD
#undef MACRO
};

static struct linux_vm *up; /* NULL: none */
static uint32_t warm;	    /* a bit for each workload that ran in it */

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
	warm = 0;
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
	warm |= 1u << m->which;
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

int macro_prepare(const struct linux_files *f, const struct macro *m, uint32_t timeout_s)
{
	uint64_t ticks;

	if (m->which == NP_MACRO_boot)
		macro_end();
	if (m->which == NP_MACRO_boot || (up && warm >> m->which & 1))
		return 0;
	return macro_run(f, m, m->warm_up, timeout_s, &ticks);
}
