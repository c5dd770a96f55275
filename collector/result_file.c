// SPDX-License-Identifier: GPL-2.0-only
#include "collector/result_file.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/result_json.h"
#include "collector/base/fail.h"

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
