// SPDX-License-Identifier: GPL-2.0-only
#include "collector/publish.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/result_print.h"
#include "analysis/turtles.h"
#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/log.h"
#include "collector/base/out.h"
#include "collector/html/report.h"
#include "collector/result_dir.h"
#include "collector/witness.h"

static uint32_t count_mismatches(const struct np_result *r)
{
	uint32_t n = 0;

	for (uint32_t a = 0; a < r->nr_arms; a++)
		for (uint32_t w = 0; w < r->arms[a]->nr_workloads; w++)
			n += witness_mismatches(r->arms[a]->workloads[w]);
	return n;
}

static uint32_t count_failed(const struct np_result *r)
{
	uint32_t n = 0;

	for (uint32_t a = 0; a < r->nr_arms; a++)
		for (uint32_t w = 0; w < r->arms[a]->nr_workloads; w++)
			n += r->arms[a]->workloads[w]->error[0] != '\0';
	return n;
}

int publish_check(const char *base)
{
	char path[NP_PATH];
	struct stat st;
	int err = fs_path(path, "%s", base[0] ? base : ".");

	/* The nearest folder that is there is the one to be written to. */
	while (!err && stat(path, &st) < 0) {
		if (errno != ENOENT)
			err = -errno;
		else
			strcpy(path, dirname(path));
	}
	if (!err && !S_ISDIR(st.st_mode))
		err = -ENOTDIR;
	if (!err && access(path, W_OK | X_OK) < 0)
		err = -errno;
	if (err)
		fail(NP_EXIT_NO_SPACE, err, "cannot write results to %s: %s; see --output", base,
		     strerror(-err));
	return err;
}

int publish_result(const struct np_result *r, const char *base, bool charts)
{
	char dir[NP_PATH];
	uint32_t wrong = count_mismatches(r);
	int err = result_dir_create(base, dir);

	if (charts)
		log_phase("draw the charts");
	if (!err)
		err = result_dir_write(dir, r, charts);
	if (!err)
		err = result_dir_publish(base, dir);
	log_phase_end();
	if (err)
		return err;
	np_result_print(r, stdout, log_bold(STDOUT_FILENO), log_reset(STDOUT_FILENO));
	printf("\nresult: %s/result.json%s\n", dir,
	       charts ? ", charts and " HTML_REPORT " beside it" : "");
	err = out_end(0);
	if (err)
		return err;
	if (wrong)
		return fail(NP_EXIT_MISMATCH, -EBADMSG,
			    "%u counts differ from ftrace's or KVM's own; see .witnesses in %s",
			    wrong, dir);
	if (count_failed(r))
		return fail(NP_EXIT_L1, -ENODATA,
			    "%u runs of workloads failed; the others went on: see .error in %s",
			    count_failed(r), dir);
	return 0;
}

int publish_turtles(const struct np_result *r, const struct np_uarch *u, int err)
{
	if (err && err != -ENODATA)
		return err;
	if (np_turtles_print(r, u, stdout) || fflush(stdout) || ferror(stdout))
		return fail(NP_EXIT_NO_SPACE, -EIO, "cannot write to standard output");
	return err;
}
