// SPDX-License-Identifier: GPL-2.0-only
#include "collector/session_vars.h"

#include <errno.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

static void *variable(const struct btf *btf, void *bss, const char *name)
{
	int id = btf__find_by_name_kind(btf, ".bss", BTF_KIND_DATASEC);
	const struct btf_type *section = id > 0 ? btf__type_by_id(btf, id) : NULL;

	for (int i = 0; section && i < btf_vlen(section); i++) {
		const struct btf_var_secinfo *at = btf_var_secinfos(section) + i;
		const struct btf_type *var = btf__type_by_id(btf, at->type);

		if (!strcmp(btf__name_by_offset(btf, var->name_off), name))
			return (char *)bss + at->offset;
	}
	return NULL;
}

int session_vars_find(struct session_vars *v, const struct bpf_object *o, void *bss)
{
	const struct btf *btf = bpf_object__btf(o);

	*v = (struct session_vars){
		.vcpus = variable(btf, bss, "vcpus"),
		.tallies = variable(btf, bss, "tallies"),
		.seats = variable(btf, bss, "seats"),
		.fields_talk = variable(btf, bss, "fields_talk"),
		.lost_events = variable(btf, bss, "lost_events"),
		.phasing = variable(btf, bss, "phasing"),
	};
	return v->vcpus && v->tallies && v->seats && v->fields_talk && v->lost_events &&
	       v->phasing ? 0 : -ENOENT;
}
