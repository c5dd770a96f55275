// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/results.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/result_json.h"
#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/proc.h"
#include "collector/calibrate/publish.h"
#include "collector/list.h"

/* What nestprof printed last, and the exit code it ended with. */
static int failed_in_l0(const char *name, const char *results, int status)
{
	char path[NP_PATH], *log = NULL, *line;

	if (fs_path(path, "%s/ab.log", results) || fs_read(path, &log, NULL))
		return fail(NP_EXIT_MACHINE, -EIO, "%s: nestprof left no log", name);
	line = strstr(log, "nestprof: ");
	fail(status, -EIO, "%s, in its L0: %.*s", name, line ? (int)strcspn(line, "\n") : 40,
	     line ? line + strlen("nestprof: ") : "nestprof failed without a word");
	free(log);
	return -EIO;
}

static bool has_result(const char *results)
{
	char pattern[NP_PATH];
	glob_t found = { 0 };
	bool has = !fs_path(pattern, "%s/2*/result.json", results) &&
		   !glob(pattern, 0, NULL, &found);

	globfree(&found);
	return has;
}

static int check_status(const char *name, const char *results)
{
	char path[NP_PATH], line[16];
	uint64_t status;

	if (fs_path(path, "%s/status", results) || fs_read_line(path, line, sizeof(line)) ||
	    number_parse(line, 0, 255, &status))
		return fail(NP_EXIT_MACHINE, -EIO, "%s ended before its results were complete",
			    name);
	/* Counts that disagree are in the result: it is shown before it is refused. */
	if (status == NP_EXIT_OK || status == NP_EXIT_MISMATCH ||
	    (status == NP_EXIT_L1 && has_result(results)))
		return 0;
	return failed_in_l0(name, results, status);
}

static int load_result(const char *name, const char *results, struct np_result **out)
{
	char pattern[NP_PATH], why[200], *text = NULL;
	glob_t found = { 0 };
	int err = check_status(name, results);

	if (!err)
		err = fs_path(pattern, "%s/2*/result.json", results);
	if (err)
		return err;
	if (glob(pattern, 0, NULL, &found) || fs_read(found.gl_pathv[0], &text, NULL))
		err = fail(NP_EXIT_MACHINE, -EIO, "%s sent no result.json", name);
	else if ((err = np_result_from_json(text, out, why, sizeof(why))))
		fail(NP_EXIT_MACHINE, err, "%s sent a damaged result.json: %s", name, why);
	free(text);
	globfree(&found);
	return err;
}

int lab_results_collect(const struct lab_config *c, const struct lab_run *run,
			struct np_result **out)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < c->nr_machines; i++) {
		struct np_result *part = NULL;
		const char *differs = NULL;

		err = load_result(c->name[i], lab_run_results(run, i), &part);
		if (!err && *out) {
			err = np_result_merge(*out, part, &differs);
			if (err)
				fail(NP_EXIT_FAILED, err, "the machines' results do not fit: %s",
				     differs ? differs : "an arm came twice");
			np_result_free(part);
		} else {
			*out = part;
		}
	}
	return err;
}

int lab_results_describe(struct np_result *r, const struct lab_config *c)
{
	const struct lab_image *image = c->image;
	int err = np_result_set_env(r, "emulator", "%s %s", c->emulator->name,
				    c->emulator->version(image));

	r->emulated = true;
	snprintf(r->time_unit, sizeof(r->time_unit),
		 "ticks of the emulated time-stamp counter: one tick is one emulated instruction "
		 "(plus idle time), not a nanosecond");
	if (!err)
		err = np_result_set_env(r, "emulated_cpu", "%s", c->cpu_model);
	if (!err)
		err = np_result_set_env(r, "l0_package", "%s", c->l0->package);
	if (!err && c->l1)
		err = np_result_set_env(r, "l1_package", "%s", c->l1->package);
	if (!err)
		err = np_result_set_env(r, "busybox_package", "%s", image->busybox_version);
	if (!err)
		err = np_result_set_env(r, "image", "%.16s", image->hash);
	return err;
}

int lab_results_bring(const struct lab_config *c, const struct lab_run *run, const char *to)
{
	char from[NP_PATH];
	int err = fs_mkdirs(to);

	if (!err)
		err = fs_path(from, "%s/.", lab_run_results(run, 0));
	if (!err && proc_run((const char *const[]){ "cp", "-r", from, to, NULL }, NULL))
		err = fail(NP_EXIT_NO_SPACE, -EIO, "cannot copy what L0 left to %s", to);
	return err ? err : check_status(c->name[0], lab_run_results(run, 0));
}

int lab_results_calibration(const struct lab_config *c, const struct lab_run *run,
			    struct np_calibration **out)
{
	const char *results = lab_run_results(run, 0);
	char path[NP_PATH];
	int err = check_status(c->name[0], results);

	if (!err)
		err = fs_path(path, "%s/" CALIBRATION_FILE, results);
	if (!err)
		err = calibration_read(path, out);
	return err ? err : lab_results_describe((*out)->where, c);
}
