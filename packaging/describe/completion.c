// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "packaging/describe/described.h"
#include "packaging/describe/options.h"

enum kind { NOTHING, FILES, FOLDERS };

/* What completes an argument, by the name that the tables give it. */
static enum kind kind_of(const char *arg)
{
	static const char *const files[] = { "FILE", "PROGRAM", "KERNEL", "RESULT" };

	if (arg && !strcmp(arg, "DIR"))
		return FOLDERS;
	for (size_t i = 0; arg && i < sizeof(files) / sizeof(*files); i++)
		if (strstr(arg, files[i]))
			return FILES;
	return NOTHING;
}

/* --a|--b|-c: those whose argument is of that kind. */
static void pattern(const struct option_list *l, enum kind kind)
{
	const char *bar = "";

	for (uint32_t i = 0; i < l->n; i++) {
		const struct option_line *o = &l->line[i];

		if (!o->arg || kind_of(o->arg) != kind)
			continue;
		printf("%s--%s", bar, o->name);
		if (o->letter)
			printf("|-%c", o->letter);
		bar = "|";
	}
	if (!*bar)
		printf("''");
}

static void bash_command(const struct described *d)
{
	static const char *const variable[] = { "values", "files", "folders" };
	struct option_list l;

	options_of(d->argp, &l);
	printf("\t%s)\n\t\toptions='", d->name);
	for (uint32_t i = 0; i < l.n; i++)
		printf("%s--%s%s", i ? " " : "", l.line[i].name, l.line[i].arg ? "=" : "");
	printf("'\n");
	for (enum kind k = NOTHING; k <= FOLDERS; k++) {
		printf("\t\t%s='@(", variable[k]);
		pattern(&l, k);
		printf(")'\n");
	}
	if (kind_of(d->argp->args_doc) == FILES)
		printf("\t\targument=-f\n");
	else if (d->argp->args_doc)
		printf("\t\targument=-c\n");
	printf("\t\t;;\n");
}

static const char bash_start[] =
	"# SPDX-License-Identifier: GPL-2.0-only\n"
	"# bash completion of nestprof, made from its tables of options.\n"
	"_nestprof()\n{\n"
	"\tlocal options= values= files= folders= argument=\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n\n"
	"\t# bash parts --output=DIR into three words.\n"
	"\tif [[ $cur == = ]]; then\n"
	"\t\tcur=\n"
	"\telif [[ $prev == = ]]; then\n"
	"\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"\tfi\n"
	"\tCOMPREPLY=()\n"
	"\tif ((COMP_CWORD == 1)); then\n"
	"\t\toptions='--help --version";

static const char bash_end[] = "\tesac\n"
			       "\t# shellcheck disable=SC2053 # patterns\n"
			       "\tif [[ $prev == $files ]]; then\n"
			       "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
			       "\t\tcompopt -o filenames\n"
			       "\telif [[ $prev == $folders ]]; then\n"
			       "\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n"
			       "\t\tcompopt -o filenames\n"
			       "\telif [[ $prev == $values ]]; then\n"
			       "\t\t:\n"
			       "\telif [[ $cur == -* ]]; then\n"
			       "\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
			       "\t\t[[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace\n"
			       "\telif [[ $argument ]]; then\n"
			       "\t\tmapfile -t COMPREPLY < <(compgen $argument -- \"$cur\")\n"
			       "\t\t[[ $argument != -f ]] || compopt -o filenames\n"
			       "\tfi\n"
			       "}\n"
			       "complete -F _nestprof nestprof\n";

void completion_bash(void)
{
	fputs(bash_start, stdout);
	for (size_t i = 0; i < nr_described; i++)
		printf(" %s", described[i].name);
	printf("'\n\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
	       "\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]} in\n");
	for (size_t i = 0; i < nr_described; i++)
		bash_command(&described[i]);
	fputs(bash_end, stdout);
}

/* Within '...[...]': brackets and colons are zsh's, the apostrophe the shell's. */
static void zsh_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr("[]:\\", *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void zsh_action(const char *arg)
{
	static const char *const action[] = { " ", "_files", "_files -/" };

	printf(":%s:%s", arg, action[kind_of(arg)]);
}

static void zsh_option(const struct option_line *o)
{
	const char *take = o->arg ? "=" : "";

	printf(" \\\n\t\t\t");
	if (o->letter)
		printf("'(-%c --%s)'{-%c%s,--%s%s}", o->letter, o->name, o->letter,
		       o->arg ? "+" : "", o->name, take);
	else
		printf("--%s%s", o->name, take);
	printf("'[");
	zsh_text(o->doc);
	putchar(']');
	if (o->arg)
		zsh_action(o->arg);
	putchar('\'');
}

static void zsh_command(const struct described *d)
{
	struct option_list l;

	options_of(d->argp, &l);
	printf("\t%s)\n\t\t_arguments -s", d->name);
	for (uint32_t i = 0; i < l.n; i++)
		zsh_option(&l.line[i]);
	if (kind_of(d->argp->args_doc) == FILES)
		printf(" \\\n\t\t\t'*:file:_files'");
	else if (d->argp->args_doc)
		printf(" \\\n\t\t\t'(-)1:command:_command_names -e' '*::argument:_normal'");
	printf("\n\t\t;;\n");
}

void completion_zsh(void)
{
	printf("#compdef nestprof\n# SPDX-License-Identifier: GPL-2.0-only\n"
	       "# zsh completion of nestprof, made from its tables of options.\n"
	       "local -a commands=(\n");
	for (size_t i = 0; i < nr_described; i++) {
		printf("\t'%s:", described[i].name);
		zsh_text(described[i].text);
		printf("'\n");
	}
	printf(")\nif ((CURRENT == 2)); then\n\t_describe command commands\n\treturn\nfi\n"
	       "shift words\n((CURRENT--))\ncase $words[1] in\n");
	for (size_t i = 0; i < nr_described; i++)
		zsh_command(&described[i]);
	printf("esac\n");
}
