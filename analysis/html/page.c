// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/html/page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/utf8.h"

extern const char html_style[], html_style_end[], html_sort[], html_sort_end[];

static const char *entity(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void html_text(FILE *out, const char *text)
{
	while (*text) {
		const char *instead = entity(*text);
		int len = np_utf8_length(text);

		if (instead)
			fputs(instead, out);
		else if (len)
			fwrite(text, 1, len, out);
		else
			fputs(NP_UTF8_INSTEAD, out);
		text += len ?: 1;
	}
}

void html_format(FILE *out, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	html_text(out, text);
	free(text);
}

void html_shell_word(FILE *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_.,:/+%@-";

	if (word[0] && !word[strspn(word, plain)]) {
		fputs(word, out);
		return;
	}
	fputs("&#39;", out);
	for (; *word; word += strcspn(word, "'")) {
		if (*word == '\'') {
			fputs("&#39;\\&#39;&#39;", out);
			word++;
		}
		html_format(out, "%.*s", (int)strcspn(word, "'"), word);
	}
	fputs("&#39;", out);
}

void html_begin(FILE *out, const char *title)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>",
	      out);
	html_text(out, title);
	fputs("</title>\n<style>\n", out);
	fwrite(html_style, 1, html_style_end - html_style, out);
	fputs("</style>\n</head>\n<body>\n<main>\n<h1>", out);
	html_text(out, title);
	fputs("</h1>\n", out);
}

void html_end(FILE *out)
{
	fprintf(out,
		"<footer><p>Made by nestprof %s. What the words mean: "
		"docs/glossary.md; how tables are read: docs/stat.md.</p></footer>\n"
		"</main>\n<script>\n",
		NP_VERSION);
	fwrite(html_sort, 1, html_sort_end - html_sort, out);
	fputs("</script>\n</body>\n</html>\n", out);
}
