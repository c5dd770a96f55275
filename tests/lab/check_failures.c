// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_failures FOLDER: what tests/lab/failures.sh left there. In each arm L1 says how
 * its entries failed, and ftrace's hist trigger which of KVM's checks; stat's counts
 * are the same, in JSON and CSV, and its text has them. A recording has as many failures.
 */
#include "tests/lab/stat_sums.h"

#include <stdbool.h>

#define TEXT 256

struct counted {
	char what[TEXT];
	uint64_t n;
};

struct counts {
	struct counted of[32];
	uint32_t nr;
};

static void add(struct counts *c, const char *what, uint64_t n)
{
	uint32_t i = 0;

	while (i < c->nr && strcmp(c->of[i].what, what) != 0)
		i++;
	assert_true(i < 32);
	if (i == c->nr)
		snprintf(c->of[c->nr++].what, TEXT, "%s", what);
	c->of[i].n += n;
}

static uint64_t of(const struct counts *c, const char *what)
{
	for (uint32_t i = 0; i < c->nr; i++)
		if (!strcmp(c->of[i].what, what))
			return c->of[i].n;
	return 0;
}

static void same(const struct counts *expected, const struct counts *ours)
{
	for (uint32_t i = 0; i < expected->nr; i++) {
		printf("%6llu %s %-6llu %s\n", (unsigned long long)expected->of[i].n,
		       expected->of[i].n == of(ours, expected->of[i].what) ? "==" : "!=",
		       (unsigned long long)of(ours, expected->of[i].what), expected->of[i].what);
	}
	for (uint32_t i = 0; i < expected->nr; i++)
		assert_int_equal(of(ours, expected->of[i].what), expected->of[i].n);
	assert_int_equal(ours->nr, expected->nr);
}

static char *file_of(const char *arm, const char *ending)
{
	char name[32];

	snprintf(name, sizeof(name), "%s.%s", arm, ending);
	return text_of(name);
}

/* "@np fail 400a ff 3 error 7": L1 was told so. */
static void read_l1(const char *arm, struct counts *told)
{
	static const char *const names[][2] = {
		{ "error 7", "VM-instruction error 7, invalid control field" },
		{ "error 8", "VM-instruction error 8, invalid host state" },
		{ "exit 33", "exit INVALID_STATE" },
		{ "exit 34", "exit MSR_LOAD_FAIL" },
	};
	char *text = file_of(arm, "log"), *save, *line, how[32];
	unsigned times;

	for (line = strtok_r(text, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save)) {
		bool known = false;

		assert_null(strstr(line, "@np error"));
		if (sscanf(line, "@np fail %*x %*x %u %31[a-z0-9 ]", &times, how) != 2)
			continue;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			if (strcmp(names[i][0], how) != 0)
				continue;
			add(told, names[i][1], times);
			known = true;
		}
		assert_true(known);
	}
	free(text);
}

/* "{ msg: TEXT   } hitcount:   3" */
static void read_ftrace(const char *arm, struct counts *checks)
{
	const char begin[] = "{ msg: ";
	char *text = file_of(arm, "hist"), *save, *line;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *end = strstr(line, " } hitcount:");

		if (strncmp(line, begin, strlen(begin)) != 0 || !end)
			continue;
		add(checks, "all", strtoull(end + strlen(" } hitcount:"), NULL, 10));
		while (end[-1] == ' ')
			end--;
		*end = '\0';
		add(checks, line + strlen(begin), strtoull(strchr(end + 1, ':') + 1, NULL, 10));
	}
	free(text);
}

/* What stat says: what L1 was told, and why. */
struct ours {
	struct counts told, checks;
	uint64_t lost, desyncs, entries, failed;
};

