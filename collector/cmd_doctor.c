// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "analysis/rows.h"
#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/commands.h"
#include "collector/host/facts.h"
#include "collector/host/hostfs.h"

#define SCHEMA "nestprof-doctor/1"

static const char *const state_names[] = {
	[FACT_OK] = "ok",
	[FACT_WARN] = "warn",
	[FACT_MISSING] = "missing",
	[FACT_UNKNOWN] = "unknown",
};

static const struct command {
	const char *name;
	enum fact_needed_by bit;
} commands[] = { { "ab", FOR_AB }, { "lab", FOR_LAB } };

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

struct options {
	bool json;
};

static const struct argp_option options[] = {
	{ "json", 'j', 0, 0, "print JSON (docs/json-doctor.md)", 1 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'j':
		o->json = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is too much: doctor takes options only", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp doctor_argp = {
	.options = options,
	.parser = parse,
	.doc = "Tells what this host can measure, and what is in the way, with a remedy each. "
	       "Changes nothing.\v"
	       "Exit status: 0 when 'nestprof ab' and 'nestprof lab' could both run, 20 when only "
	       "lab could, 21 when only ab could, 22 when neither could.",
};

static enum np_exit exit_code(const struct facts *f)
{
	bool ab = facts_allow(f, FOR_AB, NULL), lab = facts_allow(f, FOR_LAB, NULL);

	if (ab)
		return lab ? NP_EXIT_OK : NP_EXIT_ONLY_AB;
	return lab ? NP_EXIT_ONLY_LAB : NP_EXIT_NEITHER;
}

static const char *needed_by_text(unsigned needed_by)
{
	static const char *const text[] = {
		[0] = "",
		[FOR_AB] = "ab",
		[FOR_LAB] = "lab",
		[FOR_AB | FOR_LAB] = "ab, lab",
	};

	return text[needed_by & (FOR_AB | FOR_LAB)];
}

static int add_row(struct np_rows *t, const struct fact *f)
{
	int err = np_rows_add(t);

	if (!err)
		err = np_rows_text(t, "name", f->name);
	if (!err)
		err = np_rows_text(t, "state", state_names[f->state]);
	if (!err)
		err = np_rows_text(t, "needed_by", needed_by_text(f->needed_by));
	if (!err)
		err = np_rows_text(t, "found", f->found);
	return err;
}

static int print_table(const struct facts *f)
{
	static const struct np_column columns[] = {
		{ "name", "what", "", 0 },
		{ "state", "state", "", 0 },
		{ "needed_by", "needed by", "", 0 },
		{ "found", "found", "", 0 },
	};
	struct np_rows *t = np_rows_new(columns, sizeof(columns) / sizeof(columns[0]));
	int err = t ? 0 : -ENOMEM;

	for (uint32_t i = 0; !err && i < f->n; i++)
		err = add_row(t, &f->fact[i]);
	if (!err)
		err = np_rows_print_text(t, stdout);
	np_rows_free(t);
	return err;
}

static void print_remedies(const struct facts *f)
{
	const char *title = "\nWhat to do:\n";

	for (uint32_t i = 0; i < f->n; i++) {
		const struct fact *fact = &f->fact[i];

		if (fact->state == FACT_OK || !fact->remedy[0])
			continue;
		printf("%s  %s: %s\n", title, fact->name, fact->remedy);
		title = "";
	}
}

static void print_verdict(const struct facts *f, const struct command *c)
{
	const struct fact *first;

	printf("%s%s: ", log_bold(STDOUT_FILENO), c->name);
	if (facts_allow(f, c->bit, &first))
		printf("can run here");
	else
		printf("cannot run here: %s (%s)", first->name, first->found);
	printf("%s\n", log_reset(STDOUT_FILENO));
}

static int print_text(const struct facts *f)
{
	int err = print_table(f);

	if (err)
		return err;
	print_remedies(f);
	printf("\n");
	for (size_t i = 0; i < NR_COMMANDS; i++)
		print_verdict(f, &commands[i]);
	return 0;
}

static json_t *needed_by_json(unsigned needed_by)
{
	json_t *a = json_array();

	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (needed_by & commands[i].bit)
			json_array_append_new(a, json_string(commands[i].name));
	return a;
}

static json_t *fact_json(const struct fact *f)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:i}", "name", f->name, "state",
			 state_names[f->state], "found", f->found, "remedy", f->remedy, "needed_by",
			 needed_by_json(f->needed_by), "exit_code", f->exit_code);
}

static json_t *facts_json(const struct facts *f)
{
	json_t *a = json_array();

	for (uint32_t i = 0; i < f->n; i++)
		json_array_append_new(a, fact_json(&f->fact[i]));
	return a;
}

static json_t *verdict_json(const struct facts *f, const struct command *c)
{
	const struct fact *first;

	if (facts_allow(f, c->bit, &first))
		return json_pack("{s:b, s:i, s:n}", "can_run", true, "exit_code", NP_EXIT_OK,
				 "in_the_way");
	return json_pack("{s:b, s:i, s:s}", "can_run", false, "exit_code", first->exit_code,
			 "in_the_way", first->name);
}

static int print_json(const struct facts *f)
{
	char release[128] = "";
	json_t *o;
	int err = 0;

	host_release(release, sizeof(release));
	o = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "schema", SCHEMA, "nestprof", NP_VERSION,
		      "kernel", release, "ab", verdict_json(f, &commands[0]), "lab",
		      verdict_json(f, &commands[1]), "facts", facts_json(f));
	if (!o)
		return -ENOMEM;
	if (json_dumpf(o, stdout, JSON_INDENT(2)) < 0 || putchar('\n') == EOF)
		err = -EIO;
	json_decref(o);
	return err;
}

int cmd_doctor(int argc, char **argv)
{
	struct options o = { 0 };
	struct facts *f = calloc(1, sizeof(*f));
	enum np_exit code;
	int err;

	argp_parse(&doctor_argp, argc, argv, 0, NULL, &o);
	if (!f)
		return NP_EXIT_FAILED;
	facts_gather(f);
	err = o.json ? print_json(f) : print_text(f);
	if (!err && (fflush(stdout) != 0 || ferror(stdout)))
		err = -EIO;
	code = exit_code(f);
	free(f);
	if (!err)
		return code;
	fail(NP_EXIT_NO_SPACE, err, "cannot write to standard output");
	return NP_EXIT_NO_SPACE;
}
