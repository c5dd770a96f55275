// SPDX-License-Identifier: GPL-2.0-only
#include "collector/top/run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "collector/stat/wait.h"
#include "collector/top/draw.h"
#include "collector/top/screen.h"
#include "collector/top/state.h"

/* The first figures come soon, whatever the interval. */
#define FIRST_S 0.2

struct run {
	struct top_source *source;
	struct top_state state;
	double stop; /* when to end */
	double due;  /* the next reading is */
	double read; /* the last one was */
};

int top_check_terminal(void)
{
	return screen_check(TOP_MIN_COLUMNS, TOP_MIN_LINES);
}

static int read_if_due(struct run *r, double now)
{
	int err = 0;

	if (now < r->due || r->state.ended)
		return 0;
	err = top_state_read(&r->state, r->source);
	r->read = now;
	r->due = now + r->state.interval;
	return err;
}

/* A new interval counts from the last reading on. */
static int take_key(struct run *r, int key)
{
	double interval = r->state.interval;
	int err = top_state_key(&r->state, key);

	if (r->state.interval != interval)
		r->due = r->read + r->state.interval;
	return err;
}

/* The VM's last counts, on a screen that stays. */
static int end_of_source(struct run *r)
{
	int err = top_state_read(&r->state, r->source);

	return err ? err : top_state_end(&r->state);
}

static double next_time(struct run *r)
{
	double next = r->source->sample(r->source, wait_now());

	if (!r->state.ended)
		next = fmin(next, r->due);
	return fmin(next, r->stop);
}

/* 1: it is over. */
static int step(struct run *r, const struct top_options *o)
{
	int fd = r->state.ended ? -1 : r->source->ended, key;

	switch (screen_wait(next_time(r), fd, &key)) {
	case SCREEN_KEY:
		return take_key(r, key);
	case SCREEN_FD:
		return end_of_source(r);
	case SCREEN_SIGNAL:
		return o->duration ? -EINTR : 1;
	case SCREEN_GONE:
		return 1;
	default:
		return wait_now() >= r->stop ? 1 : 0;
	}
}

static int run(struct run *r, const struct top_options *o)
{
	double begin = wait_now();
	int err = top_state_read(&r->state, r->source);

	r->stop = o->duration ? begin + o->duration : INFINITY;
	r->due = begin + fmin(FIRST_S, o->interval);
	while (!err && !r->state.quit) {
		top_draw(&r->state);
		err = step(r, o);
		if (!err)
			err = read_if_due(r, wait_now());
	}
	return err == 1 ? 0 : err;
}

int top_run(struct top_source *source, const struct top_options *o)
{
	struct run *r = calloc(1, sizeof(*r));
	int err = -ENOMEM;

	if (!r)
		return err;
	r->source = source;
	err = top_state_init(&r->state, o->interval);
	if (!err)
		err = screen_open();
	if (!err)
		err = run(r, o);
	screen_close();
	top_state_free(&r->state);
	free(r);
	return err;
}
