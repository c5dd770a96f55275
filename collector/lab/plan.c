// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/result_variant.h"
#include "collector/base/fail.h"
#include "collector/workload.h"

#define L2_TIMEOUT_S 12 /* of the emulated machine's: some minutes for who waits */
#define CPU_FAMILY "corei7_" /* most of Bochs' names begin with it */

/* The arms of one machine. */
struct share {
	uint32_t n;
	const struct ab_arm *arms[NP_MAX_ARMS];
};

/*
 * A nested arm takes the longest, so each has a machine of its own where there
 * are enough; a single-level arm is short and goes to the last.
 */
static uint32_t share_arms(const struct selection *s, uint32_t machines,
			   struct share share[LAB_MAX_MACHINES])
{
	uint32_t nested = 0, n;

	memset(share, 0, LAB_MAX_MACHINES * sizeof(*share));
	for (uint32_t i = 0; i < s->nr_arms; i++)
		nested += s->arms[i]->nested;
	n = nested < machines ? nested : machines;
	n = n ?: 1;
	nested = 0;
	for (uint32_t i = 0; i < s->nr_arms; i++) {
		struct share *m = &share[s->arms[i]->nested ? nested++ % n : n - 1];

		m->arms[m->n++] = s->arms[i];
	}
	return n;
}

static void name_machine(char *name, size_t size, const struct share *m, uint32_t cpus,
			 const char *variant)
{
	size_t n = 0;

	name[0] = '\0';
	for (uint32_t i = 0; i < m->n && n < size; i++)
		n += snprintf(name + n, size - n, "%s%s", i ? "," : "", m->arms[i]->name);
	if (variant[0] && n < size)
		n += snprintf(name + n, size - n, "%c%s", NP_VARIANT, variant);
	if (cpus > 1 && n < size)
		snprintf(name + n, size - n, " with %u CPUs", cpus);
}

static int make_words(const struct lab_config *c, const struct selection *what,
		      const struct share *m, char *words, size_t size)
{
	size_t n = snprintf(words, size, "ab ");
	int err = selection_to_words(what, m->n, m->arms, words + n, size - n);

	if (err)
		return fail(NP_EXIT_USAGE, err, "more arms and workloads than the lab can be told");
	n += strlen(words + n);
	n += snprintf(words + n, size - n,
		      " --no-charts --l1-kernel %s --runner /usr/bin/runner --qemu-version %s",
		      c->l1 ? "/boot/vmlinux --l1-initrd /boot/l1.cpio" : "/boot/micro",
		      c->image->qemu_version);
	if (c->linux_l2 && n < size)
		n += snprintf(words + n, size - n, " --l2-kernel " NP_L2_KERNEL
			      " --l2-initrd " NP_L2_INITRD " --l2-timeout %u", L2_TIMEOUT_S);
	return n < size ? 0 : -E2BIG;
}

int lab_plan_ab(struct lab_config *c, const struct selection *what, uint32_t machines,
		const char *variant)
{
	struct share share[LAB_MAX_MACHINES];
	int err = 0;

	c->nr_machines = share_arms(what, machines, share);
	for (uint32_t m = 0; !err && m < c->nr_machines; m++) {
		name_machine(c->name[m], sizeof(c->name[m]), &share[m], c->cpus, variant);
		err = make_words(c, what, &share[m], c->words[m], sizeof(c->words[m]));
	}
	return err;
}

static void keep_arms(struct selection *s, bool native)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->nr_arms; i++)
		if (native || !s->arms[i]->native)
			s->arms[n++] = s->arms[i];
	s->nr_arms = n;
}

bool lab_plan_round(const struct selection *what, uint32_t cpus, struct selection *round)
{
	bool native = false;

	*round = *what;
	round->nr_workloads = 0;
	for (uint32_t i = 0; i < what->nr_workloads; i++) {
		const struct workload *w = workload_find(what->workloads[i]);

		if (w->cpus != cpus)
			continue;
		round->workloads[round->nr_workloads++] = w->name;
		native |= w->native;
	}
	keep_arms(round, native);
	return round->nr_workloads && round->nr_arms;
}

/* For both arms: kvm_intel is all that changes between them. */
void lab_plan_calibration(struct lab_config *c)
{
	c->nr_machines = 1;
	snprintf(c->name[0], sizeof(c->name[0]), "calibrate");
	snprintf(c->words[0], sizeof(c->words[0]),
		 "calibrate --l1-kernel /boot/micro --qemu-version %s", c->image->qemu_version);
}

void lab_plan_variant(char out[LAB_VARIANT], const char *kernel, const char *cpu)
{
	size_t family = strlen(CPU_FAMILY);

	if (cpu && !strncmp(cpu, CPU_FAMILY, family))
		cpu += family;
	snprintf(out, LAB_VARIANT, "%s%s%s", kernel ?: "", kernel && cpu ? "-" : "", cpu ?: "");
}

int lab_plan_check_variant(const struct selection *what, const char *variant)
{
	for (uint32_t i = 0; i < what->nr_arms; i++)
		if (strlen(what->arms[i]->name) + 1 + strlen(variant) >= NP_NAME)
			return fail(NP_EXIT_USAGE, -ENAMETOOLONG, "%s%c%s: longer than the %d "
				    "letters that an arm's name has room for; name one of the "
				    "kernels, CPU models or arms more briefly",
				    what->arms[i]->name, NP_VARIANT, variant, NP_NAME - 1);
	return 0;
}
