/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs for who has CAP_BPF and CAP_PERFMON, loaded on this machine's kernel, whatever
 * KVM it has: as the session does it, but for the offsets, which are all the same to the verifier.
 */
#ifndef NESTPROF_AT_SESSION_H
#define NESTPROF_AT_SESSION_H

#include <stdlib.h>

#include <bpf/libbpf.h>

#include "bpf/nested_fsm.h"
#include "collector/base/fsutil.h"
#include "collector/choose.h"
#include "collector/nested_at.h"
#include "collector/session_fields.h"
#include "collector/session_size.h"
#include "collector/session_vars.h"

#include "bpf/nested.skel.h"

/* NULL: the object cannot be opened. */
static inline struct nested_bpf *at_session_open(bool times, const struct session_size *size)
{
	const bool has_kprobes = fs_exists("/sys/bus/event_source/devices/kprobe");
	const struct kvm_hooks hooks = { .by_address = true,
					 .infers = true,
					 .has_failed = true,
					 .vmenter_is_event = true,
					 .has_halt = has_kprobes,
					 .vcpu_destroy = has_kprobes };
	const struct session_config c = { .times = times, .paths = true };
	struct nested_bpf *skel = calloc(1, sizeof(*skel));

	if (!skel || nested_bpf__create_skeleton(skel) || nested_at_open(skel->skeleton))
		return NULL;
	session_size_maps(size, skel);
	session_fields_choose(FIELDS_PARTS(skel), &hooks, false);
	choose_programs(skel, &hooks, &c);
	skel->rodata->infers = true;
	skel->rodata->counts_paths = true;
	skel->rodata->at = (struct np_offsets){ 8, 16, 24, 32, 40, 48, 56, 64, 0, 0 };
	return skel;
}

#endif
