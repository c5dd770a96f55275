// SPDX-License-Identifier: GPL-2.0-only
/*
 * The instruction that ends at an address: every form of VMREAD and VMWRITE with every
 * prefix is found when its start is known, and without it never taken for another one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "bpf/vmx_site.h"

static uint64_t seed = 1;

static uint32_t any(uint32_t n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 33) % n;
}

static struct np_window window(const void *before, size_t len)
{
	struct np_window w = { .have = len };

	memcpy(w.byte + NP_WINDOW - len, before, len);
	return w;
}

static enum np_site_state alone(const void *bytes, size_t len, struct np_vmx_insn *insn)
{
	struct np_window w = window(bytes, len);

	return np_site_alone(&w, insn);
}

static void kvm_often_has(void **state)
{
	/* mov $0x4404,%ebx; vmread %rbx,%rbx */
	static const uint8_t code[] = { 0x90, 0xbb, 0x04, 0x44, 0, 0, 0x0f, 0x78, 0xdb };
	struct np_vmx_insn insn;

	(void)state;
	assert_int_equal(alone(code, sizeof(code), &insn), NP_SITE_FOUND);
	assert_int_equal(insn.kind, NP_VMX_READ);
	assert_int_equal(insn.len, 3);
	assert_int_equal(insn.field, 3);
	assert_int_equal(insn.reg, 3);
}

static void a_prefix_is_not_guessed(void **state)
{
	/* vmread %r12,%r12, or vmread %rsp,%rsp after something that ends with 4d */
	static const uint8_t code[] = { 0x90, 0x90, 0x90, 0x4d, 0x0f, 0x78, 0xe4 };
	struct np_window w = window(code, sizeof(code));
	struct np_vmx_insn insn;

	(void)state;
	assert_int_equal(np_site_alone(&w, &insn), NP_SITE_UNCLEAR);
	assert_int_equal(np_site_known(&w, 4, &insn), NP_SITE_FOUND);
	assert_int_equal(insn.field, 12);
	assert_int_equal(np_site_known(&w, 3, &insn), NP_SITE_FOUND);
	assert_int_equal(insn.field, 4);
	assert_int_equal(np_site_known(&w, 5, &insn), NP_SITE_NONE);
}

static void a_displacement_is_not_taken_for_it(void **state)
{
	/* vmwrite 0x11780f(%rax),%rcx: its end looks like vmread %rdx,(%rcx) */
	static const uint8_t code[] = { 0, 0, 0x0f, 0x79, 0x88, 0x00, 0x0f, 0x78, 0x11 };
	struct np_vmx_insn insn;

	(void)state;
	assert_int_equal(alone(code, sizeof(code), &insn), NP_SITE_UNCLEAR);
}

static void what_is_not_there_is_not_looked_at(void **state)
{
	static const uint8_t code[] = { 0x0f, 0x78, 0xdb };
	struct np_window w = window(code, 3);
	struct np_vmx_insn insn;

	(void)state;
	assert_int_equal(np_site_alone(&w, &insn), NP_SITE_UNCLEAR); /* a prefix may be there */
	assert_int_equal(np_site_known(&w, 3, &insn), NP_SITE_FOUND);
	assert_int_equal(np_site_known(&w, 4, &insn), NP_SITE_NONE);
	w.have = 2;
	assert_int_equal(np_site_alone(&w, &insn), NP_SITE_NONE);
	assert_int_equal(np_site_known(&w, 3, &insn), NP_SITE_NONE);
	assert_int_equal(np_site_known(&w, 0, &insn), NP_SITE_NONE);
	assert_int_equal(np_site_known(&w, 16, &insn), NP_SITE_NONE);
}

/* A random one of at most 15 bytes, at the end of `code`; its length. */
static uint32_t make(uint8_t code[NP_WINDOW], struct np_vmx_insn *insn)
{
	static const uint8_t prefixes[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x67 };
	uint8_t bytes[NP_WINDOW];
	uint32_t n = 0, nr = any(4) ? 0 : any(4);

	while (n < nr)
		bytes[n++] = prefixes[any(sizeof(prefixes))];
	if (any(2))
		bytes[n++] = 0x40 + any(16);
	bytes[n++] = 0x0f;
	bytes[n++] = 0x78 + any(2);
	for (uint32_t i = n; i < NP_WINDOW; i++)
		bytes[i] = any(3) ? any(256) : 0;
	struct np_code c = np_code(bytes, NP_INSN_MAX, 64);

	assert_true(np_vmx_decode(&c, insn) >= NP_VMX_READ);
	for (uint32_t i = 0; i < NP_WINDOW; i++)
		code[i] = any(256);
	memcpy(code + NP_WINDOW - insn->len, bytes, insn->len);
	return insn->len;
}

static bool same(const struct np_vmx_insn *a, const struct np_vmx_insn *b)
{
	return a->kind == b->kind && a->field == b->field && a->reg == b->reg && a->len == b->len;
}

static void random_ones(void **state)
{
	uint32_t found = 0;

	(void)state;
	for (int i = 0; i < 1000000; i++) {
		uint8_t code[NP_WINDOW];
		struct np_vmx_insn is, known, alone;
		uint32_t len = make(code, &is);
		struct np_window w = window(code, NP_WINDOW);

		assert_int_equal(np_site_known(&w, len, &known), NP_SITE_FOUND);
		assert_true(same(&is, &known));
		switch (np_site_alone(&w, &alone)) {
		case NP_SITE_FOUND:
			assert_true(same(&is, &alone));
			found++;
			break;
		case NP_SITE_UNCLEAR:
			break;
		default:
			fail_msg("an instruction of %u bytes was not found", len);
		}
	}
	assert_true(found > 300000);
}

/* Two pages, joined at any byte, are what was there. */
static void pages_are_joined(void **state)
{
	uint8_t bytes[2 * NP_WINDOW];

	(void)state;
	for (uint32_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = any(256);
	for (uint32_t n = 1; n < NP_WINDOW; n++) {
		struct np_window first = window(bytes, NP_WINDOW);
		struct np_window second = window(bytes + NP_WINDOW, NP_WINDOW);
		struct np_window w = np_window_join(&first, &second, n);

		assert_memory_equal(w.byte, bytes + n, NP_WINDOW);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kvm_often_has),
		cmocka_unit_test(a_prefix_is_not_guessed),
		cmocka_unit_test(a_displacement_is_not_taken_for_it),
		cmocka_unit_test(what_is_not_there_is_not_looked_at),
		cmocka_unit_test(random_ones),
		cmocka_unit_test(pages_are_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
