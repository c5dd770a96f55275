// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/micro/serve.h"

#include "workloads/micro/console.h"
#include "workloads/micro/exit.h"
#include "workloads/micro/l2.h"
#include "workloads/micro/text.h"
#include "workloads/runner/protocol.h"

static const struct l2_code *find_code(const char *name)
{
	for (const struct l2_code *c = l2_codes; c->name; c++)
		if (text_equal(c->name, name))
			return c;
	return NULL;
}

static bool run(char *arguments)
{
	const char *name = text_word(&arguments), *number = text_word(&arguments);
	const struct l2_code *code = name ? find_code(name) : NULL;
	uint64_t iterations, ticks;

	if (!code)
		return complain("no workload is called \"%s\"", name ? name : "");
	if (!number || !text_number(&number, 10, NP_MAX_ITERATIONS, &iterations) || *number ||
	    !iterations)
		return complain("%s: not a number of iterations (1 to %u)", name,
				NP_MAX_ITERATIONS);
	if (text_word(&arguments))
		return complain("too many words after \"" NP_RUN "\"");
	if (!l2_run(code, iterations, &ticks))
		return false;
	say(NP_RESULT " %s %lu %lu", name, iterations, ticks);
	return true;
}

static bool tell_sequence(char *arguments)
{
	const char *text = text_word(&arguments);
	char line[NP_LINE_MAX];

	if (text_word(&arguments))
		return complain("a sequence is one word");
	if (text && !exit_set_sequence(text_equal(text, NP_NO_ACCESSES) ? "" : text))
		return false;
	sequence_print(exit_sequence(), line, sizeof(line));
	say(NP_SEQUENCE " %s", line);
	return true;
}

static bool tell_sites(char *arguments)
{
	char line[NP_LINE_MAX];

	if (text_word(&arguments))
		return complain("too many words after \"" NP_SITES "\"");
	if (!sequence_print_sites(exit_sequence(), line, sizeof(line)))
		return complain("the sites do not fit a line");
	say(NP_SITES " %s", line);
	return true;
}

static bool take(char **arguments, unsigned base, uint64_t max, uint64_t *out)
{
	const char *word = text_word(arguments);

	return word && text_number(&word, base, max, out) && !*word;
}

static bool fail(char *arguments)
{
	uint64_t field, value, times;
	char how[64];

	if (!take(&arguments, 16, UINT16_MAX, &field) ||
	    !take(&arguments, 16, UINT64_MAX, &value) ||
	    !take(&arguments, 10, UINT16_MAX, &times) || !times || text_word(&arguments))
		return complain("after \"" NP_FAIL "\" come a field, a value and how often");
	if (!l2_fail(field, value, times, how, sizeof(how)))
		return false;
	say(NP_FAIL " %lx %lx %lu %s", field, value, times, how);
	return true;
}

static const struct {
	const char *verb;
	bool (*obey)(char *arguments);
} verbs[] = { { NP_RUN, run },
	      { NP_SEQUENCE, tell_sequence },
	      { NP_SITES, tell_sites },
	      { NP_FAIL, fail } };

static bool obey(const char *verb, char *arguments)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (text_equal(verb, verbs[i].verb))
			return verbs[i].obey(arguments);
	return complain("not a command: \"%s\"", verb);
}

void serve(void)
{
	char line[NP_LINE_MAX], *at;
	const char *verb;

	say(NP_READY " " NP_MICRO);
	for (;;) {
		if (!console_read_line(line, sizeof(line))) {
			complain("a line of more than %u bytes", NP_LINE_MAX - 1);
			continue;
		}
		at = line;
		verb = text_word(&at);
		if (verb && text_equal(verb, NP_QUIT))
			return;
		if (verb)
			obey(verb, at);
	}
}
