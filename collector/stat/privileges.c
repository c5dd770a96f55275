// SPDX-License-Identifier: GPL-2.0-only
#include "collector/stat/privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/host/hostfs.h"

/* Since Linux 5.8; older headers lack them. */
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF 39
#endif

static int effective_caps(uint64_t *caps)
{
	const char key[] = "\nCapEff:";
	char *text, *line;
	int err = host_read(&text, NULL, "/proc/self/status");

	if (err)
		return err;
	line = strstr(text, key);
	*caps = line ? strtoull(line + strlen(key), NULL, 16) : 0;
	free(text);
	return line ? 0 : -EINVAL;
}

int privileges_check(void)
{
	uint64_t caps;
	bool bpf, perfmon;

	/* Where that cannot be told, the kernel says it. */
	if (effective_caps(&caps) || caps >> CAP_SYS_ADMIN & 1)
		return 0;
	bpf = caps >> CAP_BPF & 1;
	perfmon = caps >> CAP_PERFMON & 1;
	if (bpf && perfmon)
		return 0;
	return fail(NP_EXIT_PRIVILEGE, -EPERM,
		    "tracing KVM takes CAP_BPF and CAP_PERFMON: %s missing; run as root",
		    bpf ? "CAP_PERFMON is" : perfmon ? "CAP_BPF is" : "both are");
}
