// SPDX-License-Identifier: GPL-2.0-only
#include "collector/fields/run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/fields/read.h"
#include "collector/fields/report.h"
#include "collector/stat/wait.h"

/* Until what is not clear yet was seen to, it is counted as unknown: look soon. */
#define TEND_S 0.1

struct run {
	const struct fields_options *o;
	struct session *session;
	struct waiting waiting;
	double begin;
	struct fields_report report;
	struct np_account account;
};

static int begin(struct run *r)
{
	const struct target *t = &r->o->target;
	const struct session_config c = { .tgid = t->tgid, .fields = true };
	int err = t->tgid ? wait_for_vm(&r->waiting, t->tgid) : 0;

	if (!err)
		err = session_open_with(&r->session, &c);
	if (!err && !session_has_fields(r->session))
		err = fail(NP_EXIT_NO_BTF, -EOPNOTSUPP,
			   "VMCS fields cannot be told on this kernel: its BTF does not show L1's "
			   "registers and memory (Linux 5.17 and later do, with module BTF)");
	if (!err)
		err = session_attach(r->session);
	r->begin = wait_now();
	if (err || !r->o->command)
		return err;
	return wait_for_command(&r->waiting, r->o->command);
}

static enum stat_end wait_for_end(struct run *r)
{
	double stop = r->o->target.duration ? r->begin + r->o->target.duration : INFINITY;
	enum stat_end end = END_NOT_YET;

	while (end == END_NOT_YET && wait_now() < stop) {
		session_tend(r->session);
		end = wait_until(&r->waiting, fmin(wait_now() + TEND_S, stop));
	}
	return end == END_NOT_YET ? END_TIME : end;
}

/* An account of all that was counted: one vCPU's, where no other is asked for. */
static int add_vcpu(uint32_t slot, const struct np_vcpu *v, const struct np_pools *pools, void *arg)
{
	struct run *r = arg;

	(void)slot;
	if (r->o->target.vcpu == NP_ANY_VCPU || r->o->target.vcpu == v->vcpu_id)
		np_account_add_vcpu(&r->account, v, pools);
	return 0;
}

static int read_all(struct run *r)
{
	int err = session_each_vcpu(r->session, add_vcpu, r);

	if (!err)
		err = fields_read(r->session, r->o->target.vcpu, &r->report.fields);
	if (!err)
		err = np_fields_balance(&r->report.fields, &r->account);
	np_fields_merge(&r->report.fields);
	r->report.lost = session_lost(r->session);
	return err;
}

/* A signal is how a run ends that has no other end. */
static int judge(const struct run *r, enum stat_end end)
{
	if (end == END_VM)
		log_note("the virtual machine (PID %d) has ended", (int)r->o->target.tgid);
	if (end == END_ERROR)
		return fail(NP_EXIT_FAILED, -EIO, "cannot wait: poll failed");
	return end == END_SIGNAL && (r->o->target.duration || r->o->command) ? -EINTR : 0;
}

static int run(struct run *r)
{
	enum stat_end end;
	int err = fields_report_open(&r->report, r->o);

	if (!err)
		err = begin(r);
	if (err)
		return err;
	end = wait_for_end(r);
	r->report.seconds = wait_now() - r->begin;
	session_detach(r->session);
	if (end == END_READER)
		return 0;
	err = read_all(r);
	if (!err)
		err = fields_report_print(&r->report, r->o, &r->account);
	return err ? err : judge(r, end);
}

int fields_run(const struct fields_options *o)
{
	struct run *r = calloc(1, sizeof(*r));
	int err = -ENOMEM;

	if (!r)
		return err;
	*r = (struct run){ .o = o, .waiting = WAITING_NONE };
	err = run(r);
	session_close(r->session);
	wait_close(&r->waiting);
	fields_report_close(&r->report);
	free(r);
	return err == -EPIPE ? 0 : err; /* nobody is left to be told */
}
