// SPDX-License-Identifier: GPL-2.0-only
/* peak COMMAND...: runs it, and says how much memory it took at most, and CPU time. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct rusage u;
	int status, fd = open("/dev/null", O_RDWR);
	pid_t pid = argc > 1 && fd >= 0 ? fork() : -1;

	if (!pid) {
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) != pid)
		err(1, "%s", argv[1]);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		errx(1, "%s failed with status %d", argv[1], status);
	printf("%.1f MiB, %.2f s of CPU time\n", u.ru_maxrss / 1024.0,
	       u.ru_utime.tv_sec + u.ru_stime.tv_sec +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6);
	return 0;
}
