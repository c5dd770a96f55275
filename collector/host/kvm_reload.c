// SPDX-License-Identifier: GPL-2.0-only
#include "collector/host/kvm_reload.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "collector/base/fail.h"
#include "collector/host/hostfs.h"
#include "collector/host/kvm_params.h"
#include "collector/host/kvm_users.h"
#include "collector/host/loader.h"

#define RETRY_MS 50

static const struct loader *loader = &loader_kmod;

void kvm_module_use_loader(const struct loader *l)
{
	loader = l ? l : &loader_kmod;
}

bool kvm_is_loaded(void)
{
	return host_exists(KVM_INTEL);
}

bool kvm_is_builtin(void)
{
	/* Only a module that was loaded has a state. */
	return kvm_is_loaded() && !host_exists(KVM_INTEL "/initstate");
}

int kvm_refuse_running_vm(void)
{
	char name[64];
	pid_t pid;

	if (kvm_users(KVM_USER_VM, &pid, 1) == 0)
		return 0;
	kvm_user_name(pid, name, sizeof(name));
	return fail(NP_EXIT_BUSY, -EBUSY,
		    "a virtual machine is running: %s; shut it down, " KVM_MODULE
		    " is not unloaded under it",
		    name);
}

static int fail_in_use(const char *module, int err)
{
	char name[64] = "something";
	pid_t pid;

	if (kvm_users(KVM_USER_DEV, &pid, 1) > 0)
		kvm_user_name(pid, name, sizeof(name));
	return fail(NP_EXIT_BUSY, err,
		    "%s cannot be unloaded: %s is using it; end that first", module, name);
}

static int unload(const char *module)
{
	struct timespec pause = { .tv_nsec = RETRY_MS * 1000000L };
	int err = loader->unload(module);

	for (int ms = 0; (err == -EAGAIN || err == -EBUSY) && ms < loader->patience_ms;
	     ms += RETRY_MS) {
		nanosleep(&pause, NULL);
		err = loader->unload(module);
	}
	if (err == -EAGAIN || err == -EBUSY)
		return fail_in_use(module, err);
	if (err == -EPERM || err == -EACCES)
		return fail(NP_EXIT_PRIVILEGE, err, "unloading %s needs CAP_SYS_MODULE: "
			    "run as root, outside of a container", module);
	if (err)
		return fail(NP_EXIT_FAILED, err, "cannot unload %s: %s", module, strerror(-err));
	return 0;
}

int kvm_unload(bool common)
{
	int err = kvm_refuse_running_vm();

	if (!err && kvm_is_loaded())
		err = unload(KVM_MODULE);
	if (!err && common && host_exists(KVM_COMMON))
		err = unload(KVM_MODULE_COMMON);
	return err;
}

static int fail_load(const char *module, int err, const char *options)
{
	switch (-err) {
	case ENOENT:
		return fail(
			NP_EXIT_MISSING, err,
			"no %s module for the running kernel under /lib/modules: install the "
			"kernel's modules, or boot the installed kernel", module);
	case EPERM:
	case EACCES:
		return fail(NP_EXIT_PRIVILEGE, err,
			    "loading %s needs CAP_SYS_MODULE and a module the kernel trusts: run "
			    "as root, outside of a container", module);
	case EOPNOTSUPP:
	case EIO:
	case ENODEV:
		return fail(NP_EXIT_NO_VMX, err,
			    "%s refuses this host (%s): no VMX, or it is off in the firmware",
			    module, strerror(-err));
	default:
		return fail(NP_EXIT_FAILED, err,
			    "cannot load %s with '%s': %s; see dmesg", module, options,
			    strerror(-err));
	}
}

int kvm_reload(const struct kvm_options *options, bool common)
{
	int err = loader->find(KVM_MODULE);

	if (!err && (kvm_is_loaded() || common)) {
		err = kvm_unload(common);
		if (err)
			return err;
	}
	if (!err && common) {
		err = loader->load(KVM_MODULE_COMMON, options->common);
		if (err)
			return fail_load(KVM_MODULE_COMMON, err, options->common);
	}
	if (!err)
		err = loader->load(KVM_MODULE, options->intel);
	return err ? fail_load(KVM_MODULE, err, options->intel) : 0;
}
