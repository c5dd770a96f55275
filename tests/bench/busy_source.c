// SPDX-License-Identifier: GPL-2.0-only
/*
 * export's programs are loaded, with maps as large as --max-vcpus makes them, and hooked nowhere.
 * The same state machine that is in them fills these maps from here: ten kinds of L2 exits on
 * each vCPU.
 */
#include "tests/bench/busy_source.h"

#include <errno.h>
#include <math.h>

#include "collector/bpf_log.h"
#include "collector/bpf_programs.h"
#include "collector/host/vms.h"
#include "exporter/source.h"
#include "tests/unit/at_session.h"

#define KINDS 10
#define TRIPS 100

/* There is one. */
static struct source {
	struct nested_bpf *skel;
	struct session_vars vars;
	struct np_pools pools;
	uint32_t nr_vcpus;
	struct fleet_vcpu list[NP_MAX_VCPUS];
} busy;

static void trip(struct np_pools *p, struct np_vcpu *v, uint32_t reason)
{
	np_fsm_exit(p, v, reason, NP_LEVEL_L2, true);
	np_fsm_inject(p, v, reason, true);
	for (uint32_t i = 0; i < 6; i++) {
		p->now += 500;
		np_fsm_entry(p, v, NP_LEVEL_L1);
		np_fsm_exit(p, v, 20 + i, NP_LEVEL_L1, true);
	}
	np_fsm_vmenter(p, v, true);
	p->now += 1000 + rand() % (rand() % 20 ? 2000 : 100000); /* most are alike */
	np_fsm_entry(p, v, NP_LEVEL_L2);
}

void busy_trips(void)
{
	for (uint32_t i = 0; i < busy.nr_vcpus; i++)
		for (uint32_t t = 0; t < TRIPS; t++)
			trip(&busy.pools, &busy.vars.vcpus[i], t % KINDS);
}

struct busy_use busy_use(void)
{
	return (struct busy_use){ busy.pools.nr_rows, busy.pools.max_rows };
}

static void begin_vcpu(uint32_t i, pid_t tgid, uint32_t vcpu_id)
{
	struct np_vcpu *v = &busy.vars.vcpus[i];

	np_fsm_init(v);
	v->key = i + 2;
	v->tgid = tgid;
	v->vcpu_id = vcpu_id;
	v->isa = NP_ISA_VMX;
	v->shared_row = i + 1;
}

static int map_all(const struct session_size *size)
{
	const struct nested_bpf *skel = busy.skel;
	int err = session_vars_find(&busy.vars, skel->obj, skel->bss);

	if (err)
		return programs_cannot("find the variables of", err);
	busy.pools = (struct np_pools){
		.rows = programs_map(skel->maps.rows, size->rows * sizeof(struct np_l2_row)),
		.tallies = busy.vars.tallies,
		.nr_rows = size->vcpus,
		.max_rows = size->rows,
		.now = 1,
	};
	return busy.pools.rows ? session_fill_free(size, skel) : -ENOMEM;
}

int busy_open(const pid_t *tgids, uint32_t vms, uint32_t vcpus_of_each)
{
	const struct session_size size = session_size_for(vms * vcpus_of_each, true);
	int err;

	bpf_log_catch();
	busy.skel = at_session_open(true, &size);
	err = busy.skel ? nested_bpf__load(busy.skel) : -EINVAL;
	if (err)
		return programs_cannot("load", err);
	err = map_all(&size);
	busy.nr_vcpus = size.vcpus;
	for (uint32_t i = 0; !err && i < size.vcpus; i++)
		begin_vcpu(i, tgids[i / vcpus_of_each], i % vcpus_of_each);
	return err;
}

int source_open(struct source **out, const struct export_options *o)
{
	(void)o;
	*out = &busy;
	return 0;
}

void source_close(struct source *s)
{
	(void)s;
}

static void name_vm(pid_t tgid, char name[NP_VM_NAME], void *arg)
{
	(void)arg;
	vm_name(tgid, name);
}

int source_read(struct source *s, struct fleet *f, struct metrics_facts *facts)
{
	int err;

	for (uint32_t i = 0; i < s->nr_vcpus; i++)
		s->list[i] = (struct fleet_vcpu){ i, false, &s->vars.vcpus[i] };
	fleet_begin(f, f->now + 1);
	err = fleet_vcpus(f, s->list, s->nr_vcpus, &s->pools, name_vm);
	fleet_end(f, 300);
	*facts = (struct metrics_facts){ .kernel = "any", .times = true };
	return err;
}

double source_tend(struct source *s, double now)
{
	(void)s, (void)now;
	return INFINITY;
}
