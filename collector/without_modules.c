// SPDX-License-Identifier: GPL-2.0-only
#include "collector/without_modules.h"

#include <errno.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "collector/base/log.h"
#include "collector/kprobe.h"

/* With BTF of their own choice libbpf's users do not mean that of modules. */
#define VMLINUX_BTF "/sys/kernel/btf/vmlinux"

bool modules_btf_is_allowed(void)
{
	uint32_t id;

	return !bpf_btf_get_next_id(0, &id) || errno != EPERM;
}

static bool can_do_by_address(const struct kvm_hooks *h)
{
	return !h->exit_has_reason && h->infers && h->at.exit_reason;
}

int without_modules_choose(struct kvm_hooks *h)
{
	if (!h->unchecked && !can_do_by_address(h))
		return -EPERM;
	h->by_address = !h->unchecked;
	if (!kprobe_is_allowed("kvm_arch_vcpu_destroy"))
		h->has_halt = h->vcpu_destroy = false;
	return 0;
}

void without_modules_tell(const struct kvm_hooks *h, bool syncs)
{
	log_note("CAP_SYS_ADMIN is missing, without which the modules' BTF cannot be used: "
		 "raw tracepoints do, and cost each exit more (docs/stat.md)");
	if (!h->vcpu_destroy)
		log_note("... functions cannot be probed (kernel.perf_event_paranoid above 2): "
			 "that a vCPU is gone is known only when its VM's process is");
	if (syncs)
		log_note("... and copies of the shadow VMCS are not counted");
}

int without_modules_open(struct bpf_object_skeleton *skeleton, const void *twin, size_t size)
{
	LIBBPF_OPTS(bpf_object_open_opts, o, .btf_custom_path = VMLINUX_BTF);

	skeleton->data = (void *)twin;
	skeleton->data_sz = size;
	return bpf_object__open_skeleton(skeleton, &o);
}
