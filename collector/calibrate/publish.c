// SPDX-License-Identifier: GPL-2.0-only
#include "collector/calibrate/publish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/calibration_print.h"
#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/out.h"

static int write_file(const struct np_calibration *c, const char *dir, char path[NP_PATH])
{
	char *text = np_calibration_to_json(c);
	int err = text ? fs_path(path, "%s/" CALIBRATION_FILE, dir) : -ENOMEM;

	if (!err)
		err = fs_mkdirs(dir);
	if (!err)
		err = fs_write_atomic(path, text, strlen(text));
	if (err)
		fail(NP_EXIT_NO_SPACE, err, "cannot write " CALIBRATION_FILE " to %s: %s", dir,
		     strerror(-err));
	free(text);
	return err;
}

int calibration_publish(struct np_calibration *c, const char *dir)
{
	const time_t now = time(NULL);
	const char *missing;
	char path[NP_PATH];
	struct tm utc;
	int err = np_calibration_solve(c, &missing);

	if (err)
		return fail(NP_EXIT_FAILED, err, "the sweeps say nothing: %s", missing);
	gmtime_r(&now, &utc);
	strftime(c->date, sizeof(c->date), "%Y-%m-%dT%H:%M:%SZ", &utc);
	err = write_file(c, dir, path);
	if (!err)
		err = np_calibration_print(c, stdout);
	if (err)
		return err;
	printf("\ncalibration: %s\n", path);
	return out_end(0);
}

int calibration_read(const char *path, struct np_calibration **out)
{
	char why[200], *text = NULL;
	int err = fs_read_text(path, &text);

	if (err)
		return fail(NP_EXIT_MISSING, err,
			    "%s: %s; make one with 'nestprof calibrate', or in the lab with "
			    "'nestprof lab --calibrate'", path, strerror(-err));
	err = np_calibration_from_json(text, out, why, sizeof(why));
	free(text);
	return err ? fail(NP_EXIT_FAILED, err, "%s: %s", path, why) : 0;
}
