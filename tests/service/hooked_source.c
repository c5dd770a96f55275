// SPDX-License-Identifier: GPL-2.0-only
/*
 * A source for the exporter where there is no VMX: its programs are loaded and hooked in this
 * machine's KVM, whatever that is, and find nothing to count there.
 */
#include "exporter/source.h"

#include <errno.h>
#include <math.h>

#include "collector/bpf_log.h"
#include "collector/bpf_programs.h"
#include "tests/unit/at_session.h"

struct source {
	struct nested_bpf *skel;
};

int source_open(struct source **out, const struct export_options *o)
{
	const struct session_size size = session_size_for(o->max_vcpus, true);
	struct source *s = calloc(1, sizeof(*s));
	int err;

	*out = s;
	if (!s)
		return -ENOMEM;
	bpf_log_catch();
	s->skel = at_session_open(true, &size);
	err = s->skel ? nested_bpf__load(s->skel) : -EINVAL;
	if (err)
		return programs_cannot("load", err);
	err = nested_bpf__attach(s->skel);
	return err ? programs_cannot("attach", err) : session_fill_free(&size, s->skel);
}

void source_close(struct source *s)
{
	if (s && s->skel)
		nested_bpf__destroy(s->skel);
	free(s);
}

int source_read(struct source *s, struct fleet *f, struct metrics_facts *facts)
{
	(void)s;
	fleet_begin(f, f->now + 1);
	fleet_end(f, 300);
	*facts = (struct metrics_facts){ .kernel = "any", .times = true };
	return 0;
}

double source_tend(struct source *s, double now)
{
	(void)s, (void)now;
	return INFINITY;
}
