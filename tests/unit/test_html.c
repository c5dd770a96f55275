// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports as HTML: hostile names, results that are empty or in parts. With
 * NESTPROF_HTML_DIR set the pages are left there, for make check-report.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/html/page.h"
#include "analysis/html/reports.h"
#include "analysis/result_print.h"
#include "analysis/stat_metrics.h"
#include "collector/base/fsutil.h"
#include "tests/unit/sample_result.h"

#include <cmocka.h>

#define HOSTILE "</td><script>alert('x')</script>\"&\x01\xff\xc0\xaf"

static char *text;
static size_t size;
static FILE *out;

static int begin(void **state)
{
	(void)state;
	out = open_memstream(&text, &size);
	return out ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	free(text);
	text = NULL;
	return 0;
}

/* What was written; left for a browser to look at, too. */
static const char *page(const char *name)
{
	const char *dir = getenv("NESTPROF_HTML_DIR");
	char path[NP_PATH];

	assert_int_equal(fclose(out), 0);
	if (dir && name) {
		assert_int_equal(fs_path(path, "%s/%s.html", dir, name), 0);
		assert_int_equal(fs_write(path, text, size), 0);
	}
	return text;
}

static uint32_t count(const char *in, const char *what)
{
	uint32_t n = 0;

	for (; (in = strstr(in, what)); in += strlen(what))
		n++;
	return n;
}

