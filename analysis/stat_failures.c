// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/stat_failures.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/exit_reason.h"

/* Basic exit reasons: SDM vol. 3, appendix C. */
enum { INVALID_STATE = 33, MSR_LOAD_FAIL = 34, MCE_DURING_VMENTRY = 41 };
#define BY_THE_CPU "found by the CPU"

/* SDM vol. 3, 31.4: those that VMLAUNCH and VMRESUME can give. */
static const struct {
	uint32_t number;
	const char *name;
} errors[] = {
	{ 4, "VMLAUNCH of a VMCS that is not clear" },
	{ 5, "VMRESUME of a VMCS that was not launched" },
	{ 6, "VMRESUME after VMXOFF" },
	{ 7, "invalid control field" },
	{ 8, "invalid host state" },
	{ 25, "invalid VM-execution control in the executive VMCS" },
	{ 26, "events blocked by MOV SS" },
};

static bool same(const struct stat_failure *f, const struct stat_whose *whose,
		 const struct np_failure *cause)
{
	return f->whose.tgid == whose->tgid && f->whose.vcpu == whose->vcpu &&
	       !memcmp(&f->cause, cause, sizeof(*cause));
}

int stat_failures_add(struct stat_failures *l, const struct stat_whose *whose,
		      const struct np_failure *cause, uint64_t n)
{
	struct stat_failure new = { .whose = *whose, .cause = *cause, .n = n }, *more;

	new.cause.slot = 0;
	new.cause.why[sizeof(new.cause.why) - 1] = '\0';
	if (!n)
		return 0;
	for (uint32_t i = 0; i < l->n; i++) {
		if (!same(&l->of[i], whose, &new.cause))
			continue;
		l->of[i].n += n;
		return 0;
	}
	more = reallocarray(l->of, l->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	l->of = more;
	l->of[l->n++] = new;
	return 0;
}

int stat_failures_add_exit(struct stat_failures *l, const struct stat_whose *whose,
			   uint32_t isa, uint32_t reason, uint64_t n)
{
	struct np_failure cause = { .outcome = NP_FAILED_EXIT | reason, .why = BY_THE_CPU };

	if (isa != NP_ISA_VMX || (reason != INVALID_STATE && reason != MSR_LOAD_FAIL &&
				  reason != MCE_DURING_VMENTRY))
		return 0;
	return stat_failures_add(l, whose, &cause, n);
}

static int compare(const void *x, const void *y)
{
	const struct stat_failure *a = x, *b = y;

	if (a->whose.tgid != b->whose.tgid)
		return a->whose.tgid < b->whose.tgid ? -1 : 1;
	if (a->whose.vcpu != b->whose.vcpu)
		return a->whose.vcpu < b->whose.vcpu ? -1 : 1;
	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return memcmp(&a->cause, &b->cause, sizeof(a->cause));
}

void stat_failures_sort(struct stat_failures *l)
{
	if (l->n)
		qsort(l->of, l->n, sizeof(*l->of), compare);
}

void stat_failures_free(struct stat_failures *l)
{
	free(l->of);
	*l = (struct stat_failures){ 0 };
}

static void name_error(uint32_t number, char *text, size_t size)
{
	const char *name = NULL;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].number == number)
			name = errors[i].name;
	snprintf(text, size, "VM-instruction error %u%s%s", number, name ? ", " : "",
		 name ? name : "");
}

void stat_failure_outcome(const struct stat_failure *f, char *text, size_t size)
{
	uint32_t outcome = f->cause.outcome;

	if (outcome & NP_FAILED_EXIT)
		snprintf(text, size, "exit %s",
			 np_exit_reason_name(NP_ISA_VMX, outcome & 0xffff));
	else if (outcome == NP_FAILED_INVALID)
		snprintf(text, size, "VMfailInvalid");
	else if (outcome == NP_FAILED_UNKNOWN)
		snprintf(text, size, "not known");
	else
		name_error(outcome, text, size);
}

/* KVM's text ends in ": " where a number follows. */
void stat_failure_why(const struct stat_failure *f, char *text, size_t size)
{
	int len = strlen(f->cause.why);

	while (len && strchr(": ", f->cause.why[len - 1]))
		len--;
	if (f->cause.err)
		snprintf(text, size, "%.*s: %u", len, f->cause.why, f->cause.err);
	else
		snprintf(text, size, "%.*s", len, f->cause.why);
}
