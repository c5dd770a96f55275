// SPDX-License-Identifier: GPL-2.0-only
#include "collector/result_dir.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "analysis/result_json.h"
#include "analysis/result_print.h"
#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/html/report.h"
#include "collector/plot.h"

#define MAX_SAME_SECOND 100

static int cannot(const char *what, const char *path, int err)
{
	return fail(NP_EXIT_NO_SPACE, err, "cannot %s %s: %s", what, path, strerror(-err));
}

static int make_one(const char *base, const char *stamp, int n, char out[NP_PATH])
{
	int err = n == 1 ? fs_path(out, "%s/%s", base, stamp)
			 : fs_path(out, "%s/%s-%d", base, stamp, n);

	if (!err && mkdir(out, 0777) < 0)
		err = -errno;
	return err;
}

int result_dir_create(const char *base, char out[NP_PATH])
{
	char stamp[32];
	time_t now = time(NULL);
	struct tm utc;
	int err = fs_mkdirs(base);

	if (err)
		return cannot("make the folder", base, err);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", gmtime_r(&now, &utc));
	for (int n = 1; n <= MAX_SAME_SECOND; n++) {
		err = make_one(base, stamp, n, out);
		if (err != -EEXIST)
			break;
	}
	return err ? cannot("make a folder in", base, err) : 0;
}

static int write_text(const char *dir, const char *name, const char *text, size_t len)
{
	char path[NP_PATH];
	int err = fs_path(path, "%s/%s", dir, name);

	if (!err)
		err = text ? fs_write_atomic(path, text, len) : -ENOMEM;
	return err ? cannot("write", err == -ENAMETOOLONG ? dir : path, err) : 0;
}

static int write_json(const char *dir, const struct np_result *r)
{
	char *text = np_result_to_json(r);
	int err = write_text(dir, "result.json", text, text ? strlen(text) : 0);

	free(text);
	return err;
}

static int write_csv(const char *dir, const struct np_result *r)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int err = f ? np_result_print_csv(r, f) : -ENOMEM;

	if (f && fclose(f) && !err)
		err = -ENOMEM;
	if (err)
		cannot("make result.csv in", dir, err);
	else
		err = write_text(dir, "result.csv", text, len);
	free(text);
	return err;
}

/* A result without its charts is still a result. */
static int draw_charts(const char *dir, const struct np_result *r)
{
	int err = plot_result(r, dir);

	if (!err || (fail_code() != NP_EXIT_MISSING && fail_code() != NP_EXIT_FAILED))
		return err;
	log_warn("%s", fail_text());
	fail_clear();
	return 0;
}

int result_dir_write(const char *dir, const struct np_result *r, bool charts)
{
	int err = write_json(dir, r);

	if (!err)
		err = write_csv(dir, r);
	if (!err && charts)
		err = draw_charts(dir, r);
	if (!err && charts)
		err = html_report_write(r, dir);
	if (err)
		rmdir(dir); /* fails, rightly, when a file is in it */
	return err;
}

int result_dir_publish(const char *base, const char *dir)
{
	const char *slash = strrchr(dir, '/');
	char link[NP_PATH], temp[NP_PATH];
	int err = fs_path(link, "%s/latest", base);

	if (!err)
		err = fs_path(temp, "%s/.latest.%d", base, (int)getpid());
	if (err)
		return cannot("set the link latest in", base, err);
	unlink(temp);
	if (symlink(slash ? slash + 1 : dir, temp) < 0)
		return cannot("set the link", link, -errno);
	if (rename(temp, link) < 0) {
		err = -errno;
		unlink(temp);
		return cannot("set the link", link, err);
	}
	return 0;
}
