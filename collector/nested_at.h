/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs as they are opened where the modules' BTF may not be used. */
#ifndef NESTPROF_NESTED_AT_H
#define NESTPROF_NESTED_AT_H

struct bpf_object_skeleton;

/* without_modules_open() with the twin of bpf/nested.bpf.c. */
int nested_at_open(struct bpf_object_skeleton *skeleton);

#endif
