// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the exporter tells: sums over windows, bounded series, labels that anybody may choose.
 * With NESTPROF_METRICS set, the page of 200 hostile VMs is left there, for promtool.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "analysis/export/metrics.h"
#include "analysis/hist.h"
#include "collector/base/fsutil.h"
#include "tests/unit/fsm_pools.h"
#include "tests/unit/sample_result.h"

#include <cmocka.h>

static struct fleet fleet;
static struct np_account window;
static struct np_trip_hists trips;
static char *text;
static size_t size;

static int begin(void **state)
{
	(void)state;
	memset(&window, 0, sizeof(window));
	memset(&trips, 0, sizeof(trips));
	window.isa = NP_ISA_VMX;
	return fleet_init(&fleet, 4);
}

static int end(void **state)
{
	(void)state;
	fleet_free(&fleet);
	free(text);
	text = NULL;
	return 0;
}

static void no_uuid(pid_t tgid, char *out, size_t n)
{
	(void)tgid;
	snprintf(out, n, "id\"\n");
}

static const char *page(bool openmetrics)
{
	const struct metrics_facts facts = { .kernel = "6.1", .lost = 2, .times = true,
					     .cost_known = true, .cost_cpus = 0.5 };
	FILE *f = open_memstream(&text, &size);

	assert_int_equal(metrics_print(f, &fleet, &facts, no_uuid, openmetrics), 0);
	fclose(f);
	return text;
}

static void has(const char *line)
{
	if (!strstr(text, line))
		fail_msg("no \"%s\" in\n%s", line, text);
}

static uint32_t series(void)
{
	uint32_t n = 0;

	for (const char *p = text; *p; p = strchr(p, '\n') + 1)
		n += *p != '#';
	return n;
}

/* CPUID, handled by L1 in 3 us (two of them) and 70 ms. */
static void some_exits(void)
{
	struct np_row *r = &window.l2[sample_reason("CPUID")];

	r->exits = r->to_l1 = r->resumed = 3;
	r->caused[sample_reason("VMREAD")] = 21;
	r->caused[sample_reason("VMRESUME")] = 2;
	r->caused[sample_reason("VMLAUNCH")] = 1;
	r->caused[sample_reason("MSR_READ")] = 3;
	r->trip[NP_TRIP_L1] = (struct np_trips){ 3, 70006000 };
	trips.of[sample_reason("CPUID")][NP_TRIP_L1].n[np_hist_bucket(3000)] = 2;
	trips.of[sample_reason("CPUID")][NP_TRIP_L1].n[np_hist_bucket(70000000)] = 1;
	window.outside[sample_reason("HLT")] = 5;
	window.entries = 3;
}

static void add(const char *name, pid_t tgid)
{
	struct stat_whose w = { .tgid = tgid, .vcpu = NP_ANY_VCPU };

	snprintf(w.vm, sizeof(w.vm), "%s", name);
	assert_int_equal(fleet_window(&w, &window, &trips, &fleet), 0);
}

static void test_windows_are_summed(void **state)
{
	(void)state;
	some_exits();
	for (int round = 0; round < 2; round++) {
		fleet_begin(&fleet, round);
		add("web", 7);
		fleet_end(&fleet, 300);
	}
	page(true);
	has("nestprof_l0_exits_total{vm=\"web\"} 70\n");
	has("nestprof_l1_alone_exits_total{vm=\"web\"} 10\n");
	has("nestprof_l2_exits_total{vm=\"web\",reason=\"CPUID\"} 6\n");
	has("nestprof_l1_exits_total{vm=\"web\",reason=\"CPUID\",kind=\"VMREAD\"} 42\n");
	has("nestprof_l1_exits_total{vm=\"web\",reason=\"CPUID\",kind=\"VM entry\"} 6\n");
	has("nestprof_l1_exits_total{vm=\"web\",reason=\"CPUID\",kind=\"rest\"} 6\n");
	has("nestprof_round_trip_seconds_bucket{vm=\"web\",by=\"L1\",le=\"2e-06\"} 0\n");
	has("nestprof_round_trip_seconds_bucket{vm=\"web\",by=\"L1\",le=\"5e-06\"} 4\n");
	has("nestprof_round_trip_seconds_bucket{vm=\"web\",by=\"L1\",le=\"0.01\"} 4\n");
	has("nestprof_round_trip_seconds_bucket{vm=\"web\",by=\"L1\",le=\"0.1\"} 6\n");
	has("nestprof_round_trip_seconds_count{vm=\"web\",by=\"L1\"} 6\n");
	has("nestprof_round_trip_seconds_sum{vm=\"web\",by=\"L1\"} 0.140012000\n");
	has("nestprof_vm_info{vm=\"web\",pid=\"7\",uuid=\"id\\\"\\n\"} 1\n");
	has("nestprof_lost_events_total 2\n");
	assert_string_equal(text + size - 6, "# EOF\n");
}

