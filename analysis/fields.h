/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's accesses to its VMCS that exited to L0: by field, by instruction of L1, by the
 * L2 exit that L1 handled. analysis/fields_table.h makes tables of them.
 */
#ifndef NESTPROF_ANALYSIS_FIELDS_H
#define NESTPROF_ANALYSIS_FIELDS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "analysis/account.h"
#include "bpf/fields.h"

struct np_access {
	pid_t tgid;	  /* whose: 0 and NP_ANY_VCPU where that is not told apart */
	uint32_t vcpu;
	uint32_t reason;  /* of the L2 exit that L1 handled, or NP_REASON_NONE: of none */
	bool write, memory; /* VMWRITE; the operand is in memory */
	uint8_t unknown;  /* enum np_unknown: which field, and where, is not known then */
	uint64_t field;	  /* its encoding, as L1's register held it: analysis/vmcs_field.h */
	uint64_t address; /* of L1's instruction */
	char *symbol;	  /* "vmx_vcpu_run+0x1c"; NULL: not known */
	uint64_t count;
	uint64_t timed, ns; /* of some of them, L0's time from the exit to L1's next entry */
};

/* The accesses of a window. */
struct np_fields {
	uint32_t nr;
	struct np_access *access;
};

/* Takes a copy, of the symbol too. */
int np_fields_add(struct np_fields *f, const struct np_access *a);
int np_fields_add_all(struct np_fields *to, const struct np_fields *from);
/*
 * Those that are the same but for symbol, count and ns become one. The order is then
 * that of counts, largest first; what was not counted is gone.
 */
void np_fields_merge(struct np_fields *f);
void np_fields_free(struct np_fields *f); /* what is in it */

/* f -= before: counts as they stood earlier. The rest is merged. */
int np_fields_subtract(struct np_fields *f, const struct np_fields *before);

/* Sums. Unknown ones are of no field. */
uint64_t np_fields_count(const struct np_fields *f, uint64_t field, bool write);
uint64_t np_fields_total(const struct np_fields *f, bool write);
uint64_t np_fields_unknown(const struct np_fields *f);
uint64_t np_fields_unknown_for(const struct np_fields *f, enum np_unknown why);
double np_fields_ns(const struct np_fields *f); /* L0's time, by np_access_ns() */

/* L0's time for one, and for all of them as far as those that were timed tell; NaN: none was. */
double np_access_mean(const struct np_access *a);
double np_access_ns(const struct np_access *a);

/*
 * VMREADs and VMWRITEs of the account, which counts them another way; what it has more
 * of becomes accesses of NP_UNKNOWN_EDGE, so that the sums are the same.
 */
uint64_t np_account_accesses(const struct np_account *a, bool write);
int np_fields_balance(struct np_fields *f, const struct np_account *a);
/*
 * The same in two steps, for intervals: what was under way at the end of one is in the
 * next, and only after the last one it is unknown. By access: reads, writes.
 */
void np_fields_owe(const struct np_fields *f, const struct np_account *a, int64_t owed[2]);
int np_fields_pay(struct np_fields *f, const int64_t owed[2]);

/* "faulted", "not mapped", ...: one or two words, and a sentence. */
const char *np_unknown_name(enum np_unknown why);
const char *np_unknown_words(enum np_unknown why);

#endif
