// SPDX-License-Identifier: GPL-2.0-only
#include "collector/failures.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "collector/base/log.h"

struct bpf_link *failures_attach(struct bpf_program *program, bool *told)
{
	struct bpf_link *link = NULL;

	if (bpf_program__fd(program) >= 0)
		link = bpf_program__attach(program);
	if (!link && !*told)
		log_note("this kernel has no tracepoint kvm_nested_vmenter_failed that the "
			 "collector knows: why KVM refuses to enter L2 is not shown");
	*told |= !link;
	return link;
}

int failures_each(const struct bpf_map *map, failures_do each, void *arg)
{
	struct np_failure f, *last = NULL;
	int fd = bpf_map__fd(map), err = 0;
	uint64_t n;

	while (!err && !bpf_map_get_next_key(fd, last, &f)) {
		last = &f;
		if (!bpf_map_lookup_elem(fd, &f, &n))
			err = each(f.slot - 1, &f, n, arg);
	}
	return err;
}

void failures_forget(const struct bpf_map *map, uint32_t slot)
{
	struct np_failure f, *last = NULL;
	int fd = bpf_map__fd(map);

	while (!bpf_map_get_next_key(fd, last, &f)) {
		bool its = f.slot == slot + 1;

		if (its)
			bpf_map_delete_elem(fd, &f);
		last = its ? NULL : &f; /* from the beginning, for what comes after it is unknown */
	}
}
