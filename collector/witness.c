// SPDX-License-Identifier: GPL-2.0-only
#include "collector/witness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/exit_reason.h"
#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/log.h"
#include "collector/hist.h"
#include "collector/host/hostfs.h"
#include "collector/host/vendor.h"
#include "collector/kvm_stats.h"

#define INSTANCE "nestprof-"

enum watched { EXIT, NESTED_VMEXIT, INJECT, VMENTER, NR_WATCHED };

static const struct {
	const char *event;
	const char *key;
} watched[NR_WATCHED] = {
	[EXIT] = { "kvm_exit", "exit_reason" },
	[NESTED_VMEXIT] = { "kvm_nested_vmexit", "exit_reason" },
	[INJECT] = { "kvm_nested_vmexit_inject", "exit_code" },
	[VMENTER] = { "kvm_nested_vmenter", "isa" },
};

struct witness {
	char instance[NP_PATH]; /* our tracefs instance; "": none made */
	bool counts[NR_WATCHED]; /* the kernel has that event */
	struct hist hist[NR_WATCHED];
	pid_t tgid;
	enum np_isa isa;
	bool has_stats;
	char vm[NP_PATH];
	struct kvm_stats before, after;
};

static int find_instances(char dir[NP_PATH])
{
	static const char *const where[] = { "/sys/kernel/tracing/instances",
					     "/sys/kernel/debug/tracing/instances" };

	for (size_t i = 0; i < sizeof(where) / sizeof(where[0]); i++)
		if (host_exists("%s", where[i]))
			return host_path(dir, "%s", where[i]);
	return fail(NP_EXIT_MISSING, -ENOENT,
		    "tracefs is not mounted at /sys/kernel/tracing; mount it: "
		    "mount -t tracefs tracefs /sys/kernel/tracing");
}

/* Instances of a nestprof that was killed. */
static void remove_stale(const char *instances)
{
	DIR *d = opendir(instances);
	char path[NP_PATH];
	struct dirent *e;
	int pid, len;

	while (d && (e = readdir(d))) {
		len = 0;
		if (sscanf(e->d_name, INSTANCE "%d%n", &pid, &len) != 1 || e->d_name[len])
			continue;
		if (pid != getpid() && (kill(pid, 0) == 0 || errno != ESRCH))
			continue;
		if (!fs_path(path, "%s/%s", instances, e->d_name))
			rmdir(path);
	}
	if (d)
		closedir(d);
}

static int make_instance(struct witness *w)
{
	char instances[NP_PATH];
	int err = find_instances(instances);

	if (err)
		return err;
	remove_stale(instances);
	err = fs_path(w->instance, "%s/" INSTANCE "%d", instances, getpid());
	if (!err && mkdir(w->instance, 0700) < 0)
		err = -errno;
	if (!err)
		return 0;
	w->instance[0] = '\0';
	return fail(err == -EACCES || err == -EPERM ? NP_EXIT_PRIVILEGE : NP_EXIT_FAILED, err,
		    "cannot make a tracefs instance in %s: %s; run as root", instances,
		    strerror(-err));
}

static int event_file(const struct witness *w, enum watched e, const char *name,
		      char path[NP_PATH])
{
	return fs_path(path, "%s/events/kvm/%s/%s", w->instance, watched[e].event, name);
}

static bool event_has(const struct witness *w, enum watched e, const char *name)
{
	char path[NP_PATH];

	return event_file(w, e, name, path) == 0 && fs_exists(path);
}

static int find_events(struct witness *w)
{
	if (!event_has(w, EXIT, "trigger"))
		return fail(NP_EXIT_MISSING, -ENOENT,
			    "ftrace has no event kvm_exit: kvm is not loaded; load %s",
			    kvm_module_name());
	for (int e = 0; e < NR_WATCHED; e++)
		w->counts[e] = event_has(w, e, "hist");
	if (!w->counts[EXIT])
		log_note("ftrace has no hist triggers (CONFIG_HIST_TRIGGERS) on this kernel");
	return 0;
}

int witness_open(struct witness **w, pid_t tgid)
{
	struct witness *new = calloc(1, sizeof(*new));
	int err = new ? make_instance(new) : -ENOMEM;

	*w = NULL;
	if (!err)
		err = find_events(new);
	if (err) {
		witness_close(new);
		return err;
	}
	new->tgid = tgid;
	new->isa = kvm_vendor()->isa;
	*w = new;
	return 0;
}

/* Without O_TRUNC, which would remove the triggers that are there. */
static int append_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, text, strlen(text));
	close(fd);
	return err;
}

/* Writes "<prefix>hist:keys=<key><suffix>" to the event's trigger file. */
static int trigger(const struct witness *w, enum watched e, const char *prefix,
		   const char *suffix)
{
	char path[NP_PATH], text[96];
	int err = event_file(w, e, "trigger", path);

	snprintf(text, sizeof(text), "%shist:keys=%s%s", prefix, watched[e].key, suffix);
	if (!err)
		err = append_to(path, text);
	if (err)
		return fail(NP_EXIT_FAILED, err, "ftrace refused \"%s\" on %s: %s", text,
			    watched[e].event, strerror(-err));
	return 0;
}

