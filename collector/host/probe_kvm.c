// SPDX-License-Identifier: GPL-2.0-only
/* KVM: its backend, its device, its parameters, who uses it. */
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
#include "collector/host/vendor.h"

enum kvm_backend kvm_backend(char name[32])
{
	char path[NP_PATH];
	struct dirent *e;
	DIR *d = NULL;

	name[0] = '\0';
	if (kvm_is_loaded())
		snprintf(name, 32, "%s", kvm_module_name());
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
	const char *file = kvm_vendor()->file;
	char release[128], *text;
	bool found = false;
	size_t len;

	if (host_release(release, sizeof(release)) < 0)
		return false;
	for (int i = 0; i < 2 && !found; i++) {
		if (host_read(&text, &len, "/lib/modules/%s/%s", release, indexes[i]) < 0)
			continue;
		found = memmem(text, len, file, strlen(file));
		free(text);
	}
	return found;
}

static void look_no_backend(struct fact *f)
{
	if (module_on_disk()) {
		fact_found(f, FACT_OK, "%s is not loaded; nestprof ab loads it",
			   kvm_module_name());
		return;
	}
	fact_found(f, FACT_MISSING, "none loaded, and no %s for this kernel", kvm_module_name());
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
	case KVM_AMD_BACKEND:
		fact_found(f, FACT_OK, "%s", name);
		if (!kvm_is_builtin())
			break;
		fact_found(f, FACT_MISSING, "%s, built into the kernel", name);
		fact_remedy(f, "boot a kernel that has %s as a module: its parameters "
			       "cannot be changed otherwise", name);
		break;
	case KVM_OTHER_BACKEND:
		fact_found(f, FACT_MISSING, "%s, which is neither kvm_intel nor kvm_amd", name);
		fact_remedy(f, "use a host with VMX or SVM, or nestprof lab");
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
		fact_found(f, FACT_UNKNOWN, "comes when %s is loaded", kvm_module_name());
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
		fact_found(f, FACT_UNKNOWN, "%s is not loaded", kvm_module_name());
	else
		fact_found(f, FACT_UNKNOWN, "this %s does not show it", kvm_module_name());
}

static void look_nested(struct fact *f, const char *name)
{
	look_param(f, name);
	if (f->state != FACT_OK || kvm_param_same(f->found, "Y"))
		return;
	f->state = FACT_WARN;
	fact_remedy(f, "nothing: nestprof ab loads %s with nested=1", kvm_module_name());
}

void look_must_be_on(struct fact *f, const char *name)
{
	look_param(f, name);
	if (f->state != FACT_OK || kvm_param_same(f->found, "Y"))
		return;
	f->state = FACT_MISSING;
	fact_remedy(f, "remove %s=%s from /etc/modprobe.d and the kernel's command line", name,
		    f->found);
}

void look_better_on(struct fact *f, const char *name)
{
	look_param(f, name);
	if (f->state != FACT_OK || kvm_param_same(f->found, "Y"))
		return;
	f->state = FACT_WARN;
	fact_remedy(f, "nested guests run slower than they could: load %s with %s=1",
		    kvm_module_name(), name);
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
	fact_remedy(f, "shut it down: %s is not unloaded under a VM", kvm_module_name());
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
		fact_remedy(f, "check %s's parameters, then remove the file", kvm_module_name());
	} else if (left < 0) {
		fact_found(f, FACT_UNKNOWN, "%s", strerror(-left));
	} else {
		fact_found(f, FACT_OK, "none");
	}
}

const struct probe probes_kvm[] = {
	{ "KVM backend", FOR_AB, NP_EXIT_NO_VMX, look_backend, NULL, 0 },
	{ "/dev/kvm", FOR_AB, NP_EXIT_PRIVILEGE, look_dev_kvm, NULL, 0 },
	{ "kvm_intel nested", 0, NP_EXIT_OK, look_nested, "nested", NP_ISA_VMX },
	{ "kvm_intel ept", FOR_AB, NP_EXIT_NO_VMX, look_must_be_on, "ept", NP_ISA_VMX },
	{ "kvm_intel enable_shadow_vmcs", 0, NP_EXIT_OK, look_better_on, "enable_shadow_vmcs",
	  NP_ISA_VMX },
	{ "kvm_amd nested", 0, NP_EXIT_OK, look_nested, "nested", NP_ISA_SVM },
	{ "kvm_amd npt", FOR_AB, NP_EXIT_NO_VMX, look_must_be_on, "npt", NP_ISA_SVM },
	{ "kvm_amd vgif", 0, NP_EXIT_OK, look_better_on, "vgif", NP_ISA_SVM },
	{ "kvm_amd vls", 0, NP_EXIT_OK, look_better_on, "vls", NP_ISA_SVM },
	{ "running VMs", FOR_AB, NP_EXIT_BUSY, look_vms, NULL, 0 },
	{ "left by a killed run", FOR_AB, NP_EXIT_RESTORE, look_journal, NULL, 0 },
	{ 0 },
};
