// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/runner/symbols.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"

#define KALLSYMS "/proc/kallsyms"

/* All lines, or those of KVM's modules, which are few. */
static int read_lines(bool all, char **text)
{
	FILE *in = fopen(KALLSYMS, "re"), *out;
	char line[512];
	size_t size;

	if (!in)
		return -errno;
	out = open_memstream(text, &size);
	while (out && fgets(line, sizeof(line), in))
		if (all || strstr(line, "\t[kvm"))
			fputs(line, out);
	fclose(in);
	return out && fclose(out) == 0 ? 0 : -ENOMEM;
}

static int load(struct np_kallsyms **k)
{
	char *text = NULL;
	int err = read_lines(false, &text);

	if (!err && !text[0]) { /* KVM is built in */
		free(text);
		err = read_lines(true, &text);
	}
	if (!err)
		err = np_kallsyms_parse(k, text);
	return err ? fail(NP_EXIT_L1, err, KALLSYMS ": %s", strerror(-err)) : 0;
}

int symbol_of(const char *address, char out[NP_SYMBOL_SIZE])
{
	static struct np_kallsyms *kallsyms;
	struct np_symbol s;
	char *end;
	uint64_t at;
	int err;

	errno = 0;
	at = address ? strtoull(address, &end, 16) : 0;
	if (!at || errno || *end)
		return fail(NP_EXIT_L1, -EINVAL, "not an address: \"%.64s\"", address ?: "");
	err = kallsyms ? 0 : load(&kallsyms);
	if (err)
		return err;
	if (np_kallsyms_find(kallsyms, at, &s))
		strcpy(out, "-");
	else
		np_symbol_text(out, &s);
	return 0;
}
