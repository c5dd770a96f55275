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

static int fail_in_use(int err)
{
	char name[64] = "something";
	pid_t pid;

	if (kvm_users(KVM_USER_DEV, &pid, 1) > 0)
		kvm_user_name(pid, name, sizeof(name));
	return fail(NP_EXIT_BUSY, err,
		    KVM_MODULE " cannot be unloaded: %s is using it; end that first", name);
}

int kvm_unload(void)
{
	struct timespec pause = { .tv_nsec = RETRY_MS * 1000000L };
	int err = kvm_refuse_running_vm();

	if (err)
		return err;
	err = loader->unload(KVM_MODULE);
	for (int ms = 0; (err == -EAGAIN || err == -EBUSY) && ms < loader->patience_ms;
	     ms += RETRY_MS) {
		nanosleep(&pause, NULL);
		err = loader->unload(KVM_MODULE);
	}
	if (err == -EAGAIN || err == -EBUSY)
		return fail_in_use(err);
	if (err == -EPERM || err == -EACCES)
		return fail(NP_EXIT_PRIVILEGE, err,
			    "unloading " KVM_MODULE " needs CAP_SYS_MODULE: "
			    "run as root, outside of a container");
	if (err)
		return fail(NP_EXIT_FAILED, err, "cannot unload " KVM_MODULE ": %s",
			    strerror(-err));
	return 0;
}

static int fail_load(int err, const char *options)
{
	switch (-err) {
	case ENOENT:
		return fail(
			NP_EXIT_MISSING, err,
			"no " KVM_MODULE " module for the running kernel under "
			"/lib/modules: install the kernel's modules, or boot the installed kernel");
	case EPERM:
	case EACCES:
		return fail(NP_EXIT_PRIVILEGE, err,
			    "loading " KVM_MODULE " needs CAP_SYS_MODULE and a "
			    "module the kernel trusts: run as root, outside of a container");
	case EOPNOTSUPP:
	case EIO:
	case ENODEV:
		return fail(NP_EXIT_NO_VMX, err,
			    KVM_MODULE " refuses this host (%s): no VMX, or it is "
				       "off in the firmware",
			    strerror(-err));
	default:
		return fail(NP_EXIT_FAILED, err,
			    "cannot load " KVM_MODULE " with '%s': %s; see dmesg", options,
			    strerror(-err));
	}
}

int kvm_reload(const char *options)
{
	int err = loader->find(KVM_MODULE);

	if (!err && kvm_is_loaded()) {
		err = kvm_unload();
		if (err)
			return err;
	}
	if (!err)
		err = loader->load(KVM_MODULE, options);
	return err ? fail_load(err, options) : 0;
}
