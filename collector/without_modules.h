/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs for who may not use the modules' BTF: the kernel gives it to CAP_SYS_ADMIN
 * alone. Raw tracepoints and offsets do, and functions are probed where that is allowed.
 */
#ifndef NESTPROF_WITHOUT_MODULES_H
#define NESTPROF_WITHOUT_MODULES_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/btf_probe.h"

struct bpf_object_skeleton;

/* libbpf walks through all BTF for that of modules, and tells no more than that it failed. */
bool modules_btf_is_allowed(void);

/* Makes `h` what the programs can do; -EPERM: they cannot, on this kernel. */
int without_modules_choose(struct kvm_hooks *h);

/* Says so; `syncs`: copies of the shadow VMCS were asked for. */
void without_modules_tell(const struct kvm_hooks *h, bool syncs);

/*
 * Opens, in place of a skeleton's own object, its twin without kfuncs, and hides the
 * modules' BTF from it. Returns what bpf_object__open_skeleton() does.
 */
int without_modules_open(struct bpf_object_skeleton *skeleton, const void *twin, size_t size);

#endif
