// SPDX-License-Identifier: GPL-2.0-only
#include "collector/arm_option.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "collector/list.h"

#define SINGLE "single" /* as a word among the parameters */
#define NESTED "nested"

/* A letter of a name or a value: nothing that a shell or modprobe reads otherwise. */
static bool plain(const char *s)
{
	for (const char *c = s; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("_-+.", *c))
			return false;
	return *s && strlen(s) < NP_NAME;
}

static const struct np_param *find(const struct ab_arm *arm, const char *name)
{
	for (uint32_t i = 0; i < arm->nr_params; i++)
		if (!strcmp(arm->params[i].name, name))
			return &arm->params[i];
	return NULL;
}

static int add(struct ab_arm *arm, const char *name, const char *value)
{
	struct np_param *p = &arm->params[arm->nr_params];

	if (arm->nr_params == NP_MAX_PARAMS)
		return -E2BIG;
	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(p->value, sizeof(p->value), "%s", value);
	arm->nr_params++;
	return 0;
}

static int take_word(struct ab_arm *arm, char *word, char *why, size_t size)
{
	char *value = strchr(word, '=');

	if (!strcmp(word, SINGLE)) {
		arm->nested = false;
		return 0;
	}
	if (value)
		*value++ = '\0';
	if (!value || !plain(word) || !plain(value))
		snprintf(why, size, "'%s' is no PARAMETER=VALUE", word);
	else if (find(arm, word))
		snprintf(why, size, "%s comes twice", word);
	else if (add(arm, word, value))
		snprintf(why, size, "more than %d parameters", NP_MAX_PARAMS);
	else
		return 0;
	return -EINVAL;
}

int arm_option_parse(char *text, struct ab_arm *arm, char *why, size_t size)
{
	const char *words[NP_MAX_PARAMS + 1];
	char *list = strchr(text, ':');
	int n, err = 0;

	*arm = (struct ab_arm){ .name = text, .nested = true };
	if (list)
		*list++ = '\0';
	n = list ? list_split(list, words, NP_MAX_PARAMS + 1) : -EINVAL;
	if (n < 0 || !plain(text)) {
		snprintf(why, size, "it is no NAME:PARAMETER=VALUE,...");
		return -EINVAL;
	}
	for (int i = 0; !err && i < n; i++)
		err = take_word(arm, (char *)words[i], why, size);
	if (!err && !find(arm, NESTED) && add(arm, NESTED, "1")) {
		snprintf(why, size, "more than %d parameters, with " NESTED, NP_MAX_PARAMS);
		err = -EINVAL;
	}
	return err;
}

int arm_option_print(const struct ab_arm *arm, char *out, size_t size)
{
	size_t n = snprintf(out, size, "%s:%s", arm->name, arm->nested ? "" : SINGLE ",");

	for (uint32_t i = 0; i < arm->nr_params && n < size; i++)
		n += snprintf(out + n, size - n, "%s%s=%s", i ? "," : "", arm->params[i].name,
			      arm->params[i].value);
	return n < size ? 0 : -E2BIG;
}
