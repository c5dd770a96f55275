/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs with room for NP_MANY_VCPUS: apart, so that only who needs them has them. */
#ifndef NESTPROF_NESTED_MANY_H
#define NESTPROF_NESTED_MANY_H

struct bpf_object_skeleton;

/* without_modules_open() with bpf/nested_many.bpf.c: struct session_config's open_many. */
int nested_many_open(struct bpf_object_skeleton *skeleton);

#endif
