// SPDX-License-Identifier: GPL-2.0-only
#include "collector/forget.h"

#include <errno.h>
#include <signal.h>

#include <bpf/bpf.h>

#include "bpf/nested_fsm.h"

static void leave_seat(const struct forgetting *f, uint64_t key)
{
	for (uint32_t i = 0; i < NP_SEATS; i++) {
		if (f->seats[i].key != key && f->seats[i].key - NP_UNTYPED != key)
			continue;
		f->seats[i].key = 0;
		bpf_map_delete_elem(f->seat_taken, &i);
	}
}

bool has_ended(uint64_t key, pid_t tgid)
{
	return key && key != NP_KEY_GONE && kill(tgid, 0) && errno == ESRCH;
}

void forget_address(const struct forgetting *f, uint64_t key)
{
	leave_seat(f, key);
	bpf_map_delete_elem(f->slot_of, &key);
}

void forget_if_ended(const struct forgetting *f, struct np_vcpu *v)
{
	uint64_t key = v->key;

	if (!has_ended(key, v->tgid))
		return;
	np_fsm_gap(f->pools, v);
	v->key = NP_KEY_GONE;
	forget_address(f, key);
}
