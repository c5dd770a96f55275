/* SPDX-License-Identifier: GPL-2.0-only */
/* The recorder's programs as they are opened where the modules' BTF may not be used. */
#ifndef NESTPROF_RECORD_AT_H
#define NESTPROF_RECORD_AT_H

struct bpf_object_skeleton;

/* without_modules_open() with the twin of bpf/record.bpf.c. */
int record_at_open(struct bpf_object_skeleton *skeleton);

#endif
