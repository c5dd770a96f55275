// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/times.h"

#include <math.h>

double np_times_phase_share(const struct np_times *t, enum np_phase phase)
{
	return t->known && t->phases.ns ? (double)t->phases.phase[phase] / t->phases.ns : NAN;
}

double np_cycles_l0_share(const struct np_cycles *c)
{
	double all = (double)c->l0 + c->guests;

	return c->known && all > 0 ? c->l0 / all : NAN;
}
