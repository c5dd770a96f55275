// SPDX-License-Identifier: GPL-2.0-only
#include "collector/l1_console.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/log.h"

#define POLL_MS 200

static void on_line(const char *line, void *arg)
{
	struct l1_console *c = arg;
	const size_t prefix = sizeof(NP_SAYS) - 1;

	log_phase_says(line);
	if (c->verbose)
		log_note("L1: %s", line);
	if (strncmp(line, NP_SAYS, prefix) == 0)
		snprintf(c->answer, sizeof(c->answer), "%.*s", NP_LINE_MAX - 1, line + prefix);
	if (strstr(line, "Kernel panic"))
		c->panicked = true;
}

static void on_error_line(const char *line, void *arg)
{
	struct l1_console *c = arg;

	if (c->verbose)
		log_note("L1's stderr: %s", line);
}

/* A guest's escape codes must not reach the user's terminal. */
static void make_printable(char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < ' ' && text[i] != '\n' && text[i] != '\r')
			text[i] = ' ';
		else if ((unsigned char)text[i] >= 0x7f)
			text[i] = '?';
}

/* False at the end of the stream. */
static bool take(int fd, struct linebuf *b, void (*on)(const char *, void *), struct l1_console *c)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n <= 0)
		return n < 0 && errno == EINTR;
	make_printable(buf, n);
	linebuf_feed(b, buf, n, on, c);
	return true;
}

static void take_errors(struct l1_console *c, struct proc *p)
{
	if (take(p->err, &c->errors, on_error_line, c))
		return;
	close(p->err);
	p->err = -1;
}

/* Hears what there is within POLL_MS; -EPIPE once the console is closed. */
static int listen_once(struct l1_console *c, struct proc *p)
{
	struct pollfd fds[2] = { { p->out, POLLIN, 0 }, { p->err, POLLIN, 0 } };

	if (p->out < 0)
		return -EPIPE;
	if (poll(fds, 2, POLL_MS) < 0)
		return errno == EINTR ? 0 : -errno;
	if (fds[1].revents)
		take_errors(c, p);
	if (!fds[0].revents || take(p->out, &c->lines, on_line, c))
		return 0;
	close(p->out);
	p->out = -1;
	/* The reason may still be on its way. */
	while (p->err >= 0 && poll(&(struct pollfd){ p->err, POLLIN, 0 }, 1, POLL_MS) > 0)
		take_errors(c, p);
	return -EPIPE;
}

int l1_console_wait(struct l1_console *c, struct proc *p, double timeout_s,
		    char answer[NP_LINE_MAX])
{
	double deadline = log_elapsed() + timeout_s;
	int err = 0;

	while (!c->answer[0]) {
		if (np_interrupted())
			return -EINTR;
		if (c->panicked)
			return -EIO;
		if (err)
			return err;
		if (log_elapsed() > deadline)
			return -ETIMEDOUT;
		err = listen_once(c, p);
	}
	memcpy(answer, c->answer, NP_LINE_MAX);
	c->answer[0] = '\0';
	return 0;
}

void l1_console_text(const struct l1_console *c, bool with_errors, char *out, size_t size)
{
	size_t at;

	linebuf_tail(&c->lines, out, size);
	at = strlen(out);
	if (!with_errors || !c->errors.count)
		return;
	at += snprintf(out + at, size - at, at ? " | " : "");
	if (at < size)
		linebuf_tail(&c->errors, out + at, size - at);
}
