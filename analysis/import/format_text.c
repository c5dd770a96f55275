// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/format_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE 256
#define MAX_DIGITS 6

/* The next line, if it is not too long to be of interest; false: there is none. */
static bool next_line(const char **text, size_t *left, char line[LINE])
{
	const char *end = memchr(*text, '\n', *left);
	size_t n = end ? (size_t)(end - *text) : *left;

	if (!*left)
		return false;
	snprintf(line, LINE, "%.*s", n < LINE ? (int)n : 0, *text);
	n += end ? 1 : 0;
	*text += n;
	*left -= n;
	return true;
}

/* " offset:16;": up to behind the semicolon. NULL: it is not that. */
static const char *take_number(const char *at, const char *key, unsigned int *value)
{
	size_t digits;

	at += strspn(at, " \t");
	if (strncmp(at, key, strlen(key)))
		return NULL;
	at += strlen(key);
	digits = strspn(at, "0123456789");
	if (!digits || digits > MAX_DIGITS || at[digits] != ';')
		return NULL;
	*value = strtoul(at, NULL, 10);
	return at + digits + 1;
}

/* "unsigned int vcpu_id": words and blanks, and more than one of them. */
static bool is_declaration(const char *text, size_t n, char name[LINE])
{
	size_t begin = n;

	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '_' && text[i] != ' ')
			return false;
	while (begin && text[begin - 1] != ' ')
		begin--;
	if (begin < 2 || begin == n)
		return false;
	snprintf(name, LINE, "%.*s", (int)(n - begin), text + begin);
	return true;
}

static void add_field(FILE *to, const char *line, bool common, bool (*wanted)(const char *field))
{
	unsigned int offset, size, is_signed = 0;
	char name[LINE];
	const char *at = line + strspn(line, " \t"), *end;

	if (strncmp(at, "field:", 6))
		return;
	at += 6;
	end = strchr(at, ';');
	if (!end || !is_declaration(at, end - at, name) || !wanted(name) ||
	    common != !strncmp(name, "common_", 7))
		return;
	end = take_number(end + 1, "offset:", &offset);
	end = end ? take_number(end, "size:", &size) : NULL;
	if (!end)
		return;
	take_number(end, "signed:", &is_signed);
	fprintf(to, "\tfield:%s %s;\toffset:%u;\tsize:%u;\tsigned:%u;\n",
		is_signed ? "long" : "unsigned long", name, offset, size, !!is_signed);
}

bool imp_format_name(const char *text, size_t size, char name[IMP_FORMAT_NAME])
{
	size_t n = 0;

	if (size < 6 || memcmp(text, "name: ", 6))
		return false;
	for (size_t i = 6; i < size && (isalnum((unsigned char)text[i]) || text[i] == '_'); i++)
		if (n < IMP_FORMAT_NAME - 1)
			name[n++] = text[i];
	name[n] = '\0';
	return n > 0;
}

/* "ID: 1511"; 0: it is not that. */
static unsigned int take_id(const char *line)
{
	size_t digits;

	if (strncmp(line, "ID: ", 4))
		return 0;
	digits = strspn(line + 4, "0123456789");
	return digits <= MAX_DIGITS ? strtoul(line + 4, NULL, 10) : 0;
}

/* Those that all events have come first, and then an empty line. */
static void add_fields(FILE *to, const char *text, size_t size, bool common,
		       bool (*wanted)(const char *field))
{
	char line[LINE];

	while (next_line(&text, &size, line) && strncmp(line, "print fmt:", 10))
		add_field(to, line, common, wanted);
	fprintf(to, "\n");
}

char *imp_format_clean(const char *text, size_t size, bool (*wanted)(const char *field))
{
	char line[LINE], name[IMP_FORMAT_NAME] = "", *clean = NULL;
	unsigned int id = 0;
	size_t n;
	FILE *to = open_memstream(&clean, &n);

	if (!to)
		return NULL;
	imp_format_name(text, size, name);
	while (!id && next_line(&text, &size, line))
		id = take_id(line);
	fprintf(to, "name: %s\nID: %u\nformat:\n", name, id);
	add_fields(to, text, size, true, wanted);
	add_fields(to, text, size, false, wanted);
	fprintf(to, "print fmt: \"\"\n");
	if (!fclose(to))
		return clean;
	free(clean);
	return NULL;
}
