// SPDX-License-Identifier: GPL-2.0-only
#include "collector/result_file.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/result_json.h"
#include "collector/base/fail.h"
#include "collector/calibrate/publish.h"

int result_file_path(const char *given, char path[NP_PATH])
{
	int err = fs_path(path, "%s/result.json", given);

	return !err && fs_exists(path) ? 0 : fs_path(path, "%s", given);
}

int result_file_read(const char *path, struct np_result **out)
{
	char why[200], *text = NULL;
	int err = fs_read_text(path, &text);

	if (err)
		return fail(NP_EXIT_MISSING, err, "%s: %s", path, strerror(-err));
	err = np_result_from_json(text, out, why, sizeof(why));
	free(text);
	return err ? fail(NP_EXIT_FAILED, err, "%s: %s", path, why) : 0;
}

int result_file_calibration(const char *result, char path[NP_PATH])
{
	char real[PATH_MAX], *dir;
	int err;

	if (!realpath(result, real))
		return -errno;
	dir = dirname(real);
	err = fs_path(path, "%s/" CALIBRATION_FILE, dir);
	if (!err && !fs_exists(path))
		err = fs_path(path, "%s/" CALIBRATION_FILE, dirname(dir));
	return err;
}

bool result_file_is(const char *given)
{
	char path[NP_PATH];
	struct stat st;
	bool json;
	FILE *f;

	if (result_file_path(given, path))
		return false;
	if (strcmp(path, given))
		return true;
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode)) /* nothing is lost of a pipe */
		return false;
	f = fopen(path, "re");
	json = f && fgetc(f) == '{';
	if (f)
		fclose(f);
	return json;
}
