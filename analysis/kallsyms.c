// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/kallsyms.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sizes are not in there: no function of a kernel is that long. */
#define LONGEST 0x10000

struct symbol {
	uint64_t address;
	const char *name, *module;
};

struct np_kallsyms {
	char *text;
	struct symbol *symbol;
	size_t n;
};

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

/* "[kvm_intel]" without the brackets. */
static const char *module_of(char *word)
{
	char *end = word ? strchr(word, ']') : NULL;

	if (!end || word[0] != '[')
		return "";
	*end = '\0';
	return word + 1;
}

/* "ffffffffc0a01230 t vmx_vcpu_run	[kvm_intel]": false when it is another kind of line. */
static bool parse_line(char *line, struct symbol *s, char *type)
{
	char *end, *rest, *kind, *name;

	if (!line[0] || line[strspn(line, "0123456789abcdefABCDEF")] != ' ')
		return false;
	errno = 0;
	s->address = strtoull(line, &end, 16);
	kind = errno ? NULL : strtok_r(end, " \t\r", &rest);
	name = kind ? strtok_r(NULL, " \t\r", &rest) : NULL;
	if (!name || strlen(kind) != 1)
		return false;
	*type = kind[0];
	s->name = name;
	s->module = module_of(strtok_r(NULL, " \t\r", &rest));
	return true;
}

static size_t nr_lines(const char *text)
{
	size_t n = 1;

	while ((text = strchr(text, '\n'))) {
		text++;
		n++;
	}
	return n;
}

/* How many lines were symbols of any kind. */
static size_t parse_lines(struct np_kallsyms *k)
{
	size_t all = 0;
	char *rest, *line = strtok_r(k->text, "\n", &rest);

	for (; line; line = strtok_r(NULL, "\n", &rest)) {
		struct symbol s;
		char type;

		if (!parse_line(line, &s, &type))
			continue;
		all++;
		if (s.address && strchr("tTwW", type))
			k->symbol[k->n++] = s;
	}
	return all;
}

int np_kallsyms_parse(struct np_kallsyms **out, char *text)
{
	struct np_kallsyms *k = calloc(1, sizeof(*k));
	size_t all;

	*out = NULL;
	if (k)
		k->symbol = calloc(nr_lines(text), sizeof(*k->symbol));
	if (!k || !k->symbol) {
		free(k);
		free(text);
		return -ENOMEM;
	}
	k->text = text;
	all = parse_lines(k);
	if (!k->n) {
		np_kallsyms_free(k);
		return all ? -EACCES : -EINVAL;
	}
	qsort(k->symbol, k->n, sizeof(*k->symbol), by_address);
	*out = k;
	return 0;
}

void np_kallsyms_free(struct np_kallsyms *k)
{
	if (!k)
		return;
	free(k->symbol);
	free(k->text);
	free(k);
}

/* How many begin at or before the address. */
static size_t before(const struct np_kallsyms *k, uint64_t address)
{
	size_t low = 0, high = k->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (k->symbol[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Padding in front of functions has symbols of its own, and no code. */
int np_kallsyms_find(const struct np_kallsyms *k, uint64_t address, struct np_symbol *out)
{
	size_t n = before(k, address);
	const struct symbol *s = n ? &k->symbol[n - 1] : NULL;

	if (!s || address - s->address >= LONGEST || !strncmp(s->name, "__pfx_", 6))
		return -ENOENT;
	*out = (struct np_symbol){ s->name, s->module, address - s->address };
	return 0;
}

bool np_kallsyms_has_module(const struct np_kallsyms *k, const char *module)
{
	for (size_t i = 0; i < k->n; i++)
		if (!strcmp(k->symbol[i].module, module))
			return true;
	return false;
}

const char *np_symbol_text(char out[NP_SYMBOL_SIZE], const struct np_symbol *s)
{
	snprintf(out, NP_SYMBOL_SIZE, "%.150s+0x%" PRIx64, s->name, s->offset);
	return out;
}
