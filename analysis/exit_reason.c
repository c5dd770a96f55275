// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/exit_reason.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "bpf/events.h"

#define UNNAMED "REASON_"

static const char *const names[][NP_REASONS] = {
#define EXIT_REASON(isa, code, name) [NP_ISA_##isa][code] = #name,
#include "bpf/exit_reasons.def"
#undef EXIT_REASON
#define SVM_EXIT(index, code, name) [NP_ISA_SVM][index] = name,
#include "bpf/svm_exits.def"
#undef SVM_EXIT
};

static const char *table_name(uint32_t isa, uint32_t reason)
{
	if (reason >= NP_REASON_OTHER)
		return "OTHER";
	if (isa >= sizeof(names) / sizeof(names[0]))
		return NULL;
	return names[isa][reason];
}

const char *np_exit_reason_name(uint32_t isa, uint32_t reason)
{
	static char unnamed[NP_REASONS][sizeof(UNNAMED) + 2];
	const char *name = table_name(isa, reason);

	if (name)
		return name;
	snprintf(unnamed[reason], sizeof(unnamed[reason]), UNNAMED "%u", reason);
	return unnamed[reason];
}

int np_exit_reason_find(uint32_t isa, const char *name)
{
	for (uint32_t i = 0; i < NP_REASONS; i++)
		if (strcmp(np_exit_reason_name(isa, i), name) == 0)
			return i;
	return -1;
}
