// SPDX-License-Identifier: GPL-2.0-only
#include "collector/host/kvm_module.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/host/hostfs.h"
#include "collector/host/journal.h"
#include "collector/host/kvm_params.h"
#include "collector/host/kvm_reload.h"
#include "collector/host/kvm_users.h"

/* How long a VM that is about to end is waited for: 3 s. */
#define VM_END_STEPS 60
#define VM_END_STEP_MS 50

static bool begun;
static bool common_changed; /* kvm has parameters of an arm's */
static struct journal ours;

static int check_param(const struct np_param *p)
{
	char now[NP_NAME];
	int err = kvm_param_read(p->name, now);

	if (err == -ENOENT)
		return fail(NP_EXIT_NO_VMX, err, "this kernel's " KVM_MODULE " has no parameter %s",
			    p->name);
	if (err)
		return fail(NP_EXIT_FAILED, err, "cannot read back " KVM_MODULE "'s %s: %s",
			    p->name, strerror(-err));
	if (!kvm_param_same(now, p->value))
		return fail(NP_EXIT_NO_VMX, -ENOTSUP,
			    KVM_MODULE " was loaded with %s=%s, but made it %s: "
				       "this CPU does not support it",
			    p->name, p->value, now);
	return 0;
}

static int may_load(const struct np_param *params, uint32_t n, struct kvm_options *options)
{
	int err = kvm_params_options(params, n, options);

	if (err)
		return fail(NP_EXIT_USAGE, err,
			    "not parameters that " KVM_MODULE " could be given: '%s%s'",
			    options->intel, options->common);
	if (!begun)
		return fail(NP_EXIT_FAILED, -EINVAL,
			    KVM_MODULE " would be changed without a journal");
	if (kvm_is_builtin())
		return fail(NP_EXIT_NO_VMX, -ENOTSUP,
			    KVM_MODULE " is built into this kernel: its "
				       "parameters can only be set at boot (" KVM_MODULE
				       ".enable_shadow_vmcs=0)");
	return kvm_refuse_running_vm();
}

int kvm_module_load(const struct np_param *params, uint32_t nr_params)
{
	struct kvm_options options;
	int err = may_load(params, nr_params, &options);
	bool common = options.common[0] || common_changed;

	if (err)
		return err;
	common_changed = options.common[0];
	err = kvm_reload(&options, common);
	for (uint32_t i = 0; !err && i < nr_params; i++)
		err = check_param(&params[i]);
	return err;
}

int kvm_module_param(const char *name, char value[NP_NAME])
{
	return kvm_param_read(name, value);
}

/* Those that can be written are; the others are made into options of a load. */
static int write_or_collect(const struct kvm_params *differing, struct kvm_options *options)
{
	struct kvm_params at_load = { 0 };

	for (uint32_t i = 0; i < differing->n; i++) {
		const struct np_param *p = &differing->p[i];

		if (kvm_param_writable(p->name))
			kvm_param_write(p->name, p->value); /* compared afterwards */
		else
			at_load.p[at_load.n++] = *p;
	}
	return kvm_params_options(at_load.p, at_load.n, options);
}

/*
 * Not all values can be given back at a load: some are what KVM made of the
 * hardware ("not required"), and one bad value makes the load fail. So load it
 * as the host's configuration has it, and give only what is then different.
 */
static int reload_as_found(const struct kvm_params *found, struct kvm_params *differing)
{
	static const struct kvm_options none;
	struct kvm_options options;
	int err = kvm_reload(&none, common_changed);

	if (err)
		return err;
	kvm_params_differing(found, differing);
	err = write_or_collect(differing, &options);
	if (!err && (options.intel[0] || options.common[0])) {
		err = kvm_reload(&options, options.common[0]);
		if (err && !kvm_is_loaded())
			kvm_reload(&none, false);
		kvm_params_differing(found, differing);
		write_or_collect(differing, &options);
	}
	kvm_params_differing(found, differing);
	return err;
}

static int fail_differing(const struct kvm_params *differing)
{
	char names[512] = "";
	size_t len = 0;

	for (uint32_t i = 0; i < differing->n && len < sizeof(names); i++)
		len += snprintf(names + len, sizeof(names) - len, "%s%s (was %s)", i ? ", " : "",
				differing->p[i].name, differing->p[i].value);
	return fail(NP_EXIT_RESTORE, -EIO,
		    "could not put back " KVM_MODULE "'s %s: load it by hand, "
		    "then remove " JOURNAL_PATH,
		    names);
}

