// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/machine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/linebuf.h"
#include "collector/base/log.h"

#define PORTS 2 /* com1: console, com2: results */
#define STOP_GRACE_MS 500
#define PANIC ">>PANIC<< " /* how Bochs marks why it gives up */

struct port {
	int listener, connection;
};

struct machine {
	struct machine_config c;
	struct proc bochs;
	struct port port[PORTS];
	struct linebuf console, screen;
	char panic[200]; /* why Bochs gave up, from its screen */
	char results[NP_PATH];
	int results_fd;
	double heard; /* when the guest last said something */
	bool panicked;
};

/* Bochs connects to us: a listener on loopback, on whatever port is free. */
static int listen_on_loopback(struct port *p, uint16_t *number)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);

	p->connection = -1;
	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->listener < 0 || bind(p->listener, (void *)&a, sizeof(a)) < 0 ||
	    listen(p->listener, 1) < 0 || getsockname(p->listener, (void *)&a, &len) < 0)
		return -errno;
	*number = ntohs(a.sin_port);
	return 0;
}

/*
 * sync=none, a fixed time0 and a screen that is not refreshed by the host's
 * clock: time follows the instructions, and a run is the same every time. A
 * display is wanted: `term`, on a pty of ours. Names are relative to the
 * machine's folder: Bochs 2.7 overflows on long ones.
 */
static int write_bochsrc(const struct machine *m, const uint16_t ports[PORTS])
{
	const struct machine_config *c = &m->c;
	char path[NP_PATH], text[2048];
	int err = fs_path(path, "%s/bochsrc", c->dir);

	snprintf(text, sizeof(text),
		 "config_interface: textconfig\n"
		 "display_library: term\n"
		 "cpu: model=%s, count=1, ips=1000000000, reset_on_triple_fault=0\n"
		 "memory: guest=%u, host=%u\n"
		 "romimage: file=bochs/BIOS-bochs-latest\n"
		 "vgaromimage: file=bochs/VGABIOS-lgpl-latest\n"
		 "vga: update_freq=1, realtime=0\n"
		 "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14\n"
		 "ata0-master: type=disk, path=" MACHINE_DISK ", mode=flat\n"
		 "boot: disk\n"
		 "log: bochs.log\n"
		 "panic: action=fatal\n"
		 "error: action=ignore\n"
		 "info: action=ignore\n"
		 "debug: action=ignore\n"
		 "com1: enabled=1, mode=socket-client, dev=127.0.0.1:%u\n"
		 "com2: enabled=1, mode=socket-client, dev=127.0.0.1:%u\n"
		 "clock: sync=none, time0=1700000000\n",
		 c->cpu_model, c->memory_mib, c->memory_mib, ports[0], ports[1]);
	if (!err)
		err = fs_write(path, text, strlen(text));
	if (!err)
		err = fs_path(path, "%s/debugger", c->dir);
	/* Debian's build has the debugger, which waits for a word at the start. */
	return err ? err : fs_write(path, "c\n", 2);
}

static int start_bochs(struct machine *m)
{
	const char *argv[] = { "env", "-C", m->c.dir, "TERM=linux",
			       "LTDL_LIBRARY_PATH=bochs", "BXSHARE=bochs",
			       "bochs/ld-linux-x86-64.so.2", "--preload", "./" MACHINE_CLOCK,
			       "--library-path", "bochs", "bochs/bochs-bin", "-q",
			       "-f", "bochsrc", "-rc", "debugger", NULL };
	char link[NP_PATH];
	int err = fs_path(link, "%s/bochs", m->c.dir);

	if (!err && symlink(m->c.bochs, link) < 0)
		err = -errno;
	return err ? err : proc_start(&m->bochs, argv, PROC_PTY);
}

/* The lock of a Bochs that was killed; this disk is ours alone. */
static void remove_disk_lock(const char *dir)
{
	char lock[NP_PATH];

	if (!fs_path(lock, "%s/" MACHINE_DISK ".lock", dir))
		unlink(lock);
}

int machine_start(struct machine **out, const struct machine_config *c)
{
	struct machine *m = calloc(1, sizeof(*m));
	uint16_t ports[PORTS];
	int err;

	if (!m)
		return -ENOMEM;
	m->c = *c;
	m->bochs = PROC_NONE;
	m->results_fd = -1;
	m->heard = log_elapsed();
	for (int i = 0; i < PORTS; i++)
		m->port[i] = (struct port){ -1, -1 };
	err = fs_path(m->results, "%s/results.tar", c->dir);
	if (!err) {
		m->results_fd = open(m->results, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		err = m->results_fd < 0 ? -errno : 0;
	}
	for (int i = 0; !err && i < PORTS; i++)
		err = listen_on_loopback(&m->port[i], &ports[i]);
	remove_disk_lock(c->dir);
	if (!err)
		err = write_bochsrc(m, ports);
	if (!err)
		err = start_bochs(m);
	if (err) {
		fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_MACHINE, err,
		     "%s: cannot start Bochs in %s: %s", c->name, c->dir, strerror(-err));
		machine_free(m);
		return err;
	}
	*out = m;
	return 0;
}

