// SPDX-License-Identifier: GPL-2.0-only
/* The running kernel and what it lets us do: privileges, BTF, tracing. */
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "collector/host/hostfs.h"
#include "collector/host/probe.h"

/* Since Linux 5.8; older headers lack them. */
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF 39
#endif

static uint64_t effective_caps(void)
{
	const char key[] = "\nCapEff:";
	uint64_t caps = 0;
	char *text, *line;

	if (host_read(&text, NULL, "/proc/self/status") < 0)
		return 0;
	line = strstr(text, key);
	if (line)
		caps = strtoull(line + strlen(key), NULL, 16);
	free(text);
	return caps;
}

static bool have_cap(int cap)
{
	return effective_caps() >> cap & 1;
}

static void look_bpf_caps(struct fact *f, const char *arg)
{
	(void)arg;
	if (have_cap(CAP_SYS_ADMIN) || (have_cap(CAP_BPF) && have_cap(CAP_PERFMON))) {
		fact_found(f, FACT_OK, "held");
		return;
	}
	fact_found(f, FACT_MISSING, "neither CAP_SYS_ADMIN nor CAP_BPF with CAP_PERFMON");
	fact_remedy(f, "run as root");
}

static void look_module_cap(struct fact *f, const char *arg)
{
	(void)arg;
	if (have_cap(CAP_SYS_MODULE)) {
		fact_found(f, FACT_OK, "held");
		return;
	}
	fact_found(f, FACT_MISSING, "no CAP_SYS_MODULE");
	fact_remedy(f, "run as root, outside of a container");
}

static void look_vmlinux_btf(struct fact *f, const char *arg)
{
	(void)arg;
	if (host_exists("/sys/kernel/btf/vmlinux")) {
		fact_found(f, FACT_OK, "/sys/kernel/btf/vmlinux");
		return;
	}
	fact_found(f, FACT_MISSING, "no /sys/kernel/btf/vmlinux");
	fact_remedy(f, "boot a kernel with CONFIG_DEBUG_INFO_BTF=y");
}

/* A module that is built in has its types in vmlinux's BTF. */
static void look_module_btf(struct fact *f, const char *module)
{
	if (host_exists("/sys/kernel/btf/%s", module)) {
		fact_found(f, FACT_OK, "/sys/kernel/btf/%s", module);
	} else if (!host_exists("/sys/module/%s", module)) {
		fact_found(f, FACT_UNKNOWN, "%s is not loaded", module);
	} else if (!host_exists("/sys/module/%s/initstate", module)) {
		fact_found(f, FACT_OK, "built in: in vmlinux's BTF");
	} else {
		fact_found(f, FACT_WARN, "%s is loaded and has none: raw tracepoints, unchecked",
			   module);
		fact_remedy(
			f, "boot a kernel with CONFIG_DEBUG_INFO_BTF_MODULES=y (since Linux 5.11)");
	}
}

/* Where tracefs is, NULL when it is not mounted; its folder alone is no proof. */
static const char *tracefs(void)
{
	static const char *const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };

	for (int i = 0; i < 2; i++)
		if (host_exists("%s/events", places[i]))
			return places[i];
	return NULL;
}

static void look_tracefs(struct fact *f, const char *arg)
{
	const char *place = tracefs();

	(void)arg;
	if (place) {
		fact_found(f, FACT_OK, "%s", place);
		return;
	}
	fact_found(f, FACT_WARN, "not mounted, or not readable by this user");
	fact_remedy(f, "as root: mount -t tracefs nodev /sys/kernel/tracing");
}

static void look_tracepoint(struct fact *f, const char *name)
{
	const char *place = tracefs();

	if (!place) {
		fact_found(f, FACT_UNKNOWN, "tracefs is not there to tell");
	} else if (host_exists("%s/events/kvm/%s", place, name)) {
		fact_found(f, FACT_OK, "kvm:%s", name);
	} else if (!host_exists("/sys/module/kvm")) {
		fact_found(f, FACT_UNKNOWN, "kvm is not loaded");
	} else {
		fact_found(f, FACT_MISSING, "this kernel's kvm does not have it");
		fact_remedy(f, "boot a kernel with the tracepoints of KVM");
	}
}

/* On older kernels that is SVM's alone, and the function that enters L2 is hooked. */
static void look_vmenter(struct fact *f, const char *name)
{
	look_tracepoint(f, name);
	if (f->state != FACT_MISSING)
		return;
	fact_found(f, FACT_WARN, "this kernel's kvm does not have it: its function is hooked");
	fact_remedy(f, "none needed, unless the function cannot be hooked: then boot Linux 6.1");
}

static void look_debugfs(struct fact *f, const char *arg)
{
	(void)arg;
	if (host_exists("/sys/kernel/debug/kvm")) {
		fact_found(f, FACT_OK, "/sys/kernel/debug/kvm");
		return;
	}
	fact_found(f, FACT_WARN, "not there, or not readable by this user");
	fact_remedy(f, "as root: mount -t debugfs nodev /sys/kernel/debug (a second witness)");
}

const struct probe probes_kernel[] = {
	{ "privilege BPF", FOR_AB, NP_EXIT_PRIVILEGE, look_bpf_caps, NULL, 0 },
	{ "privilege modules", FOR_AB, NP_EXIT_PRIVILEGE, look_module_cap, NULL, 0 },
	{ "BTF of vmlinux", FOR_AB, NP_EXIT_NO_BTF, look_vmlinux_btf, NULL, 0 },
	{ "BTF of kvm", FOR_AB, NP_EXIT_NO_BTF, look_module_btf, "kvm", 0 },
	{ "BTF of kvm_intel", FOR_AB, NP_EXIT_NO_BTF, look_module_btf, "kvm_intel", NP_ISA_VMX },
	{ "BTF of kvm_amd", FOR_AB, NP_EXIT_NO_BTF, look_module_btf, "kvm_amd", NP_ISA_SVM },
	{ "tracefs", 0, NP_EXIT_OK, look_tracefs, NULL, 0 },
	{ "kvm_exit", FOR_AB, NP_EXIT_NO_BTF, look_tracepoint, "kvm_exit", 0 },
	{ "kvm_nested_vmexit", FOR_AB, NP_EXIT_NO_BTF, look_tracepoint, "kvm_nested_vmexit", 0 },
	{ "kvm_nested_vmexit_inject", FOR_AB, NP_EXIT_NO_BTF, look_tracepoint,
	  "kvm_nested_vmexit_inject", 0 },
	{ "kvm_nested_vmenter", FOR_AB, NP_EXIT_NO_BTF, look_vmenter, "kvm_nested_vmenter", 0 },
	{ "KVM's debugfs", 0, NP_EXIT_OK, look_debugfs, NULL, 0 },
	{ 0 },
};