static int put_back(const struct journal *j)
{
	struct kvm_params differing = { 0 };
	int err;

	if (!j->loaded)
		return kvm_unload(!j->common_loaded);
	if (kvm_is_loaded()) {
		kvm_params_differing(&j->params, &differing);
		if (!differing.n)
			return 0;
	}
	err = reload_as_found(&j->params, &differing);
	if (err)
		return err;
	return differing.n ? fail_differing(&differing) : 0;
}

static int fail_restore(int err)
{
	char why[512];

	if (fail_code() == NP_EXIT_RESTORE)
		return err;
	snprintf(why, sizeof(why), "%s", fail_text() ? fail_text() : strerror(-err));
	fail_clear();
	return fail(NP_EXIT_RESTORE, err,
		    KVM_MODULE " is not as it was found (the next nestprof ab tries "
			       "again): %s",
		    why);
}

/* A host left changed matters more than what made us stop: its record wins. */
static int put_back_or_say(const struct journal *j)
{
	enum np_exit code = fail_code();
	char before[1024] = "";
	int err;

	if (fail_text())
		snprintf(before, sizeof(before), "%s", fail_text());
	fail_clear();
	err = put_back(j);
	if (err && before[0])
		log_warn("%s", before);
	if (err)
		return fail_restore(err);
	fail_clear();
	if (before[0])
		fail(code, 0, "%s", before);
	return 0;
}

static int fail_lock(int err, pid_t holder)
{
	if (err == -EBUSY)
		return fail(NP_EXIT_BUSY, err,
			    "another nestprof ab is running (PID %d); wait for its "
			    "end",
			    (int)holder);
	if (err == -EACCES || err == -EPERM || err == -EROFS)
		return fail(NP_EXIT_PRIVILEGE, err,
			    "cannot write to " JOURNAL_DIR " (%s): run as root", strerror(-err));
	return fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, err,
		    "cannot lock " LOCK_PATH ": %s", strerror(-err));
}

static int take_lock(void)
{
	pid_t holder;
	int err = ab_lock_take(&holder);

	return err ? fail_lock(err, holder) : 0;
}

int kvm_module_left_behind(char *what, size_t size)
{
	struct journal j;
	int err = journal_read(&j);

	if (err == -EBADMSG)
		snprintf(what, size,
			 "the journal " JOURNAL_PATH " is damaged: check " KVM_MODULE
			 "'s parameters, then remove it");
	if (err == -ENOENT)
		return 0;
	if (err)
		return err;
	if (!journal_of_this_boot(&j) || journal_writer_alive(&j))
		return 0;
	snprintf(what, size,
		 "nestprof ab (PID %d) was killed and left " KVM_MODULE " with its own parameters",
		 (int)j.pid);
	return 1;
}

/* The killed run's L1 dies with it, but not in the same instant. */
static void let_its_vm_end(void)
{
	pid_t pid;

	for (int i = 0; i < VM_END_STEPS && kvm_users(KVM_USER_VM, &pid, 1) > 0; i++)
		poll(NULL, 0, VM_END_STEP_MS);
}

/* With the lock held. */
static int recover(void)
{
	char what[200];
	struct journal j;
	int left = kvm_module_left_behind(what, sizeof(what)), err;

	if (left == -EBADMSG)
		return fail(NP_EXIT_RESTORE, left, "%s", what);
	if (left < 0)
		return fail(NP_EXIT_RESTORE, left, "cannot read " JOURNAL_PATH ": %s",
			    strerror(-left));
	if (left == 0)
		return 0;
	err = journal_read(&j);
	if (err)
		return fail(NP_EXIT_RESTORE, err, "cannot read " JOURNAL_PATH);
	log_warn("%s; putting them back", what);
	let_its_vm_end();
	err = put_back_or_say(&j);
	return err ? err : journal_remove();
}

int kvm_module_recover(void)
{
	int err = take_lock();

	if (err)
		return err;
	err = recover();
	ab_lock_drop();
	return err;
}

static int write_journal(void)
{
	int err = journal_sign(&ours);

	ours.loaded = kvm_is_loaded();
	ours.common_loaded = host_exists(KVM_COMMON);
	ours.params.n = 0;
	if (!err && ours.loaded)
		err = kvm_params_read(&ours.params);
	if (!err)
		err = journal_write(&ours);
	if (err)
		return fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, err,
			    "cannot write " JOURNAL_PATH ": %s", strerror(-err));
	return 0;
}

int kvm_module_begin(void)
{
	int err = take_lock();

	if (err)
		return err;
	err = recover();
	if (!err)
		err = write_journal();
	if (err)
		ab_lock_drop();
	begun = !err;
	return err;
}

int kvm_module_restore(void)
{
	int err;

	if (!begun)
		return 0;
	err = put_back_or_say(&ours);
	if (!err)
		err = journal_remove();
	begun = common_changed = false;
	ab_lock_drop();
	return err;
}
