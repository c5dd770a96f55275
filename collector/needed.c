// SPDX-License-Identifier: GPL-2.0-only
#include "collector/needed.h"

#include "bpf/events.h"

static bool enters(const struct np_vcpu *v)
{
	return v->entries && v->key != NP_KEY_GONE;
}

bool types_are_needed(const struct np_vcpu *vcpus, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (enters(&vcpus[i]) && !vcpus[i].typed)
			return true;
	return false;
}

bool types_are_known(const struct np_vcpu *vcpus, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (enters(&vcpus[i]) && vcpus[i].typed)
			return true;
	return false;
}

bool enters_are_needed(const struct np_vcpu *vcpus, uint32_t n)
{
	bool any = false;

	for (uint32_t i = 0; i < n; i++) {
		if (enters(&vcpus[i]) && !vcpus[i].clock.entry_ns)
			return true;
		any |= enters(&vcpus[i]);
	}
	return !any; /* the first that does will find it */
}
