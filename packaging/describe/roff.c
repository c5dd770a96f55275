// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/fail.h"
#include "packaging/describe/described.h"
#include "packaging/describe/options.h"

/* Text that means nothing to roff. */
static void put(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\')
			fputs("\\e", stdout);
		else if (text[i] == '-')
			fputs("\\-", stdout);
		else if (text[i] == '\'')
			fputs("\\(aq", stdout);
		else if (text[i] == '.' && (i == 0 || text[i - 1] == '\n'))
			fputs("\\&.", stdout);
		else
			putchar(text[i]);
	}
}

static void put_all(const char *text)
{
	put(text, strlen(text));
}

static void title(const struct described *d, const char *date)
{
	printf(".\\\" SPDX-License-Identifier: GPL-2.0-only\n.TH NESTPROF");
	for (const char *p = d ? d->name : ""; *p; p++)
		printf("%s%c", d && p == d->name ? "\\-" : "", toupper(*p));
	printf(" 1 %s \"nestprof %s\" \"User Commands\"\n.SH NAME\nnestprof", date, NP_VERSION);
	if (d) {
		printf("\\-%s \\- ", d->name);
		put_all(d->text);
	} else {
		printf(" \\- measures nested virtualization on KVM");
	}
	printf("\n.SH SYNOPSIS\n.B nestprof");
	printf(d ? " %s\n.RI [ OPTION ...]\n" : "\n.I COMMAND\n.RI [ OPTION ...]\n",
	       d ? d->name : "");
	if (d && d->argp->args_doc) {
		put_all(d->argp->args_doc);
		putchar('\n');
	}
}

static void one_option(const struct option_line *o)
{
	printf(".TP\n");
	if (o->letter)
		printf("\\fB\\-%c\\fR, ", o->letter);
	printf("\\fB\\-\\-");
	put_all(o->name);
	printf("\\fR");
	if (o->arg)
		printf("=\\fI%s\\fR", o->arg);
	putchar('\n');
	put_all(o->doc);
	putchar('\n');
}

static void options(const struct argp *argp)
{
	const char *header = NULL;
	struct option_list l;

	options_of(argp, &l);
	printf(".SH OPTIONS\n");
	for (uint32_t i = 0; i < l.n; i++) {
		if (l.line[i].header != header) {
			header = l.line[i].header;
			printf(".SS \"%s\"\n", header ?: "Help");
		}
		one_option(&l.line[i]);
	}
}

static void exit_status(void)
{
	static const struct {
		int code;
		const char *text;
	} codes[] = {
#define X(name, code, text) { code, text },
		NP_EXIT_CODES(X)
#undef X
	};

	printf(".SH EXIT STATUS\n");
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		printf(".TP\n%d\n", codes[i].code);
		put_all(codes[i].text);
		putchar('\n');
	}
}

static void commands(void)
{
	printf(".SH COMMANDS\n");
	for (size_t i = 0; i < nr_described; i++) {
		printf(".TP\n.B %s\n", described[i].name);
		put_all(described[i].text);
		putchar('\n');
	}
}

static void see_also(const struct described *d)
{
	printf(".SH SEE ALSO\n%s", d ? ".BR nestprof (1)" : "");
	for (size_t i = 0; i < nr_described; i++)
		if (d != &described[i])
			printf("%s.BR nestprof\\-%s (1)", d || i ? ",\n" : "", described[i].name);
	putchar('\n');
}

void roff_page(const struct described *d, const char *date, const char *more)
{
	const char *doc = d ? d->argp->doc
			    : "Measures nested virtualization on KVM: what an exit "
			      "of L2 costs, and why.";
	const char *notes = strchr(doc, '\v');

	title(d, date);
	printf(".SH DESCRIPTION\n");
	put(doc, notes ? (size_t)(notes - doc) : strlen(doc));
	putchar('\n');
	if (d)
		options(d->argp);
	else
		commands();
	fputs(more, stdout);
	if (notes) {
		printf(".SH NOTES\n");
		put_all(notes + 1);
		putchar('\n');
	}
	exit_status();
	see_also(d);
}
