// SPDX-License-Identifier: GPL-2.0-only
#include "collector/list.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int list_split(char *text, const char *words[], uint32_t max)
{
	uint32_t n = 0;
	char *word;

	while ((word = strsep(&text, ","))) {
		if (!word[0])
			return -EINVAL;
		for (uint32_t i = 0; i < n; i++)
			if (!strcmp(words[i], word))
				return -EINVAL;
		if (n == max)
			return -E2BIG;
		words[n++] = word;
	}
	return n;
}

int number_parse(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	*out = strtoull(text, &end, 10);
	return errno || *end || *out < min || *out > max ? -EINVAL : 0;
}
