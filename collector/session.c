// SPDX-License-Identifier: GPL-2.0-only
#include "collector/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf/nested_fsm.h"
#include "collector/base/fail.h"
#include "collector/bpf_log.h"
#include "collector/btf_probe.h"

#include "bpf/nested.skel.h"

struct session {
	struct nested_bpf *skel;
	struct np_vcpu *vcpus; /* the programs' map itself */
	size_t size;
	struct np_vcpu copy; /* of one that is read */
};

static void choose_programs(struct nested_bpf *skel, const struct kvm_hooks *h)
{
	bool checked = !h->unchecked;
	const struct {
		struct bpf_program *program;
		bool wanted;
	} choice[] = {
		{ skel->progs.exit_of_vcpu, checked && !h->exit_has_reason },
		{ skel->progs.nested_vmexit_of_vcpu, checked && !h->exit_has_reason },
		{ skel->progs.exit_with_reason, checked && h->exit_has_reason },
		{ skel->progs.nested_vmexit_with_reason, checked && h->exit_has_reason },
		{ skel->progs.nested_vmexit_inject, checked },
		{ skel->progs.nested_vmenter, checked && h->vmenter_is_event },
		{ skel->progs.nested_vmenter_function, checked && !h->vmenter_is_event },
		{ skel->progs.exit_unchecked, h->unchecked },
		{ skel->progs.nested_vmexit_unchecked, h->unchecked },
		{ skel->progs.nested_vmexit_inject_unchecked, h->unchecked },
		{ skel->progs.nested_vmenter_returns, h->unchecked },
		{ skel->progs.vcpu_destroyed, checked && h->vcpu_destroy },
	};

	for (size_t i = 0; i < sizeof(choice) / sizeof(choice[0]); i++)
		bpf_program__set_autoload(choice[i].program, choice[i].wanted);
}

static int cannot(const char *what, int err)
{
	const char *said = bpf_log_line();

	if (err == -EPERM || err == -EACCES)
		return fail(NP_EXIT_PRIVILEGE, err,
			    "cannot %s the BPF programs: %s; run as root (it takes CAP_BPF, "
			    "CAP_PERFMON, and CAP_SYS_ADMIN for the modules' BTF)",
			    what, said[0] ? said : strerror(-err));
	return fail(NP_EXIT_NO_BTF, err, "this kernel cannot %s the BPF programs: %s", what,
		    said[0] ? said : strerror(-err));
}

static int probe(struct kvm_hooks *hooks)
{
	struct kvm_btf btf;
	int err = kvm_btf_open(&btf);

	if (!err)
		err = kvm_btf_judge(&btf, hooks);
	kvm_btf_close(&btf);
	return err;
}

static int load_with(struct session *s, pid_t tgid, const struct kvm_hooks *hooks)
{
	s->skel = nested_bpf__open();
	if (!s->skel)
		return cannot("open", -errno);
	s->skel->rodata->target_tgid = tgid;
	choose_programs(s->skel, hooks);
	return nested_bpf__load(s->skel);
}

static int load(struct session *s, pid_t tgid)
{
	struct kvm_hooks hooks;
	int err = probe(&hooks);

	if (err)
		return err;
	err = load_with(s, tgid, &hooks);
	if (err && hooks.vcpu_destroy) {
		/* Some kernels take tracepoints and no functions: this one can be missed. */
		nested_bpf__destroy(s->skel);
		hooks.vcpu_destroy = false;
		bpf_log_catch();
		err = load_with(s, tgid, &hooks);
	}
	return err ? cannot("load", err) : 0;
}

static int map_vcpus(struct session *s)
{
	long page = sysconf(_SC_PAGESIZE);
	void *p;

	s->size = (NP_MAX_VCPUS * sizeof(struct np_vcpu) + page - 1) / page * page;
	p = mmap(NULL, s->size, PROT_READ | PROT_WRITE, MAP_SHARED,
		 bpf_map__fd(s->skel->maps.vcpus), 0);
	if (p == MAP_FAILED)
		return fail(NP_EXIT_FAILED, -errno, "cannot map the collector's counters: %s",
			    strerror(errno));
	s->vcpus = p;
	return 0;
}

