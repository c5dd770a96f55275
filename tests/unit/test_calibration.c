// SPDX-License-Identifier: GPL-2.0-only
/* Lines through points; costs from sweeps; a calibration's file, whatever befell it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "tests/unit/sample_calibration.h"

static void a_line_is_found(void **state)
{
	const double x[] = { 1, 2, 4, 8 }, y[] = { 13, 16, 22, 34 };
	struct np_line l;

	(void)state;
	assert_int_equal(np_fit_line(x, y, 4, &l), 0);
	assert_close(l.slope.value, 3, 1e-9);
	assert_close(l.intercept.value, 10, 1e-9);
	assert_close(l.slope.error, 0, 1e-9);
}

/* Worked out by hand: y = 1.7 x + 1.2, residues -0.2, 0.1, 0.4, -0.3. */
static void its_error_is_that_of_the_textbooks(void **state)
{
	const double x[] = { 0, 1, 2, 3 }, y[] = { 1, 3, 5, 6 };
	struct np_line l;

	(void)state;
	assert_int_equal(np_fit_line(x, y, 4, &l), 0);
	assert_close(l.slope.value, 1.7, 1e-9);
	assert_close(l.intercept.value, 1.2, 1e-9);
	/* t(2) = 4.303; squares of the residues 0.30; sxx = 5; mean of x 1.5 */
	assert_close(l.slope.error, 4.303 * sqrt(0.30 / 2 / 5), 1e-9);
	assert_close(l.intercept.error, 4.303 * sqrt(0.30 / 2 * (0.25 + 2.25 / 5)), 1e-9);
}

static void no_line_no_error(void **state)
{
	const double x[] = { 2, 2, 4 }, y[] = { 1, 2, 3 };
	struct np_line l;

	(void)state;
	assert_int_equal(np_fit_line(x, y, 2, &l), -EDOM);
	assert_int_equal(np_fit_line(x, y, 0, &l), -EDOM);
	assert_int_equal(np_fit_line(x + 1, y, 2, &l), 0);
	assert_true(isnan(l.slope.error));
	assert_true(isnan(np_mean(y, 1).error));
	assert_true(isnan(np_median(y, 0).value));
}

static void one_bad_repetition_does_not_count(void **state)
{
	const double y[] = { 10, 12, 1e6, 11, 13 };

	(void)state;
	assert_close(np_median(y, 5).value, 12, 0);
	assert_close(np_median(y, 2).value, 11, 0);
}

static void costs_are_those_the_sweeps_were_made_from(void **state)
{
	struct np_calibration *c = sample_calibration(NP_NR_COSTS);
	const char *missing;

	(void)state;
	assert_int_equal(np_calibration_solve(c, &missing), 0);
	for (int i = 0; i < NP_COST_DIRTY; i++)
		if (np_cost_sources[i].access)
			assert_close(c->cost[i].value, known_cost[i], 1e-6);
	assert_close(c->cost[NP_COST_SYNC].value, KNOWN_SYNC, 1e-6);
	assert_close(c->cost[NP_COST_DIRTY].value, KNOWN_DIRTY, 1e-6);
	assert_close(c->cost[NP_COST_OFF].value, KNOWN_OFF, 1e-6);
	assert_close(c->cost[NP_COST_ON].value, known_on(), 1e-6);
	/* 24 fields both ways, 11 and no high half one way */
	assert_close(c->cost[NP_COST_COPY].value + c->cost[NP_COST_COPY].error, KNOWN_SYNC / 59,
		     1e-6);
	assert_close(c->cost[NP_COST_COPY].value - c->cost[NP_COST_COPY].error, 5, 1e-6);
	np_calibration_free(c);
}

