// SPDX-License-Identifier: GPL-2.0-only
/* What is advised for a result: found, compared, printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "analysis/advise_report.h"
#include "tests/unit/advise_fixture.h"

static struct np_advice_report *report_of(struct fixture *f, int want)
{
	struct np_advice_report *out = calloc(1, sizeof(*out));
	char why[200] = "";

	assert_int_equal(np_advice_report(out, f->r, f->c, 0, 0, why, sizeof(why)), want);
	assert_int_equal(!!why[0], !!want);
	return out;
}

static void a_report_has_measured_beside_predicted(void **state)
{
	struct fixture *f = *state;
	struct np_workload_result *on = add_run(f->r, NP_ARM_ON);
	struct np_advice_report *out;
	char *text;

	on->untraced.ticks[0] = on->untraced.ticks[1] = on->untraced.ticks[2] = 12345;
	use_all_kinds(f->w);
	out = report_of(f, 0);
	assert_int_equal(out->nr, 1);
	assert_string_equal(out->workload[0].arm, NP_ARM_OFF);
	assert_close(out->workload[0].measured_ticks, 12345, 1e-6);
	assert_close(out->workload[0].measured_exits, 1, 1e-6);
	assert_string_equal(out->stale, "");
	text = np_advice_to_json(out);
	assert_non_null(strstr(text, "\"measured\": 12345.0"));
	free(text);
	np_advice_report_free(out);
	free(out);
}

/* Neither NaN nor infinity is JSON. */
static void a_report_without_figures_has_null(void **state)
{
	struct fixture *f = *state;
	struct np_advice_report *out;
	const char *missing;
	char *text;

	np_calibration_free(f->c);
	f->c = sample_calibration(NP_COST_UNSHADOWED);
	assert_int_equal(np_calibration_solve(f->c, &missing), 0);
	use_all_kinds(f->w);
	np_result_set_env(f->r, "l0_kernel", "6.12");
	out = report_of(f, 0);
	assert_non_null(strstr(out->stale, "6.12"));
	text = np_advice_to_json(out);
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf,"));
	assert_non_null(strstr(text, "\"then\": null"));
	free(text);
	np_advice_report_free(out);
	free(out);
}

static void a_result_without_fields_is_refused(void **state)
{
	struct fixture *f = *state;

	f->w->has_fields = false;
	free(report_of(f, -ENODATA));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_report_has_measured_beside_predicted),
		TEST(a_report_without_figures_has_null),
		TEST(a_result_without_fields_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
