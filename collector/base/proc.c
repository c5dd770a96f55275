// SPDX-License-Identifier: GPL-2.0-only
#include "collector/base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

bool np_interrupted(void)
{
	return interrupted;
}

void np_catch_signals(void)
{
	/* No SA_RESTART: a blocked read or poll must return to see the flag. */
	struct sigaction act = { .sa_handler = on_signal };

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	signal(SIGPIPE, SIG_IGN);
}

struct ends {
	int child;
	int ours;
};

static int open_end(struct ends *e, bool piped, bool child_reads, int otherwise)
{
	int fds[2];

	if (!piped) {
		e->child = otherwise;
		e->ours = -1;
		return 0;
	}
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	e->child = child_reads ? fds[0] : fds[1];
	e->ours = child_reads ? fds[1] : fds[0];
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void run_child(const char *const argv[], const struct ends e[3], pid_t parent)
{
	sigset_t none;

	/* Our own process group; dead when nestprof is, SIGKILL included. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	for (int i = 0; i < 3; i++)
		if (e[i].child >= 0 && dup2(e[i].child, i) < 0)
			_exit(127);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static int start_on_pty(struct proc *p, const char *const argv[])
{
	struct winsize size = { .ws_row = 25, .ws_col = 80 };
	int master, slave;
	pid_t parent = getpid();

	if (openpty(&master, &slave, NULL, NULL, &size) < 0)
		return -errno;
	fcntl(master, F_SETFD, FD_CLOEXEC);
	fcntl(slave, F_SETFD, FD_CLOEXEC);
	p->pid = fork();
	if (p->pid == 0) {
		struct ends e[3] = { { slave, -1 }, { slave, -1 }, { slave, -1 } };

		run_child(argv, e, parent);
	}
	int err = p->pid < 0 ? -errno : 0;

	close(slave);
	if (err) {
		close(master);
		p->pid = 0;
		return err;
	}
	p->out = master;
	return 0;
}

int proc_start(struct proc *p, const char *const argv[], int flags)
{
	struct ends e[3] = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	pid_t parent = getpid();
	int null_fd, err;

	*p = PROC_NONE;
	if (flags & PROC_PTY)
		return start_on_pty(p, argv);
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_fd < 0)
		return -errno;
	err = open_end(&e[0], flags & PROC_PIPE_IN, true, null_fd);
	if (!err)
		err = open_end(&e[1], flags & PROC_PIPE_OUT, false,
			       flags & PROC_OUT_TO_ERR ? STDERR_FILENO : null_fd);
	if (!err)
		err = open_end(&e[2], flags & PROC_PIPE_ERR, false, -1);
	if (!err) {
		p->pid = fork();
		if (p->pid == 0)
			run_child(argv, e, parent);
		if (p->pid < 0)
			err = -errno;
	}
	for (int i = 0; i < 3; i++) {
		if (e[i].child >= 0 && e[i].child != null_fd && e[i].child != STDERR_FILENO)
			close(e[i].child);
		if (err)
			close_fd(&e[i].ours);
	}
	close(null_fd);
	if (err) {
		*p = PROC_NONE;
		return err;
	}
	p->in = e[0].ours;
	p->out = e[1].ours;
	p->err = e[2].ours;
	return 0;
}

static void close_pipes(struct proc *p)
{
	close_fd(&p->in);
	close_fd(&p->out);
	close_fd(&p->err);
}

int proc_poll(struct proc *p, int *status)
{
	int st;
	pid_t r;

	if (p->pid <= 0)
		return -ESRCH;
	r = waitpid(p->pid, &st, WNOHANG);
	if (r < 0)
		return -errno;
	if (r == 0)
		return 0;
	p->pid = 0;
	if (status)
		*status = st;
	return 1;
}

void proc_stop(struct proc *p, int grace_ms)
{
	pid_t group = p->pid;

	if (group > 0) {
		kill(-group, SIGTERM);
		kill(-group, SIGCONT);
		for (int waited = 0; p->pid > 0 && waited < grace_ms; waited += 10)
			if (proc_poll(p, NULL) == 0)
				poll(NULL, 0, 10);
		kill(-group, SIGKILL);
		if (p->pid > 0)
			waitpid(p->pid, NULL, 0);
		p->pid = 0;
	}
	close_pipes(p);
}

struct text {
	char *data;
	size_t len;
};

static int append(struct text *t, const char *data, size_t n)
{
	char *more = realloc(t->data, t->len + n + 1);

	if (!more)
		return -ENOMEM;
	t->data = more;
	memcpy(more + t->len, data, n);
	t->len += n;
	more[t->len] = '\0';
	return 0;
}

/* Read both pipes until both are closed. */
static int drain(struct proc *p, struct text *t)
{
	while (p->out >= 0 || p->err >= 0) {
		struct pollfd fds[2] = { { p->out, POLLIN, 0 }, { p->err, POLLIN, 0 } };
		int *ours[2] = { &p->out, &p->err };
		char buf[4096];

		if (np_interrupted())
			return -EINTR;
		if (poll(fds, 2, 200) < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < 2; i++) {
			if (*ours[i] < 0 || !fds[i].revents)
				continue;
			ssize_t n = read(*ours[i], buf, sizeof(buf));

			if (n > 0) {
				int err = append(t, buf, n);

				if (err)
					return err;
			} else if (n == 0 || errno != EINTR) {
				close_fd(ours[i]);
			}
		}
	}
	return 0;
}

static int wait_end(struct proc *p)
{
	int status = 0, r;

	while ((r = proc_poll(p, &status)) == 0) {
		if (np_interrupted())
			return -EINTR;
		poll(NULL, 0, 5);
	}
	if (r < 0)
		return r;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int proc_run(const char *const argv[], char **output)
{
	struct text t = { 0 };
	struct proc p;
	int r = append(&t, "", 0);

	if (output)
		*output = NULL;
	if (r)
		return r;
	r = proc_start(&p, argv, PROC_PIPE_OUT | PROC_PIPE_ERR);
	if (!r)
		r = drain(&p, &t);
	if (!r)
		r = wait_end(&p);
	proc_stop(&p, 1000);
	if (output && r >= 0)
		*output = t.data;
	else
		free(t.data);
	return r;
}
