// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/linebuf.h"
#include "collector/base/log.h"
#include "collector/lab/emulator.h"

#define STOP_GRACE_MS 500

struct machine {
	struct machine_config c;
	struct proc emulator;
	struct port port[PORTS];
	struct linebuf console, screen;
	char complaint[200]; /* why the emulator gave up */
	char results[NP_PATH];
	int results_fd;
	double heard; /* when the guest last said something */
	bool panicked;
};

int machine_start(struct machine **out, const struct machine_config *c)
{
	struct machine *m = calloc(1, sizeof(*m));
	int err;

	if (!m)
		return -ENOMEM;
	m->c = *c;
	m->emulator = PROC_NONE;
	m->results_fd = -1;
	m->heard = log_elapsed();
	for (int i = 0; i < PORTS; i++)
		m->port[i] = PORT_NONE;
	err = fs_path(m->results, "%s/results.tar", c->dir);
	if (!err) {
		m->results_fd = open(m->results, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		err = m->results_fd < 0 ? -errno : 0;
	}
	for (int i = 0; !err && i < PORTS; i++)
		err = port_open(&m->port[i], c->dir, i, c->emulator->port_is_file);
	if (!err)
		err = c->emulator->prepare(c);
	if (!err)
		err = c->emulator->start(c, m->port, &m->emulator);
	m->c.boot = NULL; /* the caller's */
	if (err) {
		if (!fail_text())
			fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_MACHINE, err,
			     "%s: cannot start %s in %s: %s", c->name, c->emulator->name, c->dir,
			     strerror(-err));
		machine_free(m);
		return err;
	}
	*out = m;
	return 0;
}

nfds_t machine_fds(const struct machine *m, struct pollfd fds[MACHINE_FDS])
{
	nfds_t n = 0;

	fds[n++] = (struct pollfd){ m->emulator.out, POLLIN, 0 };
	for (int i = 0; i < PORTS; i++)
		n += port_fds(&m->port[i], fds + n);
	return n;
}

static void on_console_line(const char *line, void *arg)
{
	struct machine *m = arg;

	m->heard = log_elapsed();
	if (m->c.verbose)
		log_note("%s: %s", m->c.name, line);
	if (strstr(line, "Kernel panic"))
		m->panicked = true;
}

static int take_output(struct machine *m)
{
	char buf[16384];
	ssize_t n;
	int err = 0;

	while ((n = port_take(&m->port[PORT_CONSOLE], buf, sizeof(buf))) > 0)
		linebuf_feed(&m->console, buf, n, on_console_line, m);
	while (!err && (n = port_take(&m->port[PORT_RESULTS], buf, sizeof(buf))) > 0) {
		m->heard = log_elapsed();
		err = write_all(m->results_fd, buf, n);
	}
	if (err)
		return fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, err,
			    "cannot write %s: %s", m->results, strerror(-err));
	return 0;
}

static ssize_t take_screen(struct machine *m, char *buf, size_t size)
{
	struct pollfd p = { m->emulator.out, POLLIN, 0 };
	ssize_t n;

	if (m->emulator.out < 0 || poll(&p, 1, 0) <= 0)
		return 0;
	n = read(m->emulator.out, buf, size);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(m->emulator.out);
		m->emulator.out = -1;
	}
	return n > 0 ? n : 0;
}

static void on_screen_line(const char *line, void *arg)
{
	struct machine *m = arg;
	const char *complaint = m->c.emulator->complaint(line);

	if (complaint && !m->complaint[0])
		snprintf(m->complaint, sizeof(m->complaint), "%s", complaint);
}

/*
 * Of the screen only a complaint is of use, such as one about the configuration, which
 * comes before there is a log; but Bochs stops when nobody reads it.
 */
static void read_screen(struct machine *m)
{
	char buf[4096];
	ssize_t n;

	while ((n = take_screen(m, buf, sizeof(buf))) > 0)
		linebuf_feed(&m->screen, buf, n, on_screen_line, m);
}

static int died(struct machine *m, const char *how)
{
	char tail[600];

	linebuf_tail(&m->console, tail, sizeof(tail));
	return fail(NP_EXIT_MACHINE, -EIO, "%s %s; its console ended in: %s", m->c.name, how,
		    tail[0] ? tail : "(nothing was said)");
}

/* Its last words may be in its log alone. */
static void read_log(struct machine *m)
{
	char path[NP_PATH], *log = NULL;
	struct linebuf lines = { .len = 0 };
	size_t size;

	if (!m->c.emulator->log || fs_path(path, "%s/%s", m->c.dir, m->c.emulator->log) ||
	    fs_read(path, &log, &size))
		return;
	linebuf_feed(&lines, log, size, on_screen_line, m);
	free(log);
}

static int emulator_died(struct machine *m)
{
	char how[300] = "ended without results";

	read_log(m);
	if (m->complaint[0])
		snprintf(how, sizeof(how), "died: %s says %s", m->c.emulator->name, m->complaint);
	return died(m, how);
}

int machine_step(struct machine *m)
{
	int ended = m->emulator.pid > 0 ? proc_poll(&m->emulator, NULL) : 1;
	int err = take_output(m);

	if (ended < 0 || err)
		return ended < 0 ? ended : err;
	read_screen(m);
	if (m->panicked)
		return died(m, "panicked (its L0 kernel)");
	if (ended)
		return lseek(m->results_fd, 0, SEEK_CUR) > 0 ? 1 : emulator_died(m);
	if (log_elapsed() - m->heard > m->c.silence_s)
		return died(m, "hung: it said nothing for the watchdog's time (--watchdog)");
	return 0;
}

const char *machine_results(const struct machine *m)
{
	return m->results;
}

const char *machine_last_line(const struct machine *m)
{
	return linebuf_last(&m->console);
}

void machine_free(struct machine *m)
{
	if (!m)
		return;
	/* Bochs' debugger build ignores SIGTERM: the grace is for its terminal. */
	proc_stop(&m->emulator, STOP_GRACE_MS);
	for (int i = 0; i < PORTS; i++)
		port_close(&m->port[i]);
	if (m->results_fd >= 0)
		close(m->results_fd);
	free(m);
}

