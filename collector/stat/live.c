// SPDX-License-Identifier: GPL-2.0-only
#include "collector/stat/live.h"

#include "collector/host/hostfs.h"
#include "collector/host/vendor.h"
#include "collector/host/vms.h"
#include "collector/stat/wait.h"

int live_open_for(struct live *l, const struct target *t, uint32_t max_vcpus)
{
	const struct session_config c = { .tgid = t->tgid,
					  .times = !t->counts_only,
					  .paths = t->fast_path,
					  .syncs = t->shadow_sync,
					  .phases_every = t->phases_every,
					  .max_vcpus = max_vcpus };
	int err = session_open_with(&l->session, &c);

	if (!err)
		err = session_attach(l->session);
	l->vcpu = t->vcpu;
	l->begin = wait_now();
	return err;
}

int live_open(struct live *l, const struct target *t)
{
	return live_open_for(l, t, NP_MAX_VCPUS);
}

static void name_vm(pid_t tgid, char name[NP_VM_NAME], void *arg)
{
	(void)arg;
	vm_name(tgid, name);
}

struct reading {
	struct live *live;
	struct stat_model *model;
	bool gone[NP_MAX_VCPUS];
};

static int read_vcpu(uint32_t slot, const struct np_vcpu *v, const struct np_pools *pools,
		     void *arg)
{
	struct reading *r = arg;
	bool gone = v->key == NP_KEY_GONE;

	r->gone[slot] = gone;
	if (r->live->vcpu == NP_ANY_VCPU || r->live->vcpu == v->vcpu_id)
		return stat_model_vcpu(r->model, slot, v, pools, gone, name_vm, NULL);
	return 0;
}

static int read_failure(uint32_t slot, const struct np_failure *f, uint64_t n, void *arg)
{
	struct reading *r = arg;

	return stat_model_failure(r->model, slot, f, n);
}

int live_read(struct live *l, struct stat_model *m)
{
	struct reading r = { .live = l, .model = m };
	int err = session_each_vcpu(l->session, read_vcpu, &r);

	if (!err)
		err = session_each_failure(l->session, read_failure, &r);
	for (uint32_t i = 0; !err && i < NP_MAX_VCPUS; i++)
		if (r.gone[i])
			session_recycle(l->session, i);
	return err;
}

double live_sample(struct live *l, double now)
{
	session_tend(l->session);
	return cost_sample(&l->cost, l->begin, now);
}

bool live_was_unloaded(struct live *l)
{
	bool before = l->unloaded;

	/* The hooks stay in kvm's own code. */
	l->unloaded = !host_exists(KVM_SYSFS, kvm_module_name());
	return l->unloaded && !before;
}

void live_stop(struct live *l, double now)
{
	cost_off(&l->cost, now);
	session_detach(l->session);
}

void live_close(struct live *l)
{
	cost_off(&l->cost, 0);
	session_close(l->session);
	*l = LIVE_NONE;
}
