// SPDX-License-Identifier: GPL-2.0-only
/* report, from a file to what it prints and how it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#undef fail /* ours is another */
#include "analysis/recording/info.h"
#include "bpf/events.h"
#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/record/output.h"
#include "collector/record/report_run.h"
#include "collector/stat/tracing.h"
#include "tests/unit/recording_bytes.h"

#define START 5000000000ull

static char folder[] = "/tmp/nestprof-report-XXXXXX", path[NP_PATH], other[NP_PATH];
static char *text;
static size_t text_size;
static struct report_options options;

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	return fs_path(path, "%s/a.rec", folder) || fs_path(other, "%s/b.rec", folder);
}

static int remove_folder(void **state)
{
	(void)state;
	return fs_remove(folder);
}

static int setup(void **state)
{
	(void)state;
	fail_clear();
	options = (struct report_options){ .target = TARGET_ALL,
					   .shown = shown_default(),
					   .file = path };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	unlink(other);
	free(text);
	text = NULL;
	return 0;
}

static void write_vcpu(struct rec_writer *w, uint32_t stream)
{
	struct rec_stream s = { stream, NP_ISA_VMX, { .tgid = 100 + stream, .vcpu = 0 } };
	uint64_t ns = START + stream;

	snprintf(s.whose.vm, sizeof(s.whose.vm), "vm-%u", stream);
	assert_int_equal(rec_write_stream(w, &s), 0);
	assert_int_equal(rec_write_run(w, stream, ns), 0);
	for (uint32_t i = 0; i < 1000; i++) {
		struct rec_event exit = { ns += 1000, NP_EVENT_EXIT, NP_LEVEL_L2, 10 };
		struct rec_event inject = { ns += 1000, NP_EVENT_INJECT, 0, 10 };
		struct rec_event l1_exit = { ns += 1000, NP_EVENT_EXIT, NP_LEVEL_L1, 24 };
		struct rec_event enter = { ns += 1000, NP_EVENT_VMENTER, 0, 0 };
		struct rec_event entry = { ns += 1000, NP_EVENT_ENTRY, NP_LEVEL_L2, 0 };

		rec_write_event(w, &exit);
		rec_write_event(w, &inject);
		rec_write_event(w, &l1_exit);
		rec_write_event(w, &enter);
		assert_int_equal(rec_write_event(w, &entry), 0);
	}
	assert_int_equal(rec_flush(w), 0);
}

static void write_info(struct rec_writer *w)
{
	struct rec_info info = { .start = START, .nestprof = "test", .has_entry = true,
				 .phases_every = 1 };
	json_t *o = rec_info_to_json(&info);

	assert_int_equal(rec_write_json(w, REC_FILE, o), 0);
	json_decref(o);
}

static void write_end(struct rec_writer *w)
{
	struct stat_tracing t = { .err = -EPERM };
	struct rec_end end = { .end = START + 10000000, .tracing = tracing_to_json(&t) };
	json_t *o = rec_end_to_json(&end);

	assert_int_equal(rec_write_json(w, REC_END, o), 0);
	json_decref(end.tracing);
	json_decref(o);
}

/* Two VMs' recording. */
static struct bytes make(void)
{
	struct bytes b = { 0 };
	struct rec_writer *w = rec_writer_new(bytes_write, &b);

	write_info(w);
	write_vcpu(w, 1);
	write_vcpu(w, 2);
	write_end(w);
	rec_writer_free(w);
	return b;
}

static void put(const struct bytes *b, size_t size)
{
	assert_int_equal(fs_write(path, b->data, size), 0);
}

static int run_report(void)
{
	FILE *saved = stdout;
	int err;

	free(text);
	stdout = open_memstream(&text, &text_size);
	assert_non_null(stdout);
	err = report_run(&options);
	fclose(stdout);
	stdout = saved;
	return err;
}

static void has(const char *wanted)
{
	if (!strstr(text, wanted)) {
		print_error("no \"%s\" in: %s\n", wanted, text);
		assert_true(false);
	}
}

static void failed(enum np_exit code, const char *wanted)
{
	assert_int_equal(fail_code(), code);
	assert_non_null(strstr(fail_text(), wanted));
}

static void whole_recording(void **state)
{
	struct bytes b = make();

	(void)state;
	put(&b, b.size);
	assert_int_equal(run_report(), 0);
	has("0.000 s to 0.010 s");
	has("CPUID       2,000");
	has("Round trips");
	has("lost events: 0; tracing cost: not measured (the kernel's BPF statistics take "
	    "CAP_SYS_ADMIN)");
	options.target.counts_only = true;
	assert_int_equal(run_report(), 0);
	assert_null(strstr(text, "Round trips"));
	bytes_free(&b);
}

static void standard_input(void **state)
{
	struct bytes b = make();
	int saved = dup(STDIN_FILENO);

	(void)state;
	put(&b, b.size);
	assert_int_equal(dup2(open(path, O_RDONLY), STDIN_FILENO), STDIN_FILENO);
	options.file = "-";
	assert_int_equal(run_report(), 0);
	has("CPUID       2,000");
	dup2(saved, STDIN_FILENO);
	close(saved);
	bytes_free(&b);
}

