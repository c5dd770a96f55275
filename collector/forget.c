// SPDX-License-Identifier: GPL-2.0-only
#include "collector/forget.h"

#include <errno.h>
#include <signal.h>

#include <bpf/bpf.h>

#include "bpf/nested_fsm.h"

static void leave_seat(const struct forgetting *f, uint64_t key)
{
	for (uint32_t i = 0; i < NP_SEATS; i++) {
		if (f->seats[i].key != key)
			continue;
		f->seats[i].key = 0;
		bpf_map_delete_elem(f->seat_taken, &i);
	}
}

void forget_if_ended(const struct forgetting *f, struct np_vcpu *v)
{
	uint64_t key = v->key;

	if (!key || key == NP_KEY_GONE || !kill(v->tgid, 0) || errno != ESRCH)
		return;
	leave_seat(f, key);
	np_fsm_gap(f->pools, v);
	v->key = NP_KEY_GONE;
	bpf_map_delete_elem(f->slot_of, &key);
}
