// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/apt_sources.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

int apt_mirror_find(struct apt_mirror *m, const char *targets, const char *label)
{
	char start[64];
	size_t n = snprintf(start, sizeof(start), "Debian|%s|main|", label);

	for (const char *line = targets; *line; line = next_line(line)) {
		const char *uri = line + n, *entry;

		if (strncmp(line, start, n))
			continue;
		entry = uri + strcspn(uri, "|\n");
		if (*entry != '|' || entry == uri)
			continue;
		m->signed_by[0] = '\0';
		return fs_path(m->uri, "%.*s", (int)(entry - uri), uri) ?:
		       fs_path(m->entry, "%.*s", (int)strcspn(entry + 1, "\n"), entry + 1);
	}
	return -ENOENT;
}

static const char *nth_line(const char *text, unsigned long n)
{
	while (*text && --n)
		text = next_line(text);
	return text;
}

static bool is_blank(const char *line)
{
	size_t n = strspn(line, " \t\r");

	return line[n] == '\n' || !line[n];
}

/* Where the Nth stanza begins. One of nothing but comments is none. */
static const char *nth_stanza(const char *text, unsigned long n)
{
	bool inside = false;

	for (; *text; text = next_line(text)) {
		if (is_blank(text))
			inside = false;
		else if (*text != '#' && !inside && (inside = true) && --n == 0)
			break;
	}
	return text;
}

/* The text of a stanza's field, with the lines that continue it. */
static int copy_field(const char *stanza, const char *name, char *out, size_t size)
{
	size_t len = strlen(name), n;
	const char *end;

	while (!is_blank(stanza) && strncasecmp(stanza, name, len))
		stanza = next_line(stanza);
	if (is_blank(stanza))
		return 0;
	stanza += len;
	for (end = next_line(stanza); *end == ' ' || *end == '\t'; end = next_line(end))
		;
	n = end - stanza;
	n -= n && end[-1] == '\n';
	if (n >= size)
		return -E2BIG;
	snprintf(out, size, "%.*s", (int)n, stanza);
	return 0;
}

/* "deb [arch=amd64 signed-by=KEY,KEY] ...": keys are parted by blanks in a stanza. */
static int copy_option(const char *line, char *out, size_t size)
{
	const char *end = line + strcspn(line, "]\n");
	const char *key = memmem(line, end - line, "signed-by=", strlen("signed-by="));
	size_t n;

	if (!key || *end != ']')
		return 0;
	key += strlen("signed-by=");
	n = strcspn(key, " ]");
	if (n + 1 >= size)
		return -E2BIG;
	snprintf(out, size, " %.*s", (int)n, key);
	for (char *c = out; *c; c++)
		if (*c == ',')
			*c = ' ';
	return 0;
}

int apt_mirror_read_keys(struct apt_mirror *m)
{
	char path[NP_PATH], *text = NULL, *colon = strrchr(m->entry, ':');
	unsigned long n = colon ? strtoul(colon + 1, NULL, 10) : 0;
	size_t len;
	int err = n ? fs_path(path, "%.*s", (int)(colon - m->entry), m->entry) : -EINVAL;

	m->signed_by[0] = '\0';
	if (!err)
		err = fs_read(path, &text, NULL);
	len = err ? 0 : strlen(path);
	if (!err && len > 8 && !strcmp(path + len - 8, ".sources"))
		err = copy_field(nth_stanza(text, n), "Signed-By:", m->signed_by,
				 sizeof(m->signed_by));
	else if (!err)
		err = copy_option(nth_line(text, n), m->signed_by, sizeof(m->signed_by));
	free(text);
	return err ? fail(NP_EXIT_MISSING, err, "cannot read apt's source %s: %s", m->entry,
			  strerror(-err)) : 0;
}

/* What apt knows of the machine's sources: from its lists, or else from lists fetched for it. */
static int list_targets(const struct apt *a, bool fetch, char **targets)
{
	static const char *const update[] = { "update", NULL };
	static const char *const list[] = { "indextargets", "--format", APT_MIRROR_FORMAT,
					    "Identifier: Packages", NULL };
	struct apt machine = *a;
	char dir[NP_PATH];
	int err = 0;

	machine.nr_options = 0;
	if (fetch) {
		err = fs_path(dir, "%s/machine", a->archives);
		if (!err)
			err = apt_open(&machine, dir, false);
		if (!err)
			err = apt_run(&machine, "apt-get", update, NULL);
	}
	return err ? err : apt_run(&machine, "apt-get", list, targets);
}

static int find_mirrors(const struct apt *a, struct apt_mirror *debian, struct apt_mirror *security)
{
	char *targets = NULL;
	int err = list_targets(a, false, &targets);

	if (!err && apt_mirror_find(debian, targets, "Debian")) {
		free(targets);
		targets = NULL;
		err = list_targets(a, true, &targets);
		if (!err && apt_mirror_find(debian, targets, "Debian"))
			err = fail(NP_EXIT_MISSING, -ENOENT,
				   "apt on this machine has no source of Debian's main component "
				   "to take a mirror from; add one, or give a kernel as a file");
	}
	if (!err && apt_mirror_find(security, targets, "Debian-Security"))
		security->uri[0] = '\0';
	free(targets);
	if (!err)
		err = apt_mirror_read_keys(debian);
	if (!err && security->uri[0])
		err = apt_mirror_read_keys(security);
	return err;
}

static void print_source(FILE *f, const struct apt_mirror *m, const char *suite)
{
	fprintf(f, "Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nArchitectures: amd64\n"
		   "Targets: Packages\n", m->uri, suite);
	if (m->signed_by[0])
		fprintf(f, "Signed-By:%s\n", m->signed_by);
	fputc('\n', f);
}

static int write_sources(const struct apt *a, const struct apt_mirror *debian,
			 const struct apt_mirror *security, const char *suite)
{
	char updates[64];
	FILE *f = fopen(a->sources, "we");

	if (!f)
		return fail(NP_EXIT_NO_SPACE, -errno, "cannot write %s: %s", a->sources,
			    strerror(errno));
	print_source(f, debian, suite);
	if (security) {
		snprintf(updates, sizeof(updates), "%s-security", suite);
		print_source(f, security, updates);
	}
	if (fclose(f))
		return fail(NP_EXIT_NO_SPACE, -errno, "cannot write %s: %s", a->sources,
			    strerror(errno));
	return 0;
}

static int fetch_lists(const struct apt *a, const struct apt_mirror *debian,
		       const struct apt_mirror *security, const char *suite)
{
	static const char *const update[] = { "update", NULL };
	int err = write_sources(a, debian, security, suite);

	return err ? err : apt_run(a, "apt-get", update, NULL);
}

int apt_use_suite(const struct apt *a, const char *suite, bool security)
{
	struct apt_mirror *m = calloc(2, sizeof(*m));
	int err = m ? find_mirrors(a, &m[0], &m[1]) : -ENOMEM;

	if (!err && security && m[1].uri[0]) {
		err = fetch_lists(a, &m[0], &m[1], suite);
		/* The updates of an old suite go to the archive before it does. */
		if (err == -EIO) {
			fail_clear();
			err = fetch_lists(a, &m[0], NULL, suite);
		}
	} else if (!err) {
		err = fetch_lists(a, &m[0], NULL, suite);
	}
	free(m);
	return err;
}
