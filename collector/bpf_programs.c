// SPDX-License-Identifier: GPL-2.0-only
#include "collector/bpf_programs.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "collector/base/fail.h"
#include "collector/bpf_log.h"

/* Kernels before 5.11 count maps as locked memory. */
#define CHARGED ", or raise the limit of locked memory (ulimit -l)"

int programs_probe(struct kvm_hooks *h)
{
	struct kvm_btf btf;
	int err = kvm_btf_open(&btf);

	if (!err)
		err = kvm_btf_judge(&btf, h);
	kvm_btf_close(&btf);
	return err;
}

int programs_cannot(const char *what, int err)
{
	const char *said = bpf_log_line();

	if (err == -EPERM || err == -EACCES)
		return fail(NP_EXIT_PRIVILEGE, err,
			    "cannot %s the BPF programs: %s; run as root (it takes CAP_BPF, "
			    "CAP_PERFMON, and CAP_SYS_ADMIN for the modules' BTF)%s",
			    what, said[0] ? said : strerror(-err),
			    strstr(said, "failed to create: ") ? CHARGED : "");
	return fail(NP_EXIT_NO_BTF, err, "this kernel cannot %s the BPF programs: %s", what,
		    said[0] ? said : strerror(-err));
}

#define KPTR "kptr"

void programs_forget_kptrs(const struct bpf_object *o)
{
	const struct btf *btf = bpf_object__btf(o);

	for (uint32_t i = 1; btf && i < btf__type_cnt(btf); i++) {
		struct btf_type *t = (struct btf_type *)btf__type_by_id(btf, i);

		if (btf_is_type_tag(t) && !strcmp(btf__name_by_offset(btf, t->name_off), KPTR))
			t->name_off++; /* a tag has to have a name: what is left of it */
	}
}

void *programs_map(const struct bpf_map *map, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	if (p == MAP_FAILED)
		fail(NP_EXIT_FAILED, -errno, "cannot map the programs' memory: %s",
		     strerror(errno));
	return p == MAP_FAILED ? NULL : p;
}

void programs_hook(const struct bpf_program *program, struct bpf_link **link, bool in)
{
	if (*link && !in) {
		bpf_link__destroy(*link);
		*link = NULL;
	} else if (!*link && in) {
		*link = bpf_program__attach(program);
	}
}

int programs_put_free(const struct bpf_map *list, uint32_t index)
{
	return bpf_map_update_elem(bpf_map__fd(list), NULL, &index, BPF_ANY);
}

void programs_runs(const struct bpf_object *o, const struct bpf_program *harmless,
		   struct session_runs *runs, uint64_t *missed)
{
	struct bpf_program *program;

	memset(runs, 0, sizeof(*runs));
	*missed = 0;
	bpf_object__for_each_program(program, o) {
		struct bpf_prog_info info = { 0 };
		__u32 size = sizeof(info);
		int fd = bpf_program__fd(program);

		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
			continue;
		runs->count += info.run_cnt;
		runs->ns += info.run_time_ns;
		if (program != harmless)
			*missed += info.recursion_misses;
	}
}