static void test_text_is_escaped(void **state)
{
	(void)state;
	html_text(out, "a<b>&\"'\x1b[1m \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
	html_text(out, "\xc0\xbc\xed\xa0\x80\xf5\x80\x80\x80\xe2\x82"); /* none of it is UTF-8 */
	assert_string_equal(page(NULL),
			    "a&lt;b&gt;&amp;&quot;&#39;\xef\xbf\xbd[1m \xc3\xa9 \xe2\x82\xac "
			    "\xf0\x9f\x98\x80"
			    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
			    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
			    "\xef\xbf\xbd");
}

static void test_table_sorts_by_values(void **state)
{
	static const struct np_column columns[] = { { "a", "name", "", 0 },
						    { "b", "time", "ns", 1 } };
	struct np_rows *t = np_rows_new(columns, 2);

	(void)state;
	np_rows_add(t);
	np_rows_text(t, "a", HOSTILE);
	np_rows_number(t, "b", 1234.56);
	np_rows_add(t);
	assert_int_equal(html_table(out, t, "x"), 0);
	np_rows_free(t);
	page(NULL);
	assert_non_null(strstr(text, "<th scope=\"col\" class=\"n\">time, ns</th>"));
	assert_non_null(strstr(text, "<td class=\"n\" data-v=\"1234.56\">1,234.6</td>"));
	assert_non_null(strstr(text, "<td data-v=\"\">-</td>"));
	assert_null(strstr(text, "<script"));
}

static void test_svg_gets_names_of_its_own(void **state)
{
	(void)state;
	assert_int_equal(
		html_svg(out,
			 "<?xml version=\"1.0\"?>\n<svg viewBox=\"0 0 1 1\">"
			 "<title>Gnuplot</title><desc>x</desc><g id=\"a\"/><use href='#a'/>"
			 "<text> id='a'</text></svg>\n",
			 "k-", "<t>"),
		0);
	assert_string_equal(page(NULL), "<figure>\n<svg role=\"img\" aria-label=\"&lt;t&gt;\" "
					"viewBox=\"0 0 1 1\"><g id=\"k-a\"/><use href='#k-a'/>"
					"<text> id='a'</text></svg>\n</figure>\n");
}

static void test_wide_svg_scrolls(void **state)
{
	(void)state;
	assert_int_equal(html_svg(out, "<svg viewBox=\"0 0 3200 600\"></svg>", "k-", "t"), 0);
	assert_non_null(strstr(page(NULL), "<svg role=\"img\" aria-label=\"t\" "
					   "style=\"--wide: 3200px\" viewBox"));
}

static void test_no_svg_is_refused(void **state)
{
	static const char *const bad[] = { "",
					   "<svg",
					   "</svg><svg>",
					   "<html></html>",
					   "<svg><script>x</script></svg>",
					   "<svg><foreignObject/></svg>" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(html_svg(out, bad[i], "k-", "t"), -EINVAL);
	assert_string_equal(page(NULL), "");
}

static void test_result(void **state)
{
	struct np_result *r = sample_result();
	struct html_result h = { .result = r };

	(void)state;
	assert_int_equal(html_result(out, &h), 0);
	page("sample");
	np_result_free(r);
	assert_non_null(strstr(text,
			       "<li>shadow VMCS removes 31 % of the nesting overhead of cpuid "
			       "(24,110 -&gt; 17,000 ticks; single 1,030)</li>"));
	assert_non_null(strstr(text, "nestprof lab --arms single,shadow-off,shadow-on --workloads "
				     "cpuid,vmcall,pio --repetitions 3"));
	assert_int_equal(count(text, "<table class=\"sorts\">"), 2);
}

static void test_hostile_environment(void **state)
{
	struct np_result *r = sample_empty();
	struct html_result h = { .result = r, .advice = HOSTILE };

	(void)state;
	np_result_set_env(r, "cpu_model", "%s", HOSTILE);
	np_result_set_env(r, "emulated_cpu", "%s", HOSTILE);
	sample_off(r);
	assert_int_equal(html_result(out, &h), 0);
	page("hostile");
	np_result_free(r);
	assert_int_equal(count(text, "<script"), 1);
	assert_int_equal(count(text, "&lt;script&gt;"), 3);
	assert_non_null(strstr(text, "--cpu-model &#39;&lt;/td&gt;&lt;script&gt;alert("
				     "&#39;\\&#39;&#39;x&#39;\\&#39;&#39;)"));
	assert_non_null(strstr(text, "no comparison for cpuid: shadow-on was not measured"));
}

static void test_empty_result(void **state)
{
	struct np_result *r = np_result_new();
	struct html_result h = { .result = r };

	(void)state;
	assert_int_equal(html_result(out, &h), 0);
	page("empty");
	np_result_free(r);
	assert_non_null(strstr(text, "nothing to compare"));
	assert_non_null(strstr(text, "</html>"));
}

static void add_idle_arm(struct np_result *r, const char *name, const char *shadow)
{
	struct np_arm_result *a = sample_arm(r, name, shadow);
	struct np_workload_result *w = sample_workload(a, "cpuid", 100, 110);

	w->has_account = true;
	w->traced_iterations = w->iterations;
	w->account.isa = NP_ISA_VMX;
	np_arm_add_workload(a, "pio"); /* was not measured at all */
}

static bool has_number_that_is_none(const char *in)
{
	static const char *const none[] = { " nan", ">nan", ",nan", "-nan", " inf", ">inf", ",inf",
					    "-inf" };

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		if (strstr(in, none[i]))
			return true;
	return false;
}

/* Nothing is divided by what is not there. */
static void test_result_without_l2_exits(void **state)
{
	struct np_result *r = sample_empty();
	struct html_result h = { .result = r };

	(void)state;
	strcpy(r->time_unit, "ticks");
	add_idle_arm(r, NP_ARM_OFF, "N");
	add_idle_arm(r, NP_ARM_ON, "Y");
	assert_int_equal(np_result_print(r, out, "", ""), 0);
	assert_int_equal(np_result_print_csv(r, out), 0);
	assert_int_equal(html_result(out, &h), 0);
	page(NULL);
	np_result_free(r);
	assert_false(has_number_that_is_none(text));
	assert_int_equal(count(text, "</html>"), 1);
}

/* Two VMs with names that nobody should give, one of which never ran L2. */
static void add_vm(struct stat_lines *lines, pid_t tgid, const char *name, bool l2)
{
	static const struct np_trip_hists no_trips;
	struct np_account *a = calloc(1, sizeof(*a));
	struct stat_whose w = { .tgid = tgid, .vcpu = NP_ANY_VCPU };
	struct np_row *row = &a->l2[sample_reason("CPUID")];

	snprintf(w.vm, sizeof(w.vm), "%s", name);
	a->isa = NP_ISA_VMX;
	a->outside[sample_reason("HLT")] = 7;
	if (l2) {
		a->entries = 100;
		row->exits = row->to_l1 = row->resumed = 100;
		row->caused[sample_reason("VMREAD")] = 700;
		row->caused[sample_reason("VMRESUME")] = 100;
	}
	assert_int_equal(stat_lines_add(&w, a, &no_trips, lines), 0);
	free(a);
}

static struct html_recording recording(struct stat_lines *lines)
{
	return (struct html_recording){ .file = HOSTILE,
					.nestprof = "0",
					.kernel = "6.1",
					.cpu = HOSTILE,
					.tracing = "not measured",
					.seconds = 2,
					.by = STAT_BY_VM,
					.lines = lines };
}

static void test_hostile_vm_names(void **state)
{
	struct stat_lines lines = { 0 };
	struct html_recording h = recording(&lines);

	(void)state;
	add_vm(&lines, 10, HOSTILE, true);
	add_vm(&lines, 11, "' onload=alert(1) \xe2\x80\xae", false);
	assert_int_equal(stat_lines_finish(&lines, 2, 0, stat_metric_find("share")), 0);
	h.damage = HOSTILE;
	h.lost = 3;
	assert_int_equal(html_recording(out, &h), 0);
	stat_lines_free(&lines);
	page("vms");
	assert_int_equal(count(text, "<script"), 1);
	assert_non_null(strstr(text,
			       "<li>100 exits of L2 made L1 exit 8.00 times each: nesting turns "
			       "one exit into 9.00."));
	assert_non_null(strstr(text, "CPUID accounts for 98 % of L0&#39;s exits"));
	assert_non_null(strstr(text, "3 events were lost"));
}

static void test_no_l2(void **state)
{
	struct stat_lines lines = { 0 };
	struct html_recording h = recording(&lines);

	(void)state;
	add_vm(&lines, 11, "plain", false);
	assert_int_equal(stat_lines_finish(&lines, 2, 0, stat_metric_find("share")), 0);
	assert_int_equal(html_recording(out, &h), 0);
	stat_lines_free(&lines);
	page("no-l2");
	assert_non_null(
		strstr(text, "<li>7 exits to L0, none of them of a nested guest (L2).</li>"));
}

static void test_nothing_recorded(void **state)
{
	struct html_recording h = recording(NULL);

	(void)state;
	assert_int_equal(html_recording(out, &h), 0);
	assert_non_null(strstr(page("nothing"), "No virtual machine exited."));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	static const struct CMUnitTest tests[] = {
		TEST(test_text_is_escaped),
		TEST(test_table_sorts_by_values),
		TEST(test_svg_gets_names_of_its_own),
		TEST(test_wide_svg_scrolls),
		TEST(test_no_svg_is_refused),
		TEST(test_result),
		TEST(test_hostile_environment),
		TEST(test_empty_result),
		TEST(test_result_without_l2_exits),
		TEST(test_hostile_vm_names),
		TEST(test_no_l2),
		TEST(test_nothing_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