static void add_interval_of(struct ours *ours, const json_t *o)
{
	const json_t *row;
	size_t i;

	ours->lost += count(o, "lost");
	json_array_foreach(json_object_get(o, "groups"), i, row) {
		ours->desyncs += count(row, "desyncs");
		ours->entries += count(row, "entries");
		ours->failed += count(row, "failed_entries");
	}
	json_array_foreach(json_object_get(o, "failures"), i, row) {
		const char *why = json_string_value(json_object_get(row, "why"));

		add(&ours->told, json_string_value(json_object_get(row, "outcome")),
		    count(row, "entries"));
		if (!why || !strcmp(why, "found by the CPU"))
			continue;
		add(&ours->checks, "all", count(row, "entries"));
		add(&ours->checks, why, count(row, "entries"));
	}
}

static void read_intervals_of(const char *arm, const char *ending, struct ours *ours)
{
	char *text = file_of(arm, ending), *save, *line;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		json_t *o = json_loads(line, 0, NULL);

		assert_non_null(o);
		add_interval_of(ours, o);
		json_decref(o);
	}
	free(text);
}

/* Lines of the kind "failed entry"; their last column is how many. */
static uint64_t in_csv(const char *arm)
{
	char *text = file_of(arm, "csv"), *save, *line;
	uint64_t n = 0;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (strstr(line, ",failed entry,"))
			n += strtoull(strrchr(line, ',') + 1, NULL, 10);
	free(text);
	return n;
}

/* Debian's 5.10: no hist triggers, and nothing but KVM's check is known. */
static bool has_ftrace(const char *arm)
{
	char path[NP_PATH];

	assert_int_equal(fs_path(path, "%s/%s.hist", folder, arm), 0);
	return fs_exists(path);
}

static uint64_t sum_of(const struct counts *c)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < c->nr; i++)
		sum += c->of[i].n;
	return sum;
}

static void compare_all(const char *arm, const struct counts *told, const struct ours *ours)
{
	struct counts checks = { 0 };

	read_ftrace(arm, &checks);
	printf("shadow VMCS %s: what L1 was told == stat\n", arm);
	same(told, &ours->told);
	printf("shadow VMCS %s: KVM's checks, by ftrace == stat\n", arm);
	same(&checks, &ours->checks);
	/* Those that came so far that KVM had told of the entry. */
	assert_int_equal(ours->failed, of(told, "exit INVALID_STATE") +
				       of(told, "exit MSR_LOAD_FAIL") -
				       (sum_of(told) - of(&checks, "all")));
}

/* A recording does not say why, but that an entry failed it infers as stat does. */
static void check_report(const char *arm, const struct ours *stat)
{
	struct ours report = { 0 };

	read_intervals_of(arm, "report", &report);
	printf("shadow VMCS %s: %llu entries, %llu failed; recorded %llu, %llu failed\n", arm,
	       (unsigned long long)stat->entries, (unsigned long long)stat->failed,
	       (unsigned long long)report.entries, (unsigned long long)report.failed);
	assert_int_equal(report.lost, 0);
	assert_int_equal(report.desyncs, 0);
	assert_int_equal(report.entries, stat->entries);
	assert_int_equal(report.failed, stat->failed);
}

static void check_arm(const char *arm)
{
	struct counts told = { 0 };
	struct ours ours = { 0 };
	char *text = file_of(arm, "txt");

	read_l1(arm, &told);
	read_intervals_of(arm, "json", &ours);
	assert_true(sum_of(&told) >= 32);
	assert_int_equal(sum_of(&ours.told), sum_of(&told));
	assert_int_equal(in_csv(arm), sum_of(&told));
	assert_int_equal(ours.lost, 0);
	assert_int_equal(ours.desyncs, 0);
	assert_non_null(strstr(text, "Entries into L2 that failed"));
	for (uint32_t i = 0; i < ours.told.nr; i++)
		assert_non_null(strstr(text, ours.told.of[i].what));
	free(text);
	check_report(arm, &ours);
	if (has_ftrace(arm))
		compare_all(arm, &told, &ours);
	else
		same(&ours.checks, &ours.checks);
}

static void shadow_off(void **state)
{
	(void)state;
	check_arm("off");
}

static void shadow_on(void **state)
{
	(void)state;
	check_arm("on");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shadow_off),
		cmocka_unit_test(shadow_on),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: check_failures FOLDER\n");
		return 2;
	}
	folder = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
