// SPDX-License-Identifier: GPL-2.0-only
#include "collector/plot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/charts.h"
#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/proc.h"

#define EXEC_FAILED 127 /* proc_run()'s, as the shell's: no such program */

static int cannot_write(const char *path, int err)
{
	return fail(NP_EXIT_NO_SPACE, err, "cannot write the charts into %s: %s", path,
		    strerror(-err));
}

/* gnuplot does not notice a full disk; the end of the file shows it. */
static bool is_whole(const char *path, const char *kind)
{
	const char *mark = strcmp(kind, "svg") ? "IEND" : "</svg>";
	size_t len = 0, tail;
	char *data;
	bool whole;

	if (fs_read(path, &data, &len))
		return false;
	tail = len < 16 ? len : 16;
	whole = memmem(data + len - tail, tail, mark, strlen(mark));
	free(data);
	return whole;
}

static int run_gnuplot(const char *chart, const char *plots, const char *data, const char *out,
		       const char *kind)
{
	char script[NP_PATH], *said = NULL;
	const char *const argv[] = { "gnuplot", "-d", "-c", script, plots, data, out, kind, NULL };
	int err = fs_path(script, "%s/%s.gp", plots, chart), status;

	if (err)
		return err;
	if (!fs_exists(script))
		return fail(NP_EXIT_MISSING, -ENOENT, "no charts: %s is missing", script);
	status = proc_run(argv, &said);
	if (status == EXEC_FAILED)
		err = fail(NP_EXIT_MISSING, -ENOENT,
			   "no charts: gnuplot is missing; install gnuplot-nox");
	else if (status > 0)
		err = fail(NP_EXIT_FAILED, -EIO, "gnuplot could not draw %s (status %d): %.200s",
			   chart, status, said + strspn(said, "\n"));
	else
		err = status;
	free(said);
	return err;
}

/* Drawn beside, then put in place. */
static int draw(const char *chart, const char *kind, const char *plots, const char *work,
		const char *dir)
{
	char drawn[NP_PATH], place[NP_PATH];
	int err = fs_path(drawn, "%s/%s.%s", work, chart, kind);

	if (!err)
		err = fs_path(place, "%s/%s.%s", dir, chart, kind);
	if (!err)
		err = run_gnuplot(chart, plots, work, drawn, kind);
	if (err)
		return err;
	if (!is_whole(drawn, kind))
		return cannot_write(place, -ENOSPC);
	if (rename(drawn, place) < 0)
		return cannot_write(place, -errno);
	return 0;
}

static int draw_all(const char *plots, const char *work, const char *dir)
{
	static const char *const charts[] = { "exits", "round_trip", "overhead", "reduction",
					      "phases", "distribution", "l2_reasons" };
	static const char *const kinds[] = { "svg", "png" };
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(charts) / sizeof(*charts); i++) {
		char data[NP_PATH];

		err = fs_path(data, "%s/%s.dat", work, charts[i]);
		if (err || !fs_exists(data))
			continue;
		for (int k = 0; !err && k < 2; k++)
			err = draw(charts[i], kinds[k], plots, work, dir);
	}
	return err;
}

static int write_result(const void *what, const char *dir)
{
	return np_charts_write_data(what, dir);
}

static int write_stat(const void *what, const char *dir)
{
	return np_charts_write_stat(what, dir);
}

static int plot_with(int (*write)(const void *what, const char *dir), const void *what,
		     const char *dir, const char *plots)
{
	char work[NP_PATH], *full = realpath(dir, NULL);
	int err = full ? 0 : -errno;

	/* An absolute path: one that began with '|' or '<' would be run. */
	if (!err)
		err = fs_path(work, "%s/.charts-XXXXXX", full);
	if (!err && !mkdtemp(work))
		err = -errno;
	if (err) {
		free(full);
		return cannot_write(dir, err);
	}
	err = write(what, work);
	if (err)
		cannot_write(work, err);
	else
		err = draw_all(plots, work, full);
	fs_remove(work);
	free(full);
	return err;
}

int plot_result_with(const struct np_result *r, const char *dir, const char *plots)
{
	return plot_with(write_result, r, dir, plots);
}

int plot_result(const struct np_result *r, const char *dir)
{
	char plots[NP_PATH];
	int err = fs_data_path(plots, "plots");

	return err ? err : plot_with(write_result, r, dir, plots);
}

int plot_stat_with(const struct np_stat_chart *c, const char *dir, const char *plots)
{
	return plot_with(write_stat, c, dir, plots);
}

int plot_stat(const struct np_stat_chart *c, const char *dir)
{
	char plots[NP_PATH];
	int err = fs_data_path(plots, "plots");

	return err ? err : plot_with(write_stat, c, dir, plots);
}
