// SPDX-License-Identifier: GPL-2.0-only
#include "collector/btf_walk.h"

#include <errno.h>
#include <string.h>

#include <bpf/btf.h>

struct found btf_find(const struct kvm_btf *b, const char *name, uint32_t kind)
{
	const struct btf *const where[] = { b->vendor, b->kvm, b->vmlinux };

	for (size_t i = 0; i < sizeof(where) / sizeof(where[0]); i++) {
		int id = where[i] ? btf__find_by_name_kind(where[i], name, kind) : -ENOENT;

		if (id > 0)
			return (struct found){ where[i], id, 0 };
	}
	return FOUND_NOTHING;
}

struct found btf_plain(struct found f)
{
	const struct btf_type *t = btf__type_by_id(f.btf, f.id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t))) {
		f.id = t->type;
		t = btf__type_by_id(f.btf, f.id);
	}
	return f;
}

const struct btf_type *btf_type_of(struct found f)
{
	return f.btf ? btf__type_by_id(f.btf, f.id) : NULL;
}

/* A field of a struct or union, also one inside an unnamed member. */
static struct found member(struct found in, const char *name, size_t len)
{
	const struct btf_type *t = btf_type_of(in = btf_plain(in));

	for (int i = 0; t && btf_is_composite(t) && i < btf_vlen(t); i++) {
		const struct btf_member *m = btf_members(t) + i;
		const char *its = btf__name_by_offset(in.btf, m->name_off);
		struct found f = { in.btf, m->type,
				   in.offset + btf_member_bit_offset(t, i) / 8 };

		if (its && strlen(its) == len && memcmp(its, name, len) == 0)
			return f;
		if ((!its || !its[0]) && (f = member(f, name, len)).btf)
			return f;
	}
	return FOUND_NOTHING;
}

struct found btf_field(const struct kvm_btf *b, const char *structure, const char *path)
{
	struct found f = btf_find(b, structure, BTF_KIND_STRUCT);

	while (f.btf && *path) {
		size_t len = strcspn(path, ".");

		f = member(f, path, len);
		path += len;
		path += *path == '.';
	}
	return f.btf ? btf_plain(f) : f;
}