static void test_formats_name_families_apart(void **state)
{
	(void)state;
	some_exits();
	add("web", 7);
	page(true);
	has("# TYPE nestprof_l2_exits counter\n");
	has("# TYPE nestprof_build info\n");
	free(text);
	page(false);
	has("# TYPE nestprof_l2_exits_total counter\n");
	has("# TYPE nestprof_build_info gauge\n");
	assert_null(strstr(text, "# EOF"));
}

static void test_hostile_labels(void **state)
{
	(void)state;
	add("a\"b\\c\nd\xff", 7);
	add("", 8);
	page(true);
	has("nestprof_l0_exits_total{vm=\"a\\\"b\\\\c\\nd\xef\xbf\xbd\"} 0\n");
	has("nestprof_l0_exits_total{vm=\"pid-8\"} 0\n");
}

/* Two of one name are one: there cannot be two series with the same labels. */
static void test_same_name(void **state)
{
	(void)state;
	some_exits();
	add("web", 7);
	add("web", 8);
	add(FLEET_OTHERS, 9);
	page(true);
	has("nestprof_l0_exits_total{vm=\"web\"} 70\n");
	has("nestprof_l0_exits_total{vm=\"(others)\"} 35\n");
	assert_int_equal(fleet.nr, 1);
}

/* However many VMs come, and whatever they exit for. */
static void test_series_are_bounded(void **state)
{
	(void)state;
	some_exits();
	for (uint32_t i = 0; i < NP_REASONS; i++)
		window.l2[i].exits = 1;
	for (int i = 0; i < 50; i++) {
		char name[16];

		snprintf(name, sizeof(name), "vm-%d", i);
		add(name, 100 + i);
	}
	page(true);
	assert_int_equal(fleet.nr, 4);
	assert_true(series() <= metrics_most_series(4));
	assert_true(series() > metrics_most_series(4) / 2);
	has("nestprof_l0_exits_total{vm=\"(others)\"}");
	has("reason=\"OTHER\"");
}

static void test_ended_vms_are_forgotten(void **state)
{
	(void)state;
	fleet_begin(&fleet, 0);
	add("a", 1);
	add("b", 2);
	fleet_end(&fleet, 300);
	fleet_begin(&fleet, 200);
	add("b", 2);
	fleet_end(&fleet, 300);
	assert_int_equal(fleet.nr, 2);
	fleet_begin(&fleet, 301);
	fleet_end(&fleet, 300);
	assert_int_equal(fleet.nr, 1);
	assert_string_equal(fleet.vm[0].label, "b");
}

static void test_nothing_yet(void **state)
{
	(void)state;
	page(true);
	has("nestprof_vms 0\n");
	assert_null(strstr(text, "vm=\""));
}

static struct np_vcpu vcpu;
static uint32_t names_asked;

static void name_vm(pid_t tgid, char name[NP_VM_NAME], void *arg)
{
	(void)arg;
	names_asked++;
	snprintf(name, NP_VM_NAME, "vm-%d", (int)tgid);
}

/* n CPUIDs of L2, each with a VMREAD of L1, that take 3 us. */
static void run_vcpu(uint32_t n)
{
	while (n--) {
		np_fsm_exit(&pools, &vcpu, 10, NP_LEVEL_L2, true);
		np_fsm_inject(&pools, &vcpu, 10, true);
		np_fsm_entry(&pools, &vcpu, NP_LEVEL_L1);
		np_fsm_exit(&pools, &vcpu, 23, NP_LEVEL_L1, true);
		np_fsm_entry(&pools, &vcpu, NP_LEVEL_L1);
		np_fsm_exit(&pools, &vcpu, 24, NP_LEVEL_L1, true);
		np_fsm_vmenter(&pools, &vcpu, true);
		pools.now += 3000;
		np_fsm_entry(&pools, &vcpu, NP_LEVEL_L2);
		pools.now += 100;
	}
}