static void start_stats(struct witness *w)
{
	int err = kvm_stats_find(w->vm, w->tgid);

	if (!err)
		err = kvm_stats_read(&w->before, w->vm);
	w->has_stats = !err;
	if (err)
		log_note("KVM's debugfs statistics of process %d are left out: %s", w->tgid,
			 err == -ENOENT ? "no VM of it is in /sys/kernel/debug/kvm" :
					  strerror(-err));
	/* Debian's 5.10 adds one for every range of an MSR filter that it looks into. */
	if (w->has_stats && !w->before.has_nested_run) {
		log_note("KVM's debugfs statistics are left out: in kernels without nested_run, "
			 "`exits` counts more than exits");
		w->has_stats = false;
	}
}

static void stop_stats(struct witness *w)
{
	if (!w->has_stats || kvm_stats_read(&w->after, w->vm) == 0)
		return;
	w->has_stats = false;
	log_note("KVM's debugfs statistics of process %d are left out: its VM has gone", w->tgid);
}

static void remove_triggers(const struct witness *w)
{
	for (int e = 0; e < NR_WATCHED; e++)
		if (w->counts[e] && event_has(w, e, "trigger"))
			trigger(w, e, "!", "");
}

int witness_start(struct witness *w)
{
	int err = 0;

	for (int e = 0; !err && e < NR_WATCHED; e++)
		if (w->counts[e])
			err = trigger(w, e, "", "");
	if (!err)
		start_stats(w);
	else
		remove_triggers(w);
	return err;
}

static int read_hist(struct witness *w, enum watched e)
{
	char path[NP_PATH], *text = NULL;
	int err = event_file(w, e, "hist", path);

	if (!err)
		err = fs_read(path, &text, NULL);
	if (!err)
		err = hist_parse(&w->hist[e], text, watched[e].key, w->isa);
	free(text);
	if (err)
		return fail(NP_EXIT_FAILED, err, "cannot read ftrace's histogram of %s: %s",
			    watched[e].event, strerror(-err));
	if (w->hist[e].dropped)
		return fail(NP_EXIT_FAILED, -EOVERFLOW,
			    "ftrace's histogram of %s dropped %llu events", watched[e].event,
			    (unsigned long long)w->hist[e].dropped);
	return 0;
}

int witness_stop(struct witness *w)
{
	int err = 0;

	for (int e = 0; !err && e < NR_WATCHED; e++)
		if (w->counts[e])
			err = trigger(w, e, "", ":pause");
	for (int e = 0; !err && e < NR_WATCHED; e++)
		if (w->counts[e])
			err = read_hist(w, e);
	stop_stats(w);
	remove_triggers(w);
	return err;
}

__attribute__((format(printf, 5, 6)))
static int append(struct np_workload_result *out, const char *source, uint64_t theirs,
		  uint64_t ours, const char *fmt, ...)
{
	struct np_witness *n = &out->witnesses[out->nr_witnesses];
	va_list ap;

	if (out->nr_witnesses == NP_MAX_WITNESSES)
		return -ENOSPC;
	snprintf(n->source, sizeof(n->source), "%s", source);
	va_start(ap, fmt);
	vsnprintf(n->what, sizeof(n->what), fmt, ap);
	va_end(ap);
	n->theirs = theirs;
	n->ours = ours;
	out->nr_witnesses++;
	return 0;
}

static int compare_reasons(const struct witness *w, enum watched e,
			   const uint64_t ours[NP_REASONS], struct np_workload_result *out)
{
	const struct hist *h = &w->hist[e];
	int err = 0;

	for (uint32_t i = 0; w->counts[e] && !err && i < NP_REASONS; i++)
		if (h->count[i] || ours[i])
			err = append(out, "ftrace hist", h->count[i], ours[i], "%s %s",
				     watched[e].event, np_exit_reason_name(w->isa, i));
	return err;
}

static int compare_stats(const struct witness *w, const struct np_account *a,
			 struct np_workload_result *out)
{
	int err;

	if (!w->has_stats)
		return 0;
	err = append(out, "kvm debugfs", w->after.exits - w->before.exits, a->totals.exits,
		     "exits");
	if (err)
		return err;
	return append(out, "kvm debugfs", w->after.nested_run - w->before.nested_run,
		      a->entries - a->failed_entries, "nested_run");
}

int witness_compare(const struct witness *w, const struct np_account *a,
		    struct np_workload_result *out)
{
	uint64_t all[NP_REASONS], l2[NP_REASONS], given[NP_REASONS];
	int err;

	if (!w->counts[EXIT] && !w->has_stats)
		log_warn("%s: no other count to compare with: this window is not verified",
			 out->name);
	np_account_by_reason(a, all);
	for (uint32_t i = 0; i < NP_REASONS; i++) {
		l2[i] = a->l2[i].exits;
		given[i] = a->l2[i].to_l1 + a->l2[i].synthetic;
	}
	err = compare_reasons(w, EXIT, all, out);
	if (!err)
		err = compare_reasons(w, NESTED_VMEXIT, l2, out);
	if (!err)
		err = compare_reasons(w, INJECT, given, out);
	if (!err && w->counts[VMENTER])
		err = append(out, "ftrace hist", w->hist[VMENTER].hits, a->entries, "%s",
			     watched[VMENTER].event);
	return err ? err : compare_stats(w, a, out);
}

uint32_t witness_mismatches(const struct np_workload_result *out)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < out->nr_witnesses; i++)
		n += out->witnesses[i].theirs != out->witnesses[i].ours;
	return n;
}

void witness_close(struct witness *w)
{
	if (!w)
		return;
	if (w->instance[0] && rmdir(w->instance) < 0)
		log_warn("cannot remove the tracefs instance %s: %s", w->instance,
			 strerror(errno));
	free(w);
}
