// SPDX-License-Identifier: GPL-2.0-only
#include "collector/tracer.h"

#include <errno.h>

#include "collector/base/fail.h"
#include "collector/bpf_log.h"

#include "bpf/empty.skel.h"

int tracer_empty_attach(void **state, pid_t tgid)
{
	struct empty_bpf *skel;
	int err;

	(void)tgid;
	bpf_log_catch();
	skel = empty_bpf__open_and_load();
	err = skel ? empty_bpf__attach(skel) : -errno;
	if (err) {
		empty_bpf__destroy(skel);
		return fail(NP_EXIT_NO_BTF, err, "cannot attach an empty BPF program: %s",
			    bpf_log_line());
	}
	*state = skel;
	return 0;
}

void tracer_empty_detach(void *state)
{
	empty_bpf__destroy(state);
}
