/* SPDX-License-Identifier: GPL-2.0-only */
/* analysis/uarch.def, as a table: what hardware takes for a VM exit and entry. */
#ifndef NESTPROF_UARCH_H
#define NESTPROF_UARCH_H

#include <stdint.h>

#define NP_UARCHS "nehalem, haswell, skylake and cascadelake"

struct np_uarch {
	const char *name, *title;
	double least, most; /* cycles of an exit and an entry together */
	const char *source;
};

/* In the order of the file; NULL past the last one. */
const struct np_uarch *np_uarch_at(uint32_t i);
const struct np_uarch *np_uarch_find(const char *name); /* or NULL */

#endif