static void read_vcpu(double now, bool gone)
{
	struct fleet_vcpu list = { 5, gone, &vcpu };

	fleet_begin(&fleet, now);
	assert_int_equal(fleet_vcpus(&fleet, &list, 1, &pools, name_vm), 0);
	fleet_end(&fleet, 300);
}

static void counted(uint64_t n)
{
	const struct fleet_vm *v = &fleet.vm[0];
	uint64_t trips_seen = 0;

	for (uint32_t i = 0; i <= FLEET_BUCKETS; i++)
		trips_seen += v->trips[NP_TRIP_L1][i];
	assert_int_equal(v->now.row[0].exits, n);
	assert_int_equal(v->now.row[0].l1[FLEET_VMREAD], n);
	assert_int_equal(v->now.l0_exits, 3 * n);
	assert_int_equal(trips_seen, n);
	assert_int_equal(v->now.trip_ns[NP_TRIP_L1], 3000 * n);
}

/* Counters as they stand, read twice; then the vCPU ends, and another has its slot. */
static void test_vcpus_come_and_go(void **state)
{
	(void)state;
	names_asked = 0;
	for (int life = 0; life < 3; life++) {
		fresh_pools(8, TEST_ROWS);
		pools.now = 1; /* 0 is no time */
		fresh_vcpu(&vcpu, 5);
		vcpu.tgid = 77;
		run_vcpu(10);
		read_vcpu(3 * life, false);
		counted(25 * life + 10);
		run_vcpu(5);
		read_vcpu(3 * life + 1, false);
		counted(25 * life + 15);
		run_vcpu(10);
		read_vcpu(3 * life + 2, true);
		counted(25 * life + 25);
	}
	assert_int_equal(names_asked, 1);
	fleet_begin(&fleet, 20);
	fleet_end(&fleet, 300);
	counted(75); /* it is still told of */
}

/* Whatever buckets were counted in are about to start over. */
static void fill_buckets(__u32 *bucket, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (bucket[i])
			bucket[i] = UINT32_MAX - 1;
}

/* The kernel's buckets have 32 bits. */
static void test_buckets_start_over(void **state)
{
	(void)state;
	fresh_pools(8, TEST_ROWS);
	pools.now = 1;
	fresh_vcpu(&vcpu, 5);
	vcpu.tgid = 77;
	run_vcpu(1);
#ifdef NP_LEAN
	fill_buckets(vcpu.trips[0], NP_TRIPS * NP_TRIP_BUCKETS);
#else
	fill_buckets(test_pages->n, NP_HIST_PAGE);
#endif
	read_vcpu(1, false);
	run_vcpu(10);
	read_vcpu(2, false);
	assert_int_equal(fleet.vm[0].trips[NP_TRIP_L1][fleet_bucket(np_hist_bucket(3000))],
			 UINT32_MAX + 9ull);
}

/* For promtool. */
static void test_two_hundred(void **state)
{
	const char *file = getenv("NESTPROF_METRICS");

	(void)state;
	fleet_free(&fleet);
	assert_int_equal(fleet_init(&fleet, 256), 0);
	some_exits();
	for (int i = 0; i < 200; i++) {
		char name[48];

		snprintf(name, sizeof(name), "%c{}\"\\, =\xc3\xa9\xff %d", i % 31 + 1, i);
		add(name, 100 + i);
	}
	page(false);
	assert_true(size < 4 << 20);
	if (file)
		assert_int_equal(fs_write(file, text, size), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	static const struct CMUnitTest tests[] = {
		TEST(test_windows_are_summed),	   TEST(test_formats_name_families_apart),
		TEST(test_hostile_labels),	   TEST(test_same_name),
		TEST(test_series_are_bounded),	   TEST(test_ended_vms_are_forgotten),
		TEST(test_vcpus_come_and_go),	   TEST(test_buckets_start_over),
		TEST(test_nothing_yet),		   TEST(test_two_hundred),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
