// SPDX-License-Identifier: GPL-2.0-only
/* The micro-hypervisor's language for what it does, and its little C library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "workloads/micro/sequence.h"
#include "workloads/micro/text.h"

static struct sequence s;

static const char *printed(void)
{
	static char text[256];

	assert_true(sequence_print(&s, text, sizeof(text)));
	return text;
}

static void parse(const char *text)
{
	const char *why;

	assert_true(sequence_parse(&s, text, &why));
}

static void the_base_is_always_there(void **state)
{
	(void)state;
	parse("");
	assert_int_equal(s.n, SEQUENCE_NR_BASE);
	assert_string_equal(printed(), SEQUENCE_BASE);
	assert_int_equal(s.access[READ_REASON].field, 0x4402);
	assert_int_equal(s.access[READ_LENGTH].field, 0x440c);
	assert_int_equal(s.access[READ_RIP].field, 0x681e);
	assert_true(s.access[WRITE_RIP].write && s.access[WRITE_RIP].field == 0x681e);
}

static void what_is_parsed_is_printed(void **state)
{
	(void)state;
	parse("R:4402,W:6820*3,R:681em,W:0cm*65535,R:FFFF*1");
	assert_string_equal(printed(),
			    SEQUENCE_BASE ",R:4402,W:6820*3,R:681em,W:cm*65535,R:ffff");
	assert_true(s.access[5].write && !s.access[5].memory && s.access[5].repeat == 3);
	assert_true(!s.access[6].write && s.access[6].memory && s.access[6].repeat == 1);
	assert_int_equal(s.access[7].field, 0xc);
}

static void refuses_what_it_does_not_know(void **state)
{
	static const char *const bad[] = {
		"R", "R:", "X:4402", "r:4402", "R4402", "R:g", "R:10000", "R:123456789abcdef01",
		"R:4402*", "R:4402*0", "R:4402*65536", "R:4402*-1", "R:4402*1m", "R:4402mm",
		"R:4402,", ",R:4402", "R:4402,,R:4402", "R:4402 ", "R:4402;", "W:m", "R:4402,W",
		"R:4402*18446744073709551617", "R:10000000000004402",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *why = NULL;

		if (sequence_parse(&s, bad[i], &why))
			fail_msg("taken: %s", bad[i]);
		assert_non_null(why);
	}
}

static void takes_as_many_as_fit(void **state)
{
	char text[8 * (SEQUENCE_MAX + 1)] = "", out[256];
	const char *why;

	(void)state;
	for (int i = SEQUENCE_NR_BASE; i < SEQUENCE_MAX; i++)
		strcat(text, i == SEQUENCE_NR_BASE ? "R:4402" : ",R:4402");
	parse(text);
	assert_int_equal(s.n, SEQUENCE_MAX);
	assert_true(sequence_print(&s, out, sizeof(out)));
	assert_false(sequence_print(&s, out, strlen(out)));
	assert_false(sequence_parse(&s, strcat(text, ",R:4402"), &why));
}

/* Never more than it was given, whatever it is given. */
static void survives_noise(void **state)
{
	static const char alphabet[] = "RW:,*m0123456789abcdef \x80";

	(void)state;
	srand(1);
	for (int round = 0; round < 200000; round++) {
		size_t len = rand() % 24;
		char *text = malloc(len + 1);
		const char *why;

		for (size_t i = 0; i < len; i++)
			text[i] = alphabet[rand() % (sizeof(alphabet) - 1)];
		text[len] = '\0';
		if (sequence_parse(&s, text, &why))
			assert_true(s.n > SEQUENCE_NR_BASE || !len);
		free(text);
	}
}

static void prints_sites(void **state)
{
	char out[256];

	(void)state;
	parse("R:4402");
	for (uint32_t i = 0; i < s.n; i++)
		s.access[i].site = 0x100000 + i;
	assert_true(sequence_print_sites(&s, out, sizeof(out)));
	assert_string_equal(out, "100000,100001,100002,100003,100004");
	assert_false(sequence_print_sites(&s, out, 20));
}

__attribute__((format(printf, 3, 4)))
static bool format(char *out, size_t size, const char *fmt, ...)
{
	va_list ap;
	bool fits;

	va_start(ap, fmt);
	fits = text_format(out, size, fmt, ap);
	va_end(ap);
	return fits;
}

static void formats(void **state)
{
	char out[64];

	(void)state;
	assert_true(format(out, sizeof(out), "%s %u %x %lu 0x%lx.", "a", 0u, 0xbeefu,
			   18446744073709551615ul, 0xfedcba9876543210ul));
	assert_string_equal(out, "a 0 beef 18446744073709551615 0xfedcba9876543210.");
	assert_true(format(out, 4, "%s", "abc"));
	assert_false(format(out, 3, "%s", "abc"));
	assert_string_equal(out, "ab");
}

static void parts_words(void **state)
{
	char line[] = "  run\rcpuid   100 ", *at = line;

	(void)state;
	assert_string_equal(text_word(&at), "run");
	assert_string_equal(text_word(&at), "cpuid");
	assert_string_equal(text_word(&at), "100");
	assert_null(text_word(&at));
	assert_null(text_word(&at));
}

static void compares(void **state)
{
	(void)state;
	assert_true(text_equal("", "") && text_equal("quit", "quit"));
	assert_false(text_equal("quit", "qui"));
	assert_false(text_equal("qui", "quit"));
	assert_false(text_equal("quit", "quip"));
}

static void reads_numbers(void **state)
{
	const char *at = "4294967295x";
	uint64_t n;

	(void)state;
	assert_true(text_number(&at, 10, UINT32_MAX, &n));
	assert_true(n == UINT32_MAX && *at == 'x');
	at = "4294967296";
	assert_false(text_number(&at, 10, UINT32_MAX, &n));
	at = "ffffffffffffffff";
	assert_true(text_number(&at, 16, UINT64_MAX, &n));
	assert_true(n == UINT64_MAX);
	at = "10000000000000000";
	assert_false(text_number(&at, 16, UINT64_MAX, &n));
	at = "";
	assert_false(text_number(&at, 10, 9, &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_base_is_always_there),
		cmocka_unit_test(what_is_parsed_is_printed),
		cmocka_unit_test(refuses_what_it_does_not_know),
		cmocka_unit_test(takes_as_many_as_fit),
		cmocka_unit_test(survives_noise),
		cmocka_unit_test(prints_sites),
		cmocka_unit_test(formats),
		cmocka_unit_test(parts_words),
		cmocka_unit_test(compares),
		cmocka_unit_test(reads_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