/* The errors of what a cost is computed from add up in it. */
static void uncertainty_is_handed_on(void **state)
{
	struct np_calibration *c = sample_calibration(NP_NR_COSTS);
	struct np_sweep *s = np_calibration_add(c, NP_ARM_OFF, "R:6820");
	const char *missing;

	(void)state;
	for (int i = 0; i < 3; i++)
		s->point[1].samples.ticks[i] += 40;
	assert_int_equal(np_calibration_solve(c, &missing), 0);
	assert_true(c->cost[NP_COST_TRAPPED + NP_READ].error > 1);
	assert_close(c->cost[NP_COST_SYNC].error, 3 * c->cost[NP_COST_TRAPPED + NP_READ].error,
		     1e-6);
	np_calibration_free(c);
}

static void a_run_that_was_disturbed_does_not_count(void **state)
{
	struct np_calibration *c = sample_calibration(NP_NR_COSTS);
	struct np_sweep *s = np_calibration_add(c, NP_ARM_OFF, "R:6820");
	const char *missing;

	(void)state;
	s->point[2].samples.ticks[0] += 5000;
	s->point[2].samples.ticks[2] += 90;
	assert_int_equal(np_calibration_solve(c, &missing), 0);
	assert_close(c->cost[NP_COST_TRAPPED + NP_READ].value, 1100, 1e-6);
	np_calibration_free(c);
}

static void what_is_not_measured_is_not_told(void **state)
{
	struct np_calibration *c = sample_calibration(NP_COST_UNSHADOWED);
	const char *missing;

	(void)state;
	assert_int_equal(np_calibration_solve(c, &missing), 0);
	assert_true(isnan(c->cost[NP_COST_UNSHADOWED + NP_READ].value));
	assert_true(isnan(c->cost[NP_COST_DIRTY].value));
	np_calibration_free(c);
	c = sample_calibration(NP_COST_SHADOWED);
	assert_int_equal(np_calibration_solve(c, &missing), -ENODATA);
	assert_non_null(strstr(missing, "sweep"));
	np_calibration_free(c);
}

static char *text_of(int costs)
{
	struct np_calibration *c = sample_calibration(costs);
	const char *missing;
	char *text;

	assert_int_equal(np_calibration_solve(c, &missing), 0);
	text = np_calibration_to_json(c);
	assert_non_null(text);
	np_calibration_free(c);
	return text;
}

static int read_text(const char *text, char why[200])
{
	struct np_calibration *c = NULL;
	int err = np_calibration_from_json(text, &c, why, 200);

	assert_int_equal(!c, !!err);
	np_calibration_free(c);
	return err;
}

static void a_file_read_is_the_file_written(void **state)
{
	char *text = text_of(NP_COST_READ_ONLY), why[200], *again;
	struct np_calibration *c;

	(void)state;
	assert_int_equal(np_calibration_from_json(text, &c, why, sizeof(why)), 0);
	assert_close(c->cost[NP_COST_SYNC].value, KNOWN_SYNC, 1e-6);
	again = np_calibration_to_json(c);
	assert_string_equal(again, text);
	assert_null(strstr(text, "nan"));
	np_calibration_free(c);
	free(again);
	free(text);
}

/* Up to its last brace it is no whole file. */
static void a_file_cut_off_is_refused(void **state)
{
	char *text = text_of(NP_NR_COSTS), why[200];

	(void)state;
	for (size_t n = strlen(text) - 2; n; n -= n > 97 ? 97 : 1) {
		text[n] = '\0';
		assert_int_equal(read_text(text, why), -EINVAL);
		assert_true(why[0]);
	}
	free(text);
}

/* Whatever one byte became: read or refused, but with a reason. */
static void a_damaged_file_harms_nobody(void **state)
{
	static const char bytes[] = "0-\"}]x";
	char *text = text_of(NP_COST_UNSHADOWED), why[200];
	size_t len = strlen(text);

	(void)state;
	for (size_t at = 0; at < len; at += 7) {
		char kept = text[at];

		text[at] = bytes[at % (sizeof(bytes) - 1)];
		if (read_text(text, why))
			assert_true(why[0]);
		text[at] = kept;
	}
	free(text);
}

