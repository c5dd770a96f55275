/* SPDX-License-Identifier: GPL-2.0-only */
/* A kernel's functions by address, from what its /proc/kallsyms said. */
#ifndef NESTPROF_KALLSYMS_H
#define NESTPROF_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct np_kallsyms;

/*
 * Takes the text over, malloc'ed and ending in a null byte, and changes it. -EINVAL: no
 * kallsyms; -EACCES: all addresses are 0, as who must not know them is told. Lines that
 * are no functions are passed over.
 */
int np_kallsyms_parse(struct np_kallsyms **k, char *text);
void np_kallsyms_free(struct np_kallsyms *k);

struct np_symbol {
	const char *name;
	const char *module; /* "" : the kernel itself */
	uint64_t offset;
};

/* The function that an address is in. -ENOENT: it is in none. */
int np_kallsyms_find(const struct np_kallsyms *k, uint64_t address, struct np_symbol *s);

bool np_kallsyms_has_module(const struct np_kallsyms *k, const char *module);

/* "vmx_vcpu_run+0x1c" */
#define NP_SYMBOL_SIZE 192
const char *np_symbol_text(char out[NP_SYMBOL_SIZE], const struct np_symbol *s);

#endif