int session_open(struct session **s, pid_t tgid)
{
	struct session *new = calloc(1, sizeof(*new));
	int err = new ? 0 : -ENOMEM;

	*s = NULL;
	bpf_log_catch();
	if (!err)
		err = load(new, tgid);
	if (!err)
		err = map_vcpus(new);
	if (err) {
		session_close(new);
		return err;
	}
	*s = new;
	return 0;
}

/* The slots beyond were never touched, and should not be for nothing. */
static uint32_t nr_slots(const struct session *s)
{
	uint32_t n = s->skel->bss->nr_slots;

	return n < NP_MAX_VCPUS ? n : NP_MAX_VCPUS;
}

int session_attach(struct session *s)
{
	int err;

	for (uint32_t i = 0; i < nr_slots(s); i++)
		if (s->vcpus[i].key)
			np_fsm_gap(&s->vcpus[i]);
	bpf_log_catch();
	err = nested_bpf__attach(s->skel);
	if (!err)
		return 0;
	nested_bpf__detach(s->skel);
	return cannot("attach", err);
}

void session_detach(struct session *s)
{
	nested_bpf__detach(s->skel);
}

static void add_runs(const struct session *s, struct session_runs *runs, uint64_t *missed)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, s->skel->obj) {
		struct bpf_prog_info info = { 0 };
		__u32 size = sizeof(info);
		int fd = bpf_program__fd(program);

		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
			continue;
		runs->count += info.run_cnt;
		runs->ns += info.run_time_ns;
		*missed += info.recursion_misses;
	}
}

void session_runs(const struct session *s, struct session_runs *runs)
{
	uint64_t missed = 0;

	memset(runs, 0, sizeof(*runs));
	add_runs(s, runs, &missed);
}

/* With the runs that the kernel skipped, for the program was busy on that CPU. */
uint64_t session_lost(const struct session *s)
{
	struct session_runs runs = { 0 };
	uint64_t missed = 0;

	add_runs(s, &runs, &missed);
	return s->skel->bss->lost_events + missed;
}

int session_read(struct session *s, struct np_account *a)
{
	memset(a, 0, sizeof(*a));
	for (uint32_t i = 0; i < nr_slots(s); i++)
		if (s->vcpus[i].key)
			np_account_add_vcpu(a, &s->vcpus[i]);
	a->totals.lost = session_lost(s);
	return 0;
}

/* At once, or nearly: it may be running. The rows that are not in use are zero. */
static void copy_vcpu(struct np_vcpu *to, const struct np_vcpu *from)
{
	uint32_t rows = from->nr_rows < NP_ROWS ? from->nr_rows : NP_ROWS;
	size_t used = offsetof(struct np_vcpu, caused) + rows * sizeof(from->caused[0]);

	memcpy(to, from, used);
	memset((char *)to + used, 0, sizeof(*to) - used);
}

int session_each_vcpu(struct session *s,
		      int (*read)(uint32_t slot, const struct np_vcpu *v, void *arg), void *arg)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < nr_slots(s); i++) {
		if (!s->vcpus[i].key)
			continue;
		copy_vcpu(&s->copy, &s->vcpus[i]);
		err = read(i, &s->copy, arg);
	}
	return err;
}

void session_recycle(struct session *s, uint32_t slot)
{
	memset(&s->vcpus[slot], 0, sizeof(s->vcpus[slot]));
	bpf_map_update_elem(bpf_map__fd(s->skel->maps.free_slots), NULL, &slot, BPF_ANY);
}

void session_close(struct session *s)
{
	if (!s)
		return;
	if (s->vcpus)
		munmap(s->vcpus, s->size);
	nested_bpf__destroy(s->skel);
	free(s);
}
