/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs as they are opened where the modules' BTF may not be used. */
#ifndef NESTPROF_NESTED_AT_H
#define NESTPROF_NESTED_AT_H

struct bpf_object_skeleton;

/*
 * Opens, in place of a skeleton's own object, its twin without kfuncs, and hides the
 * modules' BTF from it. Returns what bpf_object__open_skeleton() does.
 */
int nested_at_open(struct bpf_object_skeleton *skeleton);

#endif
