// SPDX-License-Identifier: GPL-2.0-only
/* L1's functions by address, from copies of its /proc/kallsyms and from other files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/fields_symbols.h"

static const char some_kallsyms[] =
	"ffffffff81000000 T _stext\n"
	"ffffffffc0376f00 t vmx_vcpu_run\t[kvm_intel]\n"
	"not a line of it\n"
	"ffffffffc0383c50 t __pfx_vmx_handle_exit\t[kvm_intel]\n"
	"ffffffffc0383c60 t vmx_handle_exit\t[kvm_intel]\n"
	"ffffffffc0383d00 d some_data\t[kvm_intel]\n"
	"ffffffffc0390000 t e1000_open\t[e1000]";

static struct np_kallsyms *parsed(const char *text)
{
	struct np_kallsyms *k;

	assert_int_equal(np_kallsyms_parse(&k, strdup(text)), 0);
	return k;
}

static void names(void **state)
{
	struct np_kallsyms *k = parsed(some_kallsyms);
	char text[NP_SYMBOL_SIZE];
	struct np_symbol s;

	(void)state;
	assert_int_equal(np_kallsyms_find(k, 0xffffffffc0383da5, &s), 0);
	assert_string_equal(np_symbol_text(text, &s), "vmx_handle_exit+0x145");
	assert_string_equal(s.module, "kvm_intel");
	assert_int_equal(np_kallsyms_find(k, 0xffffffffc0376f00, &s), 0);
	assert_int_equal(s.offset, 0);
	assert_int_equal(np_kallsyms_find(k, 0xffffffffc0383c55, &s), -ENOENT);
	assert_int_equal(np_kallsyms_find(k, 0xffffffff80ffffff, &s), -ENOENT);
	assert_int_equal(np_kallsyms_find(k, 0xffffffff82000000, &s), -ENOENT);
	assert_int_equal(np_kallsyms_find(k, 0, &s), -ENOENT);
	assert_int_equal(np_kallsyms_find(k, UINT64_MAX, &s), -ENOENT);
	np_kallsyms_free(k);
}

static void no_kallsyms(void **state)
{
	static const char *const texts[] = { "", "\n\n", "hello", "ffffffffc0376f00", "1 t",
					     "zz t name\n", "12 tt name\n" };
	struct np_kallsyms *k;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(np_kallsyms_parse(&k, strdup(texts[i])), -EINVAL);
	assert_int_equal(np_kallsyms_parse(&k, strdup("0000000000000000 T _stext\n")), -EACCES);
	assert_null(k);
	np_kallsyms_free(NULL);
}

/* Whatever is in the file: an answer, and nothing is read beside it (make asan). */
static void garbage_for_kallsyms(void **state)
{
	static const char odd[] = "\n\t []ft\xff";
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char *text = strdup(some_kallsyms);
		struct np_kallsyms *k = NULL;
		struct np_symbol s;

		for (int n = 0; n < 20; n++) {
			seed = seed * 1103515245 + 12345;
			text[(seed >> 8) % (sizeof(some_kallsyms) - 1)] = odd[seed >> 28 & 7];
		}
		if (!np_kallsyms_parse(&k, text))
			np_kallsyms_find(k, 0xffffffffc0383da5, &s);
		np_kallsyms_free(k);
	}
}

static void add(struct np_fields *f, uint64_t address, uint32_t reason)
{
	const struct np_access a = { .address = address, .reason = reason, .count = 1 };

	assert_int_equal(np_fields_add(f, &a), 0);
}

static void sites_have_names(void **state)
{
	struct np_kallsyms *k = parsed(some_kallsyms);
	struct np_fields f = { 0 };
	struct np_fit fit;

	(void)state;
	add(&f, 0xffffffffc0376f89, 3);
	add(&f, 0xffffffffc0383da5, 2);
	add(&f, 0xffffffffc0383da5, 1); /* the same instruction for another exit of L2 */
	assert_int_equal(np_fields_symbolize(&f, k, &fit), 0);
	assert_int_equal(fit.sites, 2);
	assert_int_equal(fit.misfits, 0);
	assert_string_equal(f.access[0].symbol, "vmx_vcpu_run+0x89");
	assert_string_equal(f.access[1].symbol, "vmx_handle_exit+0x145");
	/* VMX in a network driver, or nowhere: those names are not this L1's. */
	add(&f, 0xffffffffc0390001, 1);
	add(&f, 0x1234, 1);
	assert_int_equal(np_fields_symbolize(&f, k, &fit), 0);
	assert_int_equal(fit.sites, 4);
	assert_int_equal(fit.misfits, 2);
	assert_null(f.access[3].symbol);
	assert_null(f.access[4].symbol);
	np_fields_free(&f);
	np_kallsyms_free(k);
}

/* KVM's common module has no such instructions, and does not begin where the other did. */
static void names_of_another_boot(void **state)
{
	struct np_kallsyms *k = parsed("ffffffffc0376f00 t kvm_vcpu_ioctl\t[kvm]\n"
				       "ffffffffc0500000 t vmx_vcpu_run\t[kvm_intel]");
	struct np_fields f = { 0 };
	struct np_fit fit;

	(void)state;
	add(&f, 0xffffffffc0376f89, 1);
	add(&f, 0xffffffff810cafe0, 1);
	assert_int_equal(np_fields_symbolize(&f, k, &fit), 0);
	assert_int_equal(fit.sites, 2);
	assert_int_equal(fit.misfits, 2);
	assert_null(f.access[0].symbol);
	np_fields_free(&f);
	np_kallsyms_free(k);
}

static void kvm_built_in(void **state)
{
	struct np_kallsyms *k = parsed("ffffffff81376f00 t vmx_vcpu_run\n"
				       "ffffffffc0390000 t e1000_open\t[e1000]");
	struct np_fields f = { 0 };
	struct np_fit fit;

	(void)state;
	add(&f, 0xffffffff81376f89, 2);
	add(&f, 0xffffffffc0390001, 1);
	assert_int_equal(np_fields_symbolize(&f, k, &fit), 0);
	assert_int_equal(fit.misfits, 1);
	assert_string_equal(f.access[0].symbol, "vmx_vcpu_run+0x89");
	assert_null(f.access[1].symbol);
	np_fields_free(&f);
	np_kallsyms_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(no_kallsyms),
		cmocka_unit_test(garbage_for_kallsyms),
		cmocka_unit_test(sites_have_names),
		cmocka_unit_test(names_of_another_boot),
		cmocka_unit_test(kvm_built_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
