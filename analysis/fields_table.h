/* SPDX-License-Identifier: GPL-2.0-only */
/* Accesses to VMCS fields as tables in the row model, as lines for flame graphs, in a sentence. */
#ifndef NESTPROF_FIELDS_TABLE_H
#define NESTPROF_FIELDS_TABLE_H

#include <stdio.h>

#include "analysis/fields.h"
#include "analysis/stat_tables.h"

enum fields_by { FIELDS_BY_FIELD, FIELDS_BY_SITE, FIELDS_BY_REASON };

/* What they are seen against. */
struct fields_view {
	const struct np_account *account; /* of the same window: "per L2 exit" */
	unsigned int lacking; /* features of the CPU, as np_vmcs_field_is_shadowed() has them */
	enum fields_by by;    /* of text */
	const struct stat_when *when; /* of data: the interval, in each row; NULL: none */
	double min_share;     /* %: of text; a line for all with less of the accesses than that */
};

/* For people: only what `by` tells apart, summed up. */
int fields_table_text(struct stat_table *t, const struct np_fields *f, const struct fields_view *v);

/* For JSON and CSV: every access as it was counted, in as many columns. */
int fields_table_data(struct stat_table *t, const struct np_fields *f, const struct fields_view *v);

/* The one to look at first, in a sentence and what follows from it; nothing without any. */
int fields_print_first(const struct np_fields *f, const struct fields_view *v, FILE *out);

/* "CPUID;vmx_vcpu_run+0x1c;VMREAD VM_EXIT_INTR_INFO 3060" */
int fields_print_folded(const struct np_fields *f, FILE *out);

/* A sum of them with only what `by` tells apart; to be freed. */
int fields_project(struct np_fields *to, const struct np_fields *f, enum fields_by by);

/* "VM_EXIT_INTR_INFO", "unknown (not mapped)"; "CPUID", "-"; "f+0x1c", "0xffff..."; "RO" */
#define FIELDS_WORD 224
const char *fields_field_word(char out[FIELDS_WORD], const struct np_access *a);
const char *fields_reason_word(const struct np_access *a);
const char *fields_site_word(char out[FIELDS_WORD], const struct np_access *a);
const char *fields_shadow_word(char out[FIELDS_WORD], const struct np_access *a,
			       unsigned int lacking);

#endif
