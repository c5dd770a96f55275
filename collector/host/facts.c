// SPDX-License-Identifier: GPL-2.0-only
#include "collector/host/facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "collector/host/probe.h"
#include "collector/host/vendor.h"

void fact_found(struct fact *f, enum fact_state state, const char *fmt, ...)
{
	va_list ap;

	f->state = state;
	va_start(ap, fmt);
	vsnprintf(f->found, sizeof(f->found), fmt, ap);
	va_end(ap);
}

void fact_remedy(struct fact *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->remedy, sizeof(f->remedy), fmt, ap);
	va_end(ap);
}

static void look_at_all(struct facts *f, const struct probe *p)
{
	enum np_isa isa = kvm_vendor()->isa;

	for (; p->name && f->n < MAX_FACTS; p++) {
		struct fact *fact = &f->fact[f->n];

		if (p->isa && p->isa != isa)
			continue;
		f->n++;
		fact->name = p->name;
		fact->needed_by = p->needed_by;
		fact->exit_code = p->exit_code;
		fact->state = FACT_UNKNOWN;
		p->look(fact, p->arg);
	}
}

void facts_gather(struct facts *f)
{
	memset(f, 0, sizeof(*f));
	look_at_all(f, probes_cpu);
	look_at_all(f, probes_svm);
	look_at_all(f, probes_kvm);
	look_at_all(f, probes_kernel);
	look_at_all(f, probes_lab);
}

bool facts_allow(const struct facts *f, enum fact_needed_by command, const struct fact **first)
{
	for (uint32_t i = 0; i < f->n; i++) {
		const struct fact *fact = &f->fact[i];

		if (fact->state != FACT_MISSING || !(fact->needed_by & command))
			continue;
		if (first)
			*first = fact;
		return false;
	}
	return true;
}
