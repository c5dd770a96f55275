// SPDX-License-Identifier: GPL-2.0-only
/* The micro-hypervisor: what it was told to do, access by access, is what was counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/result_fields.h"
#include "analysis/vmcs_field.h"
#include "collector/base/fsutil.h"
#include "tests/lab/check_fields.h"
#include "tests/lab/micro_sequence.h"

enum { CPUID = 10, HLT = 12 };

/* One of a sequence: "W:6820m*3". */
struct told {
	struct np_access a;
	uint32_t times;
};

static void parse(const char *word, struct told *t)
{
	char *end;

	*t = (struct told){ .times = 1, .a = { .vcpu = UINT32_MAX, .write = word[0] == 'W' } };
	t->a.field = strtoul(word + 2, &end, 16);
	t->a.memory = *end == 'm';
	end += *end == 'm';
	if (*end == '*')
		t->times = strtoul(end + 1, NULL, 10);
}

static bool exits(const struct np_access *a, bool shadow, unsigned int lacking)
{
	const struct np_vmcs_field *f = np_vmcs_field_find(a->field);

	assert_non_null(f);
	return !shadow || !np_vmcs_field_is_shadowed(f, a->write, lacking);
}

void check_fields_expect(struct np_fields *f, const char *sequence, const struct told_exits *e,
			 bool shadow, unsigned int lacking)
{
	static const uint32_t reasons[] = { CPUID, HLT };
	const uint64_t handled[] = { e->cpuid, e->hlt };
	char text[512], *rest;

	snprintf(text, sizeof(text), "%s", sequence);
	for (char *word = strtok_r(text, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		struct told t;

		parse(word, &t);
		for (size_t i = 0; i < 2 && exits(&t.a, shadow, lacking); i++) {
			t.a.reason = reasons[i];
			t.a.count = t.times * handled[i];
			assert_int_equal(np_fields_add(f, &t.a), 0);
		}
	}
	np_fields_merge(f);
}

void check_fields_without_addresses(struct np_fields *to, const struct np_fields *from)
{
	for (uint32_t i = 0; i < from->nr; i++) {
		struct np_access a = from->access[i];

		assert_true(a.address != 0);
		a.address = 0;
		assert_int_equal(np_fields_add(to, &a), 0);
	}
	np_fields_merge(to);
}

void check_fields_same(const struct np_fields *is, const struct np_fields *expected)
{
	for (uint32_t i = 0; i < is->nr && i < expected->nr; i++) {
		const struct np_access *a = &is->access[i], *b = &expected->access[i];

		if (a->field != b->field || a->write != b->write || a->memory != b->memory ||
		    a->reason != b->reason || a->count != b->count)
			fail_msg("%c:%llx%s for exit %u: %llu counted; %c:%llx%s for exit %u: %llu "
				 "expected", a->write ? 'W' : 'R', (unsigned long long)a->field,
				 a->memory ? "m" : "", a->reason, (unsigned long long)a->count,
				 b->write ? 'W' : 'R', (unsigned long long)b->field,
				 b->memory ? "m" : "", b->reason, (unsigned long long)b->count);
	}
	assert_int_equal(is->nr, expected->nr);
}

static void check_arm(const struct np_result *r, const char *name, const char *sequence)
{
	const struct np_arm_result *arm = np_result_arm(r, name);
	const struct np_workload_result *w = arm ? np_arm_workload(arm, "cpuid") : NULL;
	struct np_fields expected = { 0 }, is = { 0 };
	struct told_exits exits;

	assert_non_null(w);
	exits = (struct told_exits){ w->account.l2[CPUID].exits, w->account.l2[HLT].exits };
	check_fields_expect(&expected, sequence, &exits, !strcmp(name, NP_ARM_ON),
			    np_result_lacking(r));
	check_fields_without_addresses(&is, &w->fields);
	printf("%-10s %u kinds of access, %llu accesses expected; %u and %llu counted\n", name,
	       expected.nr, (unsigned long long)(np_fields_total(&expected, false) +
						 np_fields_total(&expected, true)),
	       is.nr, (unsigned long long)(np_fields_total(&is, false) +
					   np_fields_total(&is, true)));
	check_fields_same(&is, &expected);
	check_fields_totals(w);
	np_fields_free(&expected);
	np_fields_free(&is);
}

void check_fields_micro(const char *dir, uint32_t seed, uint32_t n)
{
	assert_true(n > 0);
	for (uint32_t i = 0; i < n; i++) {
		char pattern[NP_PATH];
		struct micro_sequence s;
		struct np_result *r;
		const char *all;

		fs_path(pattern, "%s/%u/2*/result.json", dir, i);
		r = check_fields_load(pattern);
		micro_sequence_random(&s, seed, i);
		all = np_result_env(r, "l1_sequence");
		printf("seed %u, sequence %u: %s\n", seed, i, all);
		assert_true(!strncmp(all, MICRO_BASE ",", sizeof(MICRO_BASE)));
		assert_string_equal(all + sizeof(MICRO_BASE), s.text);
		check_arm(r, NP_ARM_OFF, all);
		check_arm(r, NP_ARM_ON, all);
		np_result_free(r);
	}
}
