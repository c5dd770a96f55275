// SPDX-License-Identifier: GPL-2.0-only
#include "collector/host/cpuinfo.h"

#include <stdlib.h>
#include <string.h>

#include "collector/host/hostfs.h"

static bool is_key(const char *line, const char *key)
{
	size_t len = strlen(key);

	return strncmp(line, key, len) == 0 && (line[len] == '\t' || line[len] == ':');
}

char *cpuinfo(const char *key)
{
	char *text, *value = NULL;

	if (host_read(&text, NULL, "/proc/cpuinfo") < 0)
		return NULL;
	for (char *line = text; line && !value; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (is_key(line, key)) {
			line += strcspn(line, ":\n");
			line += strspn(line, ": ");
			value = strndup(line, strcspn(line, "\n"));
		}
	}
	free(text);
	return value;
}

bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	while (text && *text) {
		size_t n = strcspn(text, " ");

		if (n == len && memcmp(text, word, len) == 0)
			return true;
		text += n + strspn(text + n, " ");
	}
	return false;
}
