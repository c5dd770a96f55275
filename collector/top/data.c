// SPDX-License-Identifier: GPL-2.0-only
#include "collector/top/data.h"

#include <errno.h>
#include <string.h>

#include "analysis/stat_metrics.h"

int top_data_init(struct top_data *d)
{
	memset(d, 0, sizeof(*d));
	d->model = stat_model_new();
	return d->model ? 0 : -ENOMEM;
}

static void forget_lines(struct top_data *d)
{
	for (int by = 0; by < TOP_WAYS; by++) {
		stat_lines_free(&d->lines[by]);
		d->have[by] = false;
	}
}

void top_data_free(struct top_data *d)
{
	forget_lines(d);
	stat_model_free(d->model);
	d->model = NULL;
}

void top_data_begin(struct top_data *d)
{
	stat_model_advance(d->model);
}

void top_data_end(struct top_data *d, double seconds)
{
	d->seconds = seconds;
	if (!d->frozen)
		forget_lines(d);
}

static int gather(struct top_data *d, enum stat_by by)
{
	struct stat_lines *l = &d->lines[by];
	int err;

	if (d->have[by])
		return 0;
	l->idle = true;
	err = stat_model_windows(d->model, by, stat_lines_add, l);
	if (!err)
		err = stat_lines_finish(l, d->seconds, 0, stat_metric_find("share"));
	if (err)
		stat_lines_free(l);
	d->have[by] = !err;
	return err;
}

int top_data_freeze(struct top_data *d)
{
	int err = 0;

	for (int by = 0; !err && by < TOP_WAYS; by++)
		err = gather(d, by);
	d->frozen = !err;
	return err;
}

void top_data_thaw(struct top_data *d)
{
	d->frozen = false;
	forget_lines(d);
}

const struct stat_lines *top_data_lines(struct top_data *d, enum stat_by by)
{
	gather(d, by);
	return &d->lines[by];
}

const struct stat_group *top_data_all(struct top_data *d)
{
	static const struct stat_group nobody = { .whose = { .vcpu = NP_ANY_VCPU } };
	const struct stat_lines *l = top_data_lines(d, STAT_BY_REASON);

	return l->nr_groups ? &l->group[0] : &nobody;
}
