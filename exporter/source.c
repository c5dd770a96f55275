// SPDX-License-Identifier: GPL-2.0-only
#include "exporter/source.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "collector/host/vms.h"
#include "collector/record/playback.h"
#include "collector/stat/live.h"
#include "collector/stat/privileges.h"
#include "collector/stat/wait.h"

struct source {
	const struct export_options *o;
	struct live live;
	struct utsname host;
	/* Of a recording, all at once. */
	bool played;
	uint64_t lost;
	struct fleet *fleet;
};

int source_open(struct source **out, const struct export_options *o)
{
	struct source *s = calloc(1, sizeof(*s));
	int err = 0;

	if (!s)
		return -ENOMEM;
	*s = (struct source){ .o = o, .live = LIVE_NONE };
	uname(&s->host);
	if (!o->recording)
		err = privileges_check();
	if (!err && !o->recording)
		err = live_open_for(&s->live, &o->target, o->max_vcpus);
	if (err)
		source_close(s);
	else
		*out = s;
	return err;
}

void source_close(struct source *s)
{
	if (!s)
		return;
	live_close(&s->live);
	free(s);
}

static int take_interval(struct stat_model *m, uint64_t from, uint64_t to, uint64_t lost, void *arg)
{
	struct source *s = arg;

	(void)from, (void)to;
	s->lost += lost;
	return stat_model_windows(m, STAT_BY_VM, fleet_window, s->fleet);
}

static int play(struct source *s)
{
	struct playback play;
	int err = playback_open(&play, s->o->recording, &s->o->target);
	struct replay_options options;

	if (!err) {
		options = playback_options(&play);
		err = playback_run(&play, &options, take_interval, s);
	}
	if (!err)
		err = playback_judge(&play);
	playback_close(&play);
	return err;
}

/* It is the same at each scrape; the VMs in it never end. */
static int read_recording(struct source *s)
{
	int err = s->played ? 0 : play(s);

	s->played = true;
	for (uint32_t i = 0; i < s->fleet->nr; i++)
		s->fleet->vm[i].seen = s->fleet->now;
	return err;
}

struct reading {
	uint32_t n;
	struct fleet_vcpu vcpu[NP_MANY_VCPUS];
	const struct np_pools *pools;
};

static int take_vcpu(uint32_t slot, const struct np_vcpu *v, const struct np_pools *pools,
		     void *arg)
{
	struct reading *r = arg;

	r->pools = pools;
	r->vcpu[r->n++] = (struct fleet_vcpu){ slot, v->key == NP_KEY_GONE, v };
	return 0;
}

static void name_vm(pid_t tgid, char name[NP_VM_NAME], void *arg)
{
	(void)arg;
	vm_name(tgid, name);
}

static int read_live(struct source *s)
{
	struct reading r = { .n = 0 };
	int err = session_each_vcpu(s->live.session, take_vcpu, &r);

	if (!err && r.n)
		err = fleet_vcpus(s->fleet, r.vcpu, r.n, r.pools, name_vm);
	for (uint32_t i = 0; !err && i < r.n; i++)
		if (r.vcpu[i].gone)
			session_recycle(s->live.session, r.vcpu[i].slot);
	s->lost = session_lost(s->live.session);
	return err;
}

static void tell_cost(struct source *s, struct metrics_facts *facts)
{
	struct session_runs runs;
	struct stat_tracing t;

	if (s->o->recording)
		return;
	session_runs(s->live.session, &runs);
	cost_tell(&s->live.cost, &runs, wait_now() - s->live.begin, &t);
	facts->cost_known = t.measured;
	facts->cost_cpus = t.cpu_percent / 100;
	facts->cost_ns_per_run = t.ns_per_run;
}

int source_read(struct source *s, struct fleet *f, struct metrics_facts *facts)
{
	int err;

	s->fleet = f;
	fleet_begin(f, wait_now());
	err = s->o->recording ? read_recording(s) : read_live(s);
	fleet_end(f, s->o->keep);
	*facts = (struct metrics_facts){ .kernel = s->host.release,
					 .lost = s->lost,
					 .times = !s->o->target.counts_only };
	tell_cost(s, facts);
	return err;
}

double source_tend(struct source *s, double now)
{
	if (s->o->recording)
		return INFINITY;
	live_was_unloaded(&s->live);
	return live_sample(&s->live, now);
}
