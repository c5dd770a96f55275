// SPDX-License-Identifier: GPL-2.0-only
/* KVM: its backend, its device, kvm_intel's parameters, who uses it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/host/hostfs.h"
#include "collector/host/kvm_module.h"
#include "collector/host/kvm_params.h"
#include "collector/host/kvm_reload.h"
#include "collector/host/kvm_users.h"
#include "collector/host/probe.h"

enum kvm_backend kvm_backend(char name[32])
{
	char path[NP_PATH];
	struct dirent *e;
	DIR *d = NULL;

	name[0] = '\0';
	if (kvm_is_loaded())
		strcpy(name, "kvm_intel");
	else if (host_exists("/sys/module/kvm_amd"))
		strcpy(name, "kvm_amd");
	else if (host_path(path, "/sys/module") == 0)
		d = opendir(path);
	while (d && (e = readdir(d)))
		if (strncmp(e->d_name, "kvm_", 4) == 0)
			snprintf(name, 32, "%.31s", e->d_name);
	if (d)
		closedir(d);
	if (!name[0])
		return KVM_NONE;
	if (strcmp(name, "kvm_intel") == 0)
		return KVM_INTEL_BACKEND;
	return strcmp(name, "kvm_amd") == 0 ? KVM_AMD_BACKEND : KVM_OTHER_BACKEND;
}

/* In either index of the modules on disk; their entries end in .ko, .ko.xz, ... */
static bool module_on_disk(void)
{
	static const char *const indexes[] = { "modules.dep", "modules.dep.bin" };
	char release[128], *text;
	bool found = false;
	size_t len;

	if (host_release(release, sizeof(release)) < 0)
		return false;
	for (int i = 0; i < 2 && !found; i++) {
		if (host_read(&text, &len, "/lib/modules/%s/%s", release, indexes[i]) < 0)
			continue;
		found = memmem(text, len, "kvm-intel.ko", strlen("kvm-intel.ko"));
		free(text);
	}
	return found;
}

static void look_no_backend(struct fact *f)
{
	if (module_on_disk()) {
		fact_found(f, FACT_OK, "kvm_intel is not loaded; nestprof ab loads it");
		return;
	}
	fact_found(f, FACT_MISSING, "none loaded, and no kvm_intel for this kernel");
	fact_remedy(f, "install the running kernel's modules (outside of a container)");
}

static void look_backend(struct fact *f, const char *arg)
{
	char name[32];

	(void)arg;
	switch (kvm_backend(name)) {
	case KVM_NONE:
		look_no_backend(f);
		break;
	case KVM_INTEL_BACKEND:
		fact_found(f, FACT_OK, "kvm_intel");
		if (!kvm_is_builtin())
			break;
		fact_found(f, FACT_MISSING, "kvm_intel, built into the kernel");
		fact_remedy(f, "boot a kernel that has kvm_intel as a module: its parameters "
			       "cannot be changed otherwise");
		break;
	case KVM_AMD_BACKEND:
		fact_found(f, FACT_MISSING, "kvm_amd: will be supported later");
		fact_remedy(f, "use a host with VMX, or nestprof lab");
		break;
	case KVM_OTHER_BACKEND:
		fact_found(f, FACT_MISSING, "%s, which is not kvm_intel", name);
		fact_remedy(f, "use a host with VMX, or nestprof lab");
		break;
	}
}

static void look_dev_kvm(struct fact *f, const char *arg)
{
	char path[NP_PATH];
	int fd;

	(void)arg;
	if (host_path(path, "/dev/kvm") < 0)
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0) {
		close(fd);
		fact_found(f, FACT_OK, "can be opened");
	} else if (errno == ENOENT && !kvm_is_loaded()) {
		fact_found(f, FACT_UNKNOWN, "comes when kvm_intel is loaded");
	} else {
		fact_found(f, FACT_MISSING, "cannot be opened: %s", strerror(errno));
		fact_remedy(f, "run as root; in a container, give it the device");
	}
}

static void look_param(struct fact *f, const char *name)
{
	char value[NP_NAME];

	if (kvm_param_read(name, value) == 0)
		fact_found(f, FACT_OK, "%s", value);
	else if (!kvm_is_loaded())
		fact_found(f, FACT_UNKNOWN, "kvm_intel is not loaded");
	else
		fact_found(f, FACT_UNKNOWN, "this kvm_intel does not show it");
}

static void look_nested(struct fact *f, const char *name)
{
	look_param(f, name);
	if (f->state != FACT_OK || kvm_param_same(f->found, "Y"))
		return;
	f->state = FACT_WARN;
	fact_remedy(f, "nothing: nestprof ab loads kvm_intel with nested=1");
}

static void look_must_be_on(struct fact *f, const char *name)
{
	look_param(f, name);
	if (f->state != FACT_OK || kvm_param_same(f->found, "Y"))
		return;
	f->state = FACT_MISSING;
	fact_remedy(f, "remove %s=%s from /etc/modprobe.d and the kernel's command line", name,
		    f->found);
}

static void look_shadow_param(struct fact *f, const char *name)
{
	look_param(f, name);
	if (f->state != FACT_OK || kvm_param_same(f->found, "Y"))
		return;
	f->state = FACT_WARN;
	fact_remedy(f, "nested guests run slower than they could: load kvm_intel with %s=1", name);
}

static void look_vms(struct fact *f, const char *arg)
{
	char name[64];
	pid_t pid;
	int n = kvm_users(KVM_USER_VM, &pid, 1);

	(void)arg;
	if (n == 0) {
		fact_found(f, FACT_OK, geteuid() ? "none of this user" : "none");
		return;
	}
	kvm_user_name(pid, name, sizeof(name));
	fact_found(f, FACT_MISSING, "%d running: %s%s", n, name, n > 1 ? ", ..." : "");
	fact_remedy(f, "shut it down: kvm_intel is not unloaded under a VM");
}

static void look_journal(struct fact *f, const char *arg)
{
	char what[200];
	int left = kvm_module_left_behind(what, sizeof(what));

	(void)arg;
	if (left == 1) {
		fact_found(f, FACT_WARN, "%s", what);
		fact_remedy(f, "nothing: the next nestprof ab puts them back first");
	} else if (left == -EBADMSG) {
		fact_found(f, FACT_MISSING, "%s", what);
		fact_remedy(f, "check kvm_intel's parameters, then remove the file");
	} else if (left < 0) {
		fact_found(f, FACT_UNKNOWN, "%s", strerror(-left));
	} else {
		fact_found(f, FACT_OK, "none");
	}
}

const struct probe probes_kvm[] = {
	{ "KVM backend", FOR_AB, NP_EXIT_NO_VMX, look_backend, NULL },
	{ "/dev/kvm", FOR_AB, NP_EXIT_PRIVILEGE, look_dev_kvm, NULL },
	{ "kvm_intel nested", 0, NP_EXIT_OK, look_nested, "nested" },
	{ "kvm_intel ept", FOR_AB, NP_EXIT_NO_VMX, look_must_be_on, "ept" },
	{ "kvm_intel enable_shadow_vmcs", 0, NP_EXIT_OK, look_shadow_param, "enable_shadow_vmcs" },
	{ "running VMs", FOR_AB, NP_EXIT_BUSY, look_vms, NULL },
	{ "left by a killed run", FOR_AB, NP_EXIT_RESTORE, look_journal, NULL },
	{ 0 },
};
