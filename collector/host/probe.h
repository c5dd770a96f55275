/* SPDX-License-Identifier: GPL-2.0-only */
/* How a fact is looked at: tables of probes, one per subject. */
#ifndef NESTPROF_PROBE_H
#define NESTPROF_PROBE_H

#include "bpf/events.h"
#include "collector/base/fail.h"
#include "collector/host/facts.h"

struct probe {
	const char *name;
	unsigned needed_by;
	enum np_exit exit_code; /* of a command that lacks it */
	/* Sets state, found and remedy; `arg` is the probe's own. */
	void (*look)(struct fact *f, const char *arg);
	const char *arg;
	enum np_isa isa; /* of hosts where it is a question; 0: of all */
};

/* Each table ends with a probe without a name. */
extern const struct probe probes_cpu[];
extern const struct probe probes_svm[];
extern const struct probe probes_kvm[];
extern const struct probe probes_kernel[];
extern const struct probe probes_lab[];

void fact_found(struct fact *f, enum fact_state state, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void fact_remedy(struct fact *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A parameter of KVM's module that must be on, or had better be. */
void look_must_be_on(struct fact *f, const char *name);
void look_better_on(struct fact *f, const char *name);

enum kvm_backend { KVM_NONE, KVM_INTEL_BACKEND, KVM_AMD_BACKEND, KVM_OTHER_BACKEND };
/* Which module drives /dev/kvm; its name, "" when none. */
enum kvm_backend kvm_backend(char name[32]);

#endif
