// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same programs without kfuncs: libbpf looks for those in the BTF of modules as well,
 * which takes CAP_SYS_ADMIN, whether a program that calls one is wanted or not.
 */
#define WITHOUT_KFUNCS
#include "bpf/nested.bpf.c"