static void refuse(const char *from, const char *to, int err, const char *says)
{
	char *text = text_of(NP_COST_UNSHADOWED), why[200];
	char *at = strstr(text, from), *changed;

	assert_non_null(at);
	assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, to,
			     at + strlen(from)) > 0);
	assert_int_equal(read_text(changed, why), err);
	if (!strstr(why, says))
		fail_msg("'%s' does not say '%s'", why, says);
	free(changed);
	free(text);
}

static void what_is_wrong_is_said(void **state)
{
	(void)state;
	refuse("nestprof-calibration/1", "nestprof-calibration/2", -EPROTO, "schema");
	refuse("\"schema\"", "\"scheme\"", -EINVAL, "schema");
	refuse("\"date\"", "\"data\"", -EINVAL, "date");
	refuse("\"emulated\": true", "\"emulated\": 1", -EINVAL, "emulated");
	refuse("\"access\": \"R:6820\"", "\"access\": \"R:6820m\"", -EINVAL, "another sweep");
	refuse("\"times\": 4", "\"times\": -4", -EINVAL, "sweeps[2].points[2].times");
	refuse("\"times\": 4", "\"times\": 70000", -EINVAL, "65535");
	refuse("\"access\": \"W:6820\"", "\"access\": \"W:6822\"", -EINVAL, "no sweep");
	refuse("\"arm\": \"shadow-off\"", "\"arm\": 1", -EINVAL, "arm");
}

static struct np_result *same_machine(void)
{
	struct np_result *r = np_result_new();
	struct np_arm_result *a = np_result_add_arm(r, NP_ARM_OFF);

	sample_machine(r);
	a->params[a->nr_params++] = (struct np_param){ "ept", "Y" };
	a->params[a->nr_params++] = (struct np_param){ "vpid", "Y" };
	return r;
}

static void stale(struct np_result *r, const char *says)
{
	struct np_calibration *c = sample_calibration(0);
	char why[256] = "";
	int err = np_calibration_fits(c, r, NP_ARM_OFF, why, sizeof(why));

	assert_int_equal(err, says ? -ESTALE : 0);
	if (says && !strstr(why, says))
		fail_msg("'%s' does not say '%s'", why, says);
	np_calibration_free(c);
	np_result_free(r);
}

static void another_machines_is_refused(void **state)
{
	static const char *const facts[] = { "cpu_model", "l0_kernel", "l0_package" };
	struct np_result *r = same_machine();

	(void)state;
	np_result_set_env(r, "qemu", "another");
	np_result_set_env(r, "emulator", "not known of the other");
	stale(r, NULL);
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
		r = same_machine();
		np_result_set_env(r, facts[i], "another");
		stale(r, facts[i]);
	}
	r = same_machine();
	r->emulated = false;
	stale(r, "emulated");
	r = same_machine();
	strcpy(r->time_unit, "ns");
	stale(r, "ns");
	r = same_machine();
	strcpy(r->arms[0]->params[0].value, "N");
	stale(r, "ept");
	r = np_result_new();
	r->emulated = true;
	stale(r, "cpu_model");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_found),
		cmocka_unit_test(its_error_is_that_of_the_textbooks),
		cmocka_unit_test(no_line_no_error),
		cmocka_unit_test(one_bad_repetition_does_not_count),
		cmocka_unit_test(costs_are_those_the_sweeps_were_made_from),
		cmocka_unit_test(uncertainty_is_handed_on),
		cmocka_unit_test(a_run_that_was_disturbed_does_not_count),
		cmocka_unit_test(what_is_not_measured_is_not_told),
		cmocka_unit_test(a_file_read_is_the_file_written),
		cmocka_unit_test(a_file_cut_off_is_refused),
		cmocka_unit_test(a_damaged_file_harms_nobody),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(another_machines_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
