// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/result.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/arm_pair.h"

struct np_result *np_result_new(void)
{
	return calloc(1, sizeof(struct np_result));
}

static void free_arm(struct np_arm_result *a)
{
	for (uint32_t i = 0; i < a->nr_workloads; i++) {
		np_fields_free(&a->workloads[i]->fields);
		free(a->workloads[i]);
	}
	free(a);
}

void np_result_free(struct np_result *r)
{
	if (!r)
		return;
	for (uint32_t i = 0; i < r->nr_arms; i++)
		free_arm(r->arms[i]);
	free(r);
}

/* So that the order of measuring does not show. */
static void insert_arm(struct np_result *r, struct np_arm_result *a)
{
	uint32_t at = r->nr_arms++;

	for (; at > 0 && np_arm_rank(r->arms[at - 1]->name) > np_arm_rank(a->name); at--)
		r->arms[at] = r->arms[at - 1];
	r->arms[at] = a;
}

struct np_arm_result *np_result_add_arm(struct np_result *r, const char *name)
{
	struct np_arm_result *a;

	if (r->nr_arms == NP_MAX_ARMS)
		return NULL;
	a = calloc(1, sizeof(*a));
	if (!a)
		return NULL;
	snprintf(a->name, sizeof(a->name), "%s", name);
	insert_arm(r, a);
	return a;
}

struct np_workload_result *np_arm_add_workload(struct np_arm_result *a, const char *name)
{
	struct np_workload_result *w;

	if (a->nr_workloads == NP_MAX_WORKLOADS)
		return NULL;
	w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	snprintf(w->name, sizeof(w->name), "%s", name);
	a->workloads[a->nr_workloads++] = w;
	return w;
}

const struct np_arm_result *np_result_arm(const struct np_result *r, const char *name)
{
	for (uint32_t i = 0; i < r->nr_arms; i++)
		if (!strcmp(r->arms[i]->name, name))
			return r->arms[i];
	return NULL;
}

const struct np_workload_result *np_arm_workload(const struct np_arm_result *a, const char *name)
{
	for (uint32_t i = 0; i < a->nr_workloads; i++)
		if (!strcmp(a->workloads[i]->name, name))
			return a->workloads[i];
	return NULL;
}

static const struct np_env *find_env(const struct np_result *r, const char *key)
{
	for (uint32_t i = 0; i < r->nr_env; i++)
		if (!strcmp(r->env[i].key, key))
			return &r->env[i];
	return NULL;
}

const char *np_result_env(const struct np_result *r, const char *key)
{
	const struct np_env *e = find_env(r, key);

	return e ? e->value : NULL;
}

uint32_t np_result_isa(const struct np_result *r)
{
	for (uint32_t i = 0; i < r->nr_arms; i++)
		for (uint32_t k = 0; k < r->arms[i]->nr_workloads; k++)
			if (r->arms[i]->workloads[k]->account.isa)
				return r->arms[i]->workloads[k]->account.isa;
	return 0;
}

int np_result_set_env(struct np_result *r, const char *key, const char *fmt, ...)
{
	struct np_env *e = (struct np_env *)find_env(r, key);
	va_list ap;

	/* "emulated" shares its object in the JSON form, and is not text. */
	if (!key[0] || strlen(key) >= sizeof(e->key) || !strcmp(key, "emulated"))
		return -EINVAL;
	if (!e) {
		if (r->nr_env == NP_MAX_ENV)
			return -E2BIG;
		e = &r->env[r->nr_env++];
		snprintf(e->key, sizeof(e->key), "%s", key);
	}
	va_start(ap, fmt);
	vsnprintf(e->value, sizeof(e->value), fmt, ap);
	va_end(ap);
	return 0;
}

/* A fact that only one side knows does not contradict the other side. */
static const char *differing_env(const struct np_result *a, const struct np_result *b,
				 uint32_t *only_b)
{
	*only_b = 0;
	if (a->emulated != b->emulated)
		return "emulated";
	if (a->time_unit[0] && b->time_unit[0] && strcmp(a->time_unit, b->time_unit))
		return "time_unit";
	for (uint32_t i = 0; i < b->nr_env; i++) {
		const struct np_env *e = find_env(a, b->env[i].key);

		if (!e)
			(*only_b)++;
		else if (strcmp(e->value, b->env[i].value))
			return e->key;
	}
	return NULL;
}

static const char *common_arm(const struct np_result *a, const struct np_result *b)
{
	for (uint32_t i = 0; i < a->nr_arms; i++)
		if (np_result_arm(b, a->arms[i]->name))
			return a->arms[i]->name;
	return NULL;
}

static void move_facts(struct np_result *to, const struct np_result *from)
{
	for (uint32_t i = 0; i < from->nr_env; i++)
		if (!find_env(to, from->env[i].key))
			to->env[to->nr_env++] = from->env[i];
	if (!to->time_unit[0])
		memcpy(to->time_unit, from->time_unit, sizeof(to->time_unit));
}

static void move_all(struct np_result *to, struct np_result *from)
{
	move_facts(to, from);
	for (uint32_t i = 0; i < from->nr_arms; i++)
		insert_arm(to, from->arms[i]);
	from->nr_arms = 0;
}

int np_result_merge(struct np_result *to, struct np_result *from, const char **differs)
{
	uint32_t new_env;

	*differs = differing_env(to, from, &new_env);
	if (*differs)
		return -EINVAL;
	*differs = common_arm(to, from);
	if (*differs)
		return -EEXIST;
	if (to->nr_arms + from->nr_arms > NP_MAX_ARMS || to->nr_env + new_env > NP_MAX_ENV)
		return -E2BIG;
	move_all(to, from);
	return 0;
}

static const char *common_workload(const struct np_arm_result *a, const struct np_arm_result *b)
{
	for (uint32_t i = 0; i < b->nr_workloads; i++)
		if (np_arm_workload(a, b->workloads[i]->name))
			return b->workloads[i]->name;
	return NULL;
}

/* The arms that both have: whether the workloads of one can be added to the other's. */
static int check_arms(const struct np_result *to, const struct np_result *from,
		      const char **differs)
{
	uint32_t new_arms = 0;

	for (uint32_t i = 0; i < from->nr_arms; i++) {
		const struct np_arm_result *a = np_result_arm(to, from->arms[i]->name);

		new_arms += !a;
		*differs = a ? common_workload(a, from->arms[i]) : NULL;
		if (*differs)
			return -EEXIST;
		if (a && a->nr_workloads + from->arms[i]->nr_workloads > NP_MAX_WORKLOADS)
			return -E2BIG;
	}
	return to->nr_arms + new_arms > NP_MAX_ARMS ? -E2BIG : 0;
}

static void move_workloads(struct np_arm_result *to, struct np_arm_result *from)
{
	for (uint32_t i = 0; i < from->nr_workloads; i++)
		to->workloads[to->nr_workloads++] = from->workloads[i];
	free(from);
}

int np_result_join(struct np_result *to, struct np_result *from, const char **differs)
{
	uint32_t new_env;
	int err;

	*differs = differing_env(to, from, &new_env);
	if (*differs)
		return -EINVAL;
	err = to->nr_env + new_env > NP_MAX_ENV ? -E2BIG : check_arms(to, from, differs);
	if (err)
		return err;
	move_facts(to, from);
	for (uint32_t i = 0; i < from->nr_arms; i++) {
		struct np_arm_result *a = (void *)np_result_arm(to, from->arms[i]->name);

		if (a)
			move_workloads(a, from->arms[i]);
		else
			insert_arm(to, from->arms[i]);
	}
	from->nr_arms = 0;
	return 0;
}
