// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/apt.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/base/proc.h"

#define MAX_ARGS 96

__attribute__((format(printf, 2, 3))) static void set(struct apt *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->option[a->nr_options++], APT_OPTION, fmt, ap);
	va_end(ap);
}

static int make_folders(const char *dir)
{
	static const char *const folders[] = { "state/lists/partial", "cache", "archives/partial",
					       "sources" };
	char path[NP_PATH];
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(folders) / sizeof(*folders); i++) {
		err = fs_path(path, "%s/%s", dir, folders[i]);
		if (!err)
			err = fs_mkdirs(path);
	}
	if (!err)
		err = fs_path(path, "%s/status", dir);
	return err ? err : fs_write(path, "", 0);
}

int apt_open(struct apt *a, const char *dir, bool own_sources)
{
	int err = make_folders(dir);

	memset(a, 0, sizeof(*a));
	if (!err)
		err = fs_path(a->archives, "%s/archives", dir);
	if (!err)
		err = fs_path(a->sources, "%s/sources/lab.sources", dir);
	if (err)
		return fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, err,
			    "cannot make %s: %s", dir, strerror(-err));
	set(a, "Dir::State=%s/state", dir);
	set(a, "Dir::State::status=%s/status", dir);
	set(a, "Dir::Cache=%s/cache", dir);
	set(a, "Dir::Cache::archives=%s", a->archives);
	if (own_sources) {
		set(a, "Dir::Etc::sourcelist=/dev/null");
		set(a, "Dir::Etc::sourceparts=%s/sources", dir);
		/* The machine's pins are about the machine's sources. */
		set(a, "Dir::Etc::preferences=/dev/null");
		set(a, "Dir::Etc::preferencesparts=/dev/null");
		set(a, "APT::Default-Release=");
		/* Else a mirror that cannot be reached is a warning. */
		set(a, "APT::Update::Error-Mode=any");
	}
	return 0;
}

/* apt's first line that starts with "E: ", else its last line. */
static void first_error(const char *output, char *line, size_t size)
{
	const char *e = strstr(output, "E: ");

	if (!e) {
		size_t n = strlen(output);

		while (n && output[n - 1] == '\n')
			n--;
		e = output + n;
		while (e > output && e[-1] != '\n')
			e--;
	}
	snprintf(line, size, "%.*s", (int)strcspn(e, "\n"), e);
}

static int failed(const char *tool, const char *what, const char *output)
{
	char line[400];

	first_error(output, line, sizeof(line));
	return fail(strstr(output, "o space left") ? NP_EXIT_NO_SPACE : NP_EXIT_MISSING, -EIO,
		    "%s %s failed: %s", tool, what, line);
}

int apt_run(const struct apt *a, const char *tool, const char *const words[], char **output)
{
	/* apt-get download writes to the folder it is run in. */
	const char *argv[MAX_ARGS] = { "env", "-C", a->archives, "LC_ALL=C.UTF-8", tool, "-q",
				       "-o", "Debug::NoLocking=true",
				       "-o", "APT::Sandbox::User=",
				       "-o", "Acquire::Languages=none" };
	size_t n = 0;
	char *text;
	int r;

	while (argv[n])
		n++;
	for (int i = 0; i < a->nr_options; i++) {
		argv[n++] = "-o";
		argv[n++] = a->option[i];
	}
	for (; *words && n + 1 < MAX_ARGS; words++)
		argv[n++] = *words;
	r = proc_run(argv, &text);
	if (r == 0 && output) {
		*output = text;
		return 0;
	}
	if (r >= 0) {
		r = r ? failed(tool, words[-1], text) : 0;
		free(text);
	}
	return r;
}

int apt_download(const struct apt *a, const char *package)
{
	const char *const words[] = { "download", package, NULL };

	return apt_run(a, "apt-get", words, NULL);
}
