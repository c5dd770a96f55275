// SPDX-License-Identifier: GPL-2.0-only
#include "collector/session_size.h"

#include <string.h>

#include <bpf/libbpf.h>

#include "bpf/nested_fsm.h"
#include "collector/base/fail.h"
#include "collector/bpf_programs.h"
#include "collector/session_fields.h"

#include "bpf/nested.skel.h"

struct session_size session_size_for(uint32_t vcpus, bool times)
{
	const uint32_t n = vcpus ?: NP_MAX_VCPUS;

	return (struct session_size){
		.vcpus = n,
		.rows = NP_ROWS_PER_VCPU * n,
		.pages = times ? NP_PAGES_PER_VCPU * n : 0,
	};
}

void session_size_maps(const struct session_size *size, struct nested_bpf *skel)
{
	const uint32_t pages = size->pages ?: 1; /* no map is empty */

	bpf_map__set_max_entries(skel->maps.free_slots, size->vcpus);
	bpf_map__set_max_entries(skel->maps.slot_of, size->vcpus);
	bpf_map__set_max_entries(skel->maps.rows, size->rows);
	bpf_map__set_max_entries(skel->maps.free_rows, size->rows);
	bpf_map__set_max_entries(skel->maps.pages, pages);
	bpf_map__set_max_entries(skel->maps.free_pages, pages);
}

static int fill(const struct bpf_map *list, uint32_t from, uint32_t to)
{
	int err = 0;

	for (uint32_t i = from; !err && i <= to; i++)
		err = programs_put_free(list, i);
	return err;
}

int session_fill_free(const struct session_size *size, const struct nested_bpf *skel)
{
	int err = fill(skel->maps.free_slots, 1, size->vcpus);

	if (!err)
		err = fill(skel->maps.free_rows, size->vcpus + 1, size->rows);
	if (!err)
		err = fill(skel->maps.free_pages, 1, size->pages);
	return err ? fail(NP_EXIT_FAILED, err, "cannot fill the collector's lists: %s",
			  strerror(-err))
		   : 0;
}
