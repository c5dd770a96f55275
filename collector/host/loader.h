/* SPDX-License-Identifier: GPL-2.0-only */
/* Loading and unloading a kernel module; tests bring a loader of their own. */
#ifndef NESTPROF_LOADER_H
#define NESTPROF_LOADER_H

struct loader {
	/* -ENOENT: this kernel has no such module on disk; do not unload it then. */
	int (*find)(const char *module);
	/* With its dependencies; `options` win over what modprobe.d says. */
	int (*load)(const char *module, const char *options);
	/* -EAGAIN while something uses it. */
	int (*unload)(const char *module);
	/* How long unloading is tried again: a VM's end frees it late. */
	int patience_ms;
};

extern const struct loader loader_kmod;

/* What kvm_module_*() use; NULL: libkmod. */
void kvm_module_use_loader(const struct loader *l);

#endif
