// SPDX-License-Identifier: GPL-2.0-only
/* A comparison as Markdown, as a workflow's commands, as JUnit's XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/compare_formats.h"
#include "tests/unit/sample_result.h"

static struct np_compared rows[3];
static struct np_compare compared;

/* One got 10 % worse, one better, one is the same; names as bad as they come. */
static int setup(void **state)
{
	const struct np_compared row = { .arm = "shadow-off", .workload = "cpuid",
					 .metric = "round_trip", .unit = "ticks",
					 .old = 1000, .new = 1100, .change = .1,
					 .interval = { NAN, NAN }, .p = NAN,
					 .verdict = NP_WORSE };

	(void)state;
	rows[0] = rows[1] = rows[2] = row;
	rows[1].workload = "a|b`<c>&\"::d%0A,\xff";
	rows[1].new = 900;
	rows[1].change = -.1;
	rows[1].verdict = NP_BETTER;
	rows[2].new = 1000;
	rows[2].change = 0;
	rows[2].verdict = NP_SAME;
	compared = (struct np_compare){ .n = 3, .rows = rows, .nr_facts = 1 };
	snprintf(compared.facts[0], sizeof(compared.facts[0]), "l0_kernel: <6.1> -> *6.12*");
	return 0;
}

static char *printed(int (*print)(FILE *out))
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_int_equal(print(f), 0);
	fclose(f);
	return text;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no %s in:\n%s", part, text);
}

static int markdown(FILE *out)
{
	return np_compare_markdown(&compared, false, out);
}

static int github(FILE *out)
{
	return np_compare_github(&compared, .05, out);
}

static int github_lenient(FILE *out)
{
	return np_compare_github(&compared, .2, out);
}

static int junit(FILE *out)
{
	return np_compare_junit(&compared, .05, out);
}

static int junit_lenient(FILE *out)
{
	return np_compare_junit(&compared, .2, out);
}

static void test_markdown(void **state)
{
	char *text = printed(markdown);

	(void)state;
	has(text, "- l0\\_kernel: \\<6.1\\> -\\> \\*6.12\\*\n\n| workload | arm |");
	has(text, "|---|---|---|---|---:|---:|---:|---:|---|\n");
	has(text, "| cpuid | shadow-off | round\\_trip | ticks | 1,000.000 | 1,100.000 | 10.000 |");
	has(text, "| a\\|b\\`\\<c\\>\\&\"::d%0A,");
	assert_null(strstr(text, "same"));
	free(text);
}

static void test_markdown_nothing(void **state)
{
	char *text;

	(void)state;
	rows[0].verdict = rows[1].verdict = NP_SAME;
	text = printed(markdown);
	has(text, "Of 3 figures none changed.\n");
	free(text);
}

static void test_github(void **state)
{
	char *text = printed(github);

	(void)state;
	has(text, "::error title=nestprof%3A cpuid got worse::cpuid (shadow-off), round_trip: "
		  "1,000 -> 1,100 ticks (+10.00 %25), worse\n");
	/* A name cannot end the property, or begin another command. */
	has(text, "::notice title=nestprof%3A a|b`<c>&\"%3A%3Ad%250A%2C\xef\xbf\xbd got better::");
	free(text);
	text = printed(github_lenient);
	has(text, "::warning title=nestprof%3A cpuid got worse::");
	assert_null(strstr(text, "::error"));
	free(text);
}

static void test_junit(void **state)
{
	char *text = printed(junit);

	(void)state;
	has(text, "<testsuite name=\"nestprof compare\" tests=\"3\" failures=\"1\"");
	has(text, "value=\"l0_kernel: &lt;6.1&gt; -&gt; *6.12*\"/>");
	has(text, "<testcase classname=\"shadow-off\" name=\"cpuid round_trip\">\n    <failure "
		  "message=\"cpuid (shadow-off), round_trip: 1,000 -&gt; 1,100 ticks (+10.00 %), "
		  "worse\"/>\n  </testcase>\n");
	has(text, "name=\"a|b`&lt;c&gt;&amp;&quot;::d%0A,\xef\xbf\xbd round_trip\"/>");
	free(text);
	text = printed(junit_lenient);
	has(text, "failures=\"0\"");
	assert_null(strstr(text, "<failure"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_markdown, setup),
		cmocka_unit_test_setup(test_markdown_nothing, setup),
		cmocka_unit_test_setup(test_github, setup),
		cmocka_unit_test_setup(test_junit, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