static void only_what_is_asked_for(void **state)
{
	struct bytes b = make();

	(void)state;
	put(&b, b.size);
	options.target.vm = "vm-2";
	options.shown.by = STAT_BY_VM;
	assert_int_equal(run_report(), 0);
	has("vm-2");
	assert_null(strstr(text, "vm-1"));
	options.target.vm = "vm-3";
	assert_int_equal(run_report(), -ENOENT);
	failed(NP_EXIT_MISSING, "there are: vm-1 (PID 101), vm-2 (PID 102)");
	bytes_free(&b);
}

static void intervals_and_a_duration(void **state)
{
	struct bytes b = make();

	(void)state;
	put(&b, b.size);
	options.target.interval = 0.001;
	options.shown.format = STAT_JSON;
	assert_int_equal(run_report(), 0);
	has("\"interval\":10,\"start\":0.009,");
	has("\"type\":\"end\",\"intervals\":10,\"seconds\":0.01,");
	options.target.duration = 0.003;
	assert_int_equal(run_report(), 0);
	has("\"type\":\"end\",\"intervals\":3,\"seconds\":0.003,");
	bytes_free(&b);
}

/* What is in front of the damage is shown, and the damage told. */
static void damage_is_told(void **state)
{
	struct bytes b = make();

	(void)state;
	assert_int_equal(b.nr_frames, 6);
	b.data[b.end_of_frame[3] + 100] ^= 1; /* the second VM's events */
	b.data[b.end_of_frame[3] + 80] ^= 1;
	put(&b, b.size);
	assert_int_equal(run_report(), -EBADMSG);
	has("CPUID       1,000");
	failed(NP_EXIT_DAMAGED, "what came before is shown");
	failed(NP_EXIT_DAMAGED, "frames of");
	bytes_free(&b);
}

static void cut_off(void **state)
{
	struct bytes b = make();

	(void)state;
	put(&b, b.end_of_frame[4]);
	assert_int_equal(run_report(), -EBADMSG);
	has("CPUID       2,000");
	has("not measured (the recording was cut off before it said so)");
	failed(NP_EXIT_DAMAGED, "it was cut off, at byte");
	bytes_free(&b);
}

static void contradiction(void **state)
{
	struct bytes b = { 0 };
	struct rec_writer *w = rec_writer_new(bytes_write, &b);

	(void)state;
	write_info(w);
	write_vcpu(w, 1);
	write_vcpu(w, 1); /* it is there already */
	write_end(w);
	rec_writer_free(w);
	put(&b, b.size);
	assert_int_equal(run_report(), -EBADMSG);
	has("CPUID       1,000");
	failed(NP_EXIT_DAMAGED, "contradicts");
	bytes_free(&b);
}

static void no_recording(void **state)
{
	(void)state;
	assert_int_equal(run_report(), -ENOENT);
	failed(NP_EXIT_MISSING, "No such file");
	fail_clear();
	assert_int_equal(fs_write(path, "hello", 5), 0);
	assert_int_equal(run_report(), -EBADMSG);
	failed(NP_EXIT_MISSING, "is no recording");
	assert_string_equal(text, "");
}

static void file_that_exists_is_not_written_to(void **state)
{
	struct output o;

	(void)state;
	assert_int_equal(fs_write(path, "hello", 5), 0);
	assert_int_equal(output_open(&o, path, false), -EEXIST);
	failed(NP_EXIT_USAGE, "exists already");
	assert_int_equal(output_open(&o, path, true), 0);
	assert_int_equal(output_write(&o, "recorded", 8), 0);
	assert_int_equal(output_close(&o, true), 0);
	assert_int_equal(fs_read(path, &text, NULL), 0);
	assert_string_equal(text, "recorded");
	assert_int_equal(output_open(&o, other, false), 0);
	assert_int_equal(output_close(&o, false), 0); /* nothing was recorded */
	assert_false(fs_exists(other));
}

static void device_that_is_full(void **state)
{
	struct output o;

	(void)state;
	assert_int_equal(output_open(&o, "/dev/full", true), 0);
	assert_int_equal(output_write(&o, "recorded", 8), -ENOSPC);
	failed(NP_EXIT_NO_SPACE, "cannot write /dev/full: No space left");
	output_close(&o, false);
	assert_true(fs_exists("/dev/full"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whole_recording, setup, teardown),
		cmocka_unit_test_setup_teardown(standard_input, setup, teardown),
		cmocka_unit_test_setup_teardown(only_what_is_asked_for, setup, teardown),
		cmocka_unit_test_setup_teardown(intervals_and_a_duration, setup, teardown),
		cmocka_unit_test_setup_teardown(damage_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(cut_off, setup, teardown),
		cmocka_unit_test_setup_teardown(contradiction, setup, teardown),
		cmocka_unit_test_setup_teardown(no_recording, setup, teardown),
		cmocka_unit_test_setup_teardown(file_that_exists_is_not_written_to, setup,
						teardown),
		cmocka_unit_test_setup_teardown(device_that_is_full, setup, teardown),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
