// SPDX-License-Identifier: GPL-2.0-only
/* What bench suggests of round trips, and how it says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "analysis/bench.h"
#include "analysis/result_json.h"
#include "collector/workload.h"
#include "tests/unit/sample_result.h"

static const struct np_bench_machine cloud_vm = { "kvm_intel", true, 0 };
static const struct np_bench_machine timed_vm = { "kvm_intel", true, 2000000 };

/* A bench of CPUID alone; 0 ticks: it failed. The caller frees b->result. */
static struct np_bench benched(double ticks, const struct np_bench_machine *machine)
{
	struct np_result *r = np_result_new();
	struct np_workload_result *w = sample_workload(sample_arm(r, NP_ARM_SINGLE, NULL), "cpuid",
						       ticks, 0);
	struct np_bench b;

	w->traced.n = 0;
	if (!ticks)
		strcpy(w->error, "it hung");
	np_bench_judge(&b, r, machine);
	return b;
}

static void assert_suggests(double ticks, const struct np_bench_machine *machine,
			    enum np_suggestion wanted)
{
	struct np_bench b = benched(ticks, machine);

	assert_int_equal(b.suggestion, wanted);
	np_result_free((struct np_result *)b.result);
}

static void round_trips_suggest_how_a_vm_is_nested(void **state)
{
	(void)state;
	assert_suggests(900, &cloud_vm, NP_NESTED_AS_SINGLE);
	assert_suggests(2600, &cloud_vm, NP_NESTED_AS_SINGLE);
	assert_suggests(14000, &cloud_vm, NP_NESTED_SHADOW);
	assert_suggests(30000, &cloud_vm, NP_NESTED_SHADOW);
	assert_suggests(60000, &cloud_vm, NP_NESTED_TRAPS);
	assert_suggests(110000, &cloud_vm, NP_NESTED_TRAPS);
	/* In between, and far beyond: nothing is made of it. */
	assert_suggests(43000, &cloud_vm, NP_NESTED_UNCLEAR);
	assert_suggests(7000, &cloud_vm, NP_NESTED_UNCLEAR);
	assert_suggests(1e6, &cloud_vm, NP_NESTED_UNCLEAR);
}

static void the_machine_decides_before_the_figures(void **state)
{
	(void)state;
	assert_suggests(60000, &(struct np_bench_machine){ "kvm_intel", false, 0 }, NP_BARE_METAL);
	assert_suggests(60000, &(struct np_bench_machine){ "kvm_amd", true, 0 }, NP_NESTED_SVM);
	assert_suggests(60000, &(struct np_bench_machine){ "kvm_pvm", true, 0 },
			NP_OTHER_BACKEND);
	assert_suggests(60000, &(struct np_bench_machine){ "", true, 0 }, NP_OTHER_BACKEND);
	assert_suggests(0, &cloud_vm, NP_NOTHING_MEASURED);
}

/* Microseconds are compared only where the clock's rate is known. */
static void units_are_not_mixed(void **state)
{
	struct np_bench_machine fast = { "kvm_intel", true, 4000000 };
	struct np_bench b = benched(41000, &cloud_vm);

	(void)state;
	assert_int_equal(b.near[NP_FORM_SHADOWED].figure->unit, NP_UNIT_CYCLES);
	assert_true(isnan(np_bench_nanoseconds(&b, 1)));
	np_result_free((struct np_result *)b.result);
	b = benched(41000, &fast);
	assert_close(np_bench_nanoseconds(&b, 41000), 10250, 1e-6);
	assert_int_equal(b.near[NP_FORM_SHADOWED].figure->unit, NP_UNIT_MICROSECONDS);
	assert_close(b.near[NP_FORM_SHADOWED].factor, 10.40 / 10.25, 1e-2);
	np_result_free((struct np_result *)b.result);
}

static char *printed(const struct np_bench *b)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(np_bench_print(b, out), 0);
	fclose(out);
	return text;
}

static void the_page_has_figures_and_sources(void **state)
{
	struct np_bench b = benched(14000, &timed_vm);
	char *text = printed(&b);

	(void)state;
	assert_non_null(strstr(text, "with VMCS shadowing: its host seems to use it"));
	assert_non_null(strstr(text, "58,000-63,600"));
	assert_non_null(strstr(text, "SVt 2019: Vilanova"));
	assert_null(strstr(text, "JANUS")); /* of a workload that was not run */
	free(text);
	np_result_free((struct np_result *)b.result);
}

static void a_workload_that_failed_says_why(void **state)
{
	struct np_bench b = benched(0, &cloud_vm);
	char *text = printed(&b);

	(void)state;
	assert_non_null(strstr(text, "cpuid: it hung"));
	assert_non_null(strstr(text, "nothing is suggested"));
	assert_null(strstr(text, "Turtles"));
	free(text);
	np_result_free((struct np_result *)b.result);
}

static void the_json_is_a_result(void **state)
{
	struct np_bench b = benched(60000, &timed_vm);
	char *text = np_bench_to_json(&b), why[200] = "";
	json_t *o = json_loads(text, 0, NULL), *bench = json_object_get(o, "bench");
	json_t *nearest = json_object_get(json_object_get(bench, "nearest"), "nested");
	struct np_result *r = NULL;

	(void)state;
	assert_int_equal(np_result_from_json(text, &r, why, sizeof(why)), 0);
	assert_int_equal(np_result_arm(r, NP_ARM_SINGLE)->workloads[0]->untraced.n, 3);
	assert_string_equal(json_string_value(json_object_get(bench, "suggests")), "nested");
	assert_string_equal(json_string_value(json_object_get(nearest, "source")), "Turtles 2010");
	assert_int_equal(json_integer_value(json_object_get(bench, "tsc_khz")), 2000000);
	json_decref(o);
	free(text);
	np_result_free(r);
	np_result_free((struct np_result *)b.result);
}

static void published_figures_are_of_workloads(void **state)
{
	const struct np_published *p;
	uint32_t i;

	(void)state;
	for (i = 0; (p = np_published_at(i)); i++) {
		if (!workload_find(p->workload))
			fail_msg("no workload is called %s", p->workload);
		assert_true(p->least > 0 && p->least <= p->most);
	}
	assert_true(i > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trips_suggest_how_a_vm_is_nested),
		cmocka_unit_test(the_machine_decides_before_the_figures),
		cmocka_unit_test(units_are_not_mixed),
		cmocka_unit_test(the_page_has_figures_and_sources),
		cmocka_unit_test(a_workload_that_failed_says_why),
		cmocka_unit_test(the_json_is_a_result),
		cmocka_unit_test(published_figures_are_of_workloads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
