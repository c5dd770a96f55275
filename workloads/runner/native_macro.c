// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/runner/native_macro.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "workloads/runner/machine.h"
#include "workloads/runner/protocol.h"

#define SAID 256

static _Noreturn void become(const char *guest, const char *name, uint32_t iterations,
			     uint32_t timeout_s, int out)
{
	char number[16];

	snprintf(number, sizeof(number), "%" PRIu32, iterations);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	alarm(timeout_s); /* it stays, and ends what hangs */
	execl(guest, guest, NP_NATIVE, name, number, (char *)NULL);
	dprintf(STDERR_FILENO, "%s: %s\n", guest, strerror(errno));
	_exit(1);
}

/* All that it says, of which the beginning is kept, until nobody can say more. */
static void listen_to(int fd, char said[SAID])
{
	char buf[SAID];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR))
		for (ssize_t i = 0; i < n && len < SAID - 1; i++)
			said[len++] = buf[i];
	said[len] = '\0';
	said[strcspn(said, "\n")] = '\0';
}

static int start(const char *guest, const char *name, uint32_t iterations, uint32_t timeout_s,
		 pid_t *pid, char said[SAID])
{
	int fds[2];

	if (pipe(fds))
		return machine_check(-1, "pipe");
	*pid = fork();
	if (*pid == 0)
		become(guest, name, iterations, timeout_s, fds[1]);
	close(fds[1]);
	if (*pid > 0)
		listen_to(fds[0], said);
	close(fds[0]);
	return machine_check(*pid, "fork");
}

int native_macro_run(const char *guest, const char *name, uint32_t iterations,
		     uint32_t timeout_s, uint64_t *ticks)
{
	uint64_t begin, end;
	char said[SAID];
	pid_t pid = -1;
	int status, err;

	if (!guest)
		return fail(NP_EXIT_L1, -ENOENT, "%s: the runner has no init of L2", name);
	err = start(guest, name, iterations, timeout_s, &pid, said);
	if (!err)
		err = machine_check(waitpid(pid, &status, 0), "waitpid");
	if (err)
		return err;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		return fail(NP_EXIT_L1, -ETIMEDOUT, "%s hung: its time was over", name);
	if (status || sscanf(said, "%" SCNu64 " %" SCNu64, &begin, &end) != 2)
		return fail(NP_EXIT_L1, -EIO, "%s failed natively: %s", name, said);
	*ticks = end - begin;
	return 0;
}

int native_macro_prepare(const char *guest, const struct macro *m, uint32_t timeout_s)
{
	static uint32_t warm; /* a bit for each workload */
	uint64_t ticks;

	if (warm >> m->which & 1)
		return 0;
	warm |= 1u << m->which;
	return native_macro_run(guest, m->name, m->warm_up, timeout_s, &ticks);
}