nfds_t machine_fds(const struct machine *m, struct pollfd fds[MACHINE_FDS])
{
	nfds_t n = 0;

	fds[n++] = (struct pollfd){ m->bochs.out, POLLIN, 0 };
	for (int i = 0; i < PORTS; i++) {
		fds[n++] = (struct pollfd){ m->port[i].listener, POLLIN, 0 };
		fds[n++] = (struct pollfd){ m->port[i].connection, POLLIN, 0 };
	}
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

/* Bytes that are there now, into buf; 0 when there are none or the end came. */
static ssize_t take(int *fd, char *buf, size_t size)
{
	ssize_t n;

	if (*fd < 0)
		return 0;
	n = read(*fd, buf, size);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(*fd);
		*fd = -1;
	}
	return n > 0 ? n : 0;
}

static void accept_bochs(struct port *p)
{
	if (p->listener < 0)
		return;
	p->connection = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (p->connection >= 0) {
		close(p->listener);
		p->listener = -1;
	}
}

static int take_output(struct machine *m)
{
	char buf[16384];
	ssize_t n;
	int err = 0;

	for (int i = 0; i < PORTS; i++)
		accept_bochs(&m->port[i]);
	while ((n = take(&m->port[0].connection, buf, sizeof(buf))) > 0)
		linebuf_feed(&m->console, buf, n, on_console_line, m);
	while (!err && (n = take(&m->port[1].connection, buf, sizeof(buf))) > 0) {
		m->heard = log_elapsed();
		err = write_all(m->results_fd, buf, n);
	}
	if (err)
		return fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, err,
			    "cannot write %s: %s", m->results, strerror(-err));
	return 0;
}

static void on_screen_line(const char *line, void *arg)
{
	struct machine *m = arg;
	const char *panic = strstr(line, PANIC);

	if (panic)
		snprintf(m->panic, sizeof(m->panic), "%s", panic + strlen(PANIC));
}

/*
 * Of Bochs' screen only a complaint about its configuration is of use, which
 * comes before there is a log; but Bochs stops when nobody reads the screen.
 */
static void read_screen(struct machine *m)
{
	struct pollfd p = { m->bochs.out, POLLIN, 0 };
	char buf[4096];
	ssize_t n;

	while (m->bochs.out >= 0 && poll(&p, 1, 0) > 0 &&
	       (n = take(&m->bochs.out, buf, sizeof(buf))) > 0)
		linebuf_feed(&m->screen, buf, n, on_screen_line, m);
}

static int died(struct machine *m, const char *how)
{
	char tail[600];

	linebuf_tail(&m->console, tail, sizeof(tail));
	return fail(NP_EXIT_MACHINE, -EIO, "%s %s; its console ended in: %s", m->c.name, how,
		    tail[0] ? tail : "(nothing was said)");
}

/* Bochs' own last words, when it gave up: from its log, or from its screen. */
static int bochs_died(struct machine *m)
{
	char path[NP_PATH], how[300] = "ended without results";
	char *log = NULL, *panic;

	if (!fs_path(path, "%s/bochs.log", m->c.dir) && !fs_read(path, &log, NULL) &&
	    (panic = strstr(log, PANIC))) {
		panic += strlen(PANIC);
		snprintf(m->panic, sizeof(m->panic), "%.*s", (int)strcspn(panic, "\n"), panic);
	}
	free(log);
	if (m->panic[0])
		snprintf(how, sizeof(how), "died: Bochs says %s", m->panic);
	return died(m, how);
}

int machine_step(struct machine *m)
{
	int ended = m->bochs.pid > 0 ? proc_poll(&m->bochs, NULL) : 1;
	int err = take_output(m);

	if (ended < 0 || err)
		return ended < 0 ? ended : err;
	read_screen(m);
	if (m->panicked)
		return died(m, "panicked (its L0 kernel)");
	if (ended)
		return lseek(m->results_fd, 0, SEEK_CUR) > 0 ? 1 : bochs_died(m);
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
	/* The debugger build ignores SIGTERM: the grace is for its terminal. */
	proc_stop(&m->bochs, STOP_GRACE_MS);
	for (int i = 0; i < PORTS; i++) {
		if (m->port[i].listener >= 0)
			close(m->port[i].listener);
		if (m->port[i].connection >= 0)
			close(m->port[i].connection);
	}
	if (m->results_fd >= 0)
		close(m->results_fd);
	remove_disk_lock(m->c.dir);
	free(m);
}

