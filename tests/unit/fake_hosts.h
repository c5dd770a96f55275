/* SPDX-License-Identifier: GPL-2.0-only */
/* Three hosts for doctor: an Intel one with everything, an AMD one, a container. */
#ifndef NESTPROF_FAKE_HOSTS_H
#define NESTPROF_FAKE_HOSTS_H

#include <sys/stat.h>

#include "tests/unit/fake_host.h"

static inline void fake_program(const char *path)
{
	char full[NP_PATH];

	fake_file(path, "#!/bin/sh\n");
	assert_int_equal(host_path(full, "%s", path), 0);
	assert_int_equal(chmod(full, 0755), 0);
}

static inline void fake_caps(const char *hex)
{
	fake_file("/proc/self/status", "Name:\tnestprof\nUid:\t0\t0\t0\t0\nCapEff:\t%s\n", hex);
}

static inline void fake_cpuinfo(const char *flags, const char *vmx_flags)
{
	fake_file("/proc/cpuinfo",
		  "processor\t: 0\nmodel name\t: A CPU\nflags\t\t: fpu %s lm\n%s%s\n\n"
		  "processor\t: 1\nflags\t\t: other\n",
		  flags, vmx_flags ? "vmx flags\t: vnmi " : "", vmx_flags ? vmx_flags : "");
}

static inline void fake_debian(void)
{
	fake_file("/proc/sys/kernel/osrelease", "6.1.0-fake\n");
	fake_file("/proc/sys/kernel/random/boot_id", "b00t\n");
	fake_file("/proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable:  8388608 kB\n");
	fake_program("/usr/bin/apt-get");
	fake_program("/usr/bin/dpkg-deb");
	setenv("PATH", "/usr/local/bin:/usr/bin", 1);
}

static inline void fake_kvm_events(void)
{
	static const char *const events[] = { "kvm_exit", "kvm_nested_vmexit",
					      "kvm_nested_vmexit_inject", "kvm_nested_vmenter" };

	for (int i = 0; i < 4; i++) {
		char path[128];

		snprintf(path, sizeof(path), "/sys/kernel/tracing/events/kvm/%s/id", events[i]);
		fake_file(path, "1\n");
	}
}

static inline void fake_intel_host(void)
{
	fake_debian();
	fake_cpuinfo("vmx", "ept shadow_vmcs");
	fake_caps("000001ffffffffff");
	fake_file("/sys/module/kvm/initstate", "live\n");
	fake_file("/sys/module/kvm_intel/initstate", "live\n");
	fake_file("/sys/module/kvm_intel/parameters/nested", "Y\n");
	fake_file("/sys/module/kvm_intel/parameters/ept", "Y\n");
	fake_file("/sys/module/kvm_intel/parameters/enable_shadow_vmcs", "Y\n");
	fake_file("/dev/kvm", "%s", "");
	fake_file("/sys/kernel/btf/vmlinux", "%s", "");
	fake_file("/sys/kernel/btf/kvm", "%s", "");
	fake_file("/sys/kernel/btf/kvm_intel", "%s", "");
	fake_file("/sys/kernel/debug/kvm/exits", "0\n");
	fake_kvm_events();
	fake_program("/usr/bin/qemu-system-x86_64");
}

static inline void fake_amd_host(void)
{
	fake_debian();
	fake_cpuinfo("svm npt vgif", NULL); /* and no v_vmsave_vmload */
	fake_caps("000001ffffffffff");
	fake_file("/sys/module/kvm/initstate", "live\n");
	fake_file("/sys/module/kvm_amd/initstate", "live\n");
	fake_file("/sys/module/kvm_amd/parameters/nested", "1\n");
	fake_file("/sys/module/kvm_amd/parameters/npt", "Y\n");
	fake_file("/sys/module/kvm_amd/parameters/vgif", "0\n");
	fake_file("/dev/kvm", "%s", "");
	fake_file("/sys/kernel/btf/vmlinux", "%s", "");
	fake_file("/sys/kernel/btf/kvm", "%s", "");
	fake_file("/sys/kernel/btf/kvm_amd", "%s", "");
	fake_kvm_events();
	fake_program("/usr/bin/qemu-system-x86_64");
}

/* Nothing of KVM, no capability, no apt. */
static inline void fake_container(void)
{
	fake_file("/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu lm\n");
	fake_caps("0000000000000000");
	setenv("PATH", "/usr/bin", 1);
}

/* Its host gave this virtual machine no nested paging. */
static inline void fake_amd_host_without_npt(void)
{
	fake_amd_host();
	fake_cpuinfo("svm vgif", NULL);
}

#endif
