// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/bench/run.h"
#include "collector/host/cpuinfo.h"
#include "collector/host/hostfs.h"
#include "collector/host/probe.h"

static int refuse(int err)
{
	if (err == -ENOENT)
		return fail(NP_EXIT_MISSING, err, "no /dev/kvm: load kvm_intel or kvm_amd; in a "
			    "virtual machine, its host must allow nesting");
	if (err == -EACCES || err == -EPERM)
		return fail(NP_EXIT_PRIVILEGE, err, "/dev/kvm: %s: become a member of its group "
			    "(kvm)", strerror(-err));
	return fail(NP_EXIT_FAILED, err, "/dev/kvm: %s", strerror(-err));
}

/* KVM knows best at which rate its guests' counters run; 0 where it does not tell. */
static uint64_t guest_tsc_khz(int kvm)
{
	int vm = ioctl(kvm, KVM_CREATE_VM, 0);
	int vcpu = vm < 0 ? -1 : ioctl(vm, KVM_CREATE_VCPU, 0);
	int khz = vcpu < 0 ? -1 : ioctl(vcpu, KVM_GET_TSC_KHZ);

	if (vcpu >= 0)
		close(vcpu);
	if (vm >= 0)
		close(vm);
	return khz > 0 ? khz : 0;
}

int bench_machine(struct np_bench_machine *m)
{
	char path[NP_PATH], *flags = cpuinfo("flags");
	int kvm, err = host_path(path, "/dev/kvm");

	memset(m, 0, sizeof(*m));
	m->in_vm = has_word(flags, "hypervisor");
	free(flags);
	if (err)
		return err;
	kvm = open(path, O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		return refuse(-errno);
	kvm_backend(m->backend);
	m->tsc_khz = guest_tsc_khz(kvm);
	close(kvm);
	return 0;
}
