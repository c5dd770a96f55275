// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/runner/init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "collector/base/fail.h"

#define MODULES_LIST "/modules.list"
#define SET_CONSOLE_LEVEL 8 /* syslog(2) */
#define EMERGENCIES_ONLY 1

static int mount_all(void)
{
	static const struct {
		const char *type, *at;
	} fs[] = { { "devtmpfs", "/dev" }, { "proc", "/proc" }, { "sysfs", "/sys" } };

	for (size_t i = 0; i < sizeof(fs) / sizeof(*fs); i++)
		if (mount(fs[i].type, fs[i].at, fs[i].type, 0, NULL) < 0 && errno != EBUSY)
			return fail(NP_EXIT_L1, -errno, "mount %s: %s", fs[i].at, strerror(errno));
	return 0;
}

/* Bytes as they are, and no echo: nestprof would read its own commands. */
static void make_raw(int fd)
{
	struct termios t;

	if (tcgetattr(fd, &t) < 0)
		return;
	cfmakeraw(&t);
	tcsetattr(fd, TCSANOW, &t);
}

static int open_console(void)
{
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);

	if (fd < 0)
		return fail(NP_EXIT_L1, -errno, "/dev/console: %s", strerror(errno));
	make_raw(fd);
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
	/* A kernel's message in the middle of one of our lines would spoil it. */
	klogctl(SET_CONSOLE_LEVEL, NULL, EMERGENCIES_ONLY);
	return 0;
}

/* "PATH [PARAMETERS]" */
static int load_module(char *line)
{
	char *params = strchr(line, ' ');
	int fd, err = 0;

	if (params)
		*params++ = '\0';
	fd = open(line, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (syscall(SYS_finit_module, fd, params ? params : "", 0) < 0 &&
		       errno != EEXIST))
		err = fail(NP_EXIT_L1, -errno, "cannot load %s: %s", line, strerror(errno));
	if (fd >= 0)
		close(fd);
	return err;
}

/*
 * In the order listed, until there is a KVM: kvm-intel and kvm-amd are both
 * listed, and one of them does not fit this CPU. If neither does, the first
 * failure tells why.
 */
static int load_kvm(void)
{
	char line[256];
	FILE *list = fopen(MODULES_LIST, "re");

	while (list && access("/dev/kvm", F_OK) < 0 && fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0])
			load_module(line);
	}
	if (list)
		fclose(list);
	if (access("/dev/kvm", F_OK) < 0)
		return fail(NP_EXIT_L1, -ENODEV, "this kernel has no KVM, and " MODULES_LIST
			    " names none");
	fail_clear();
	return 0;
}

int init_begin(void)
{
	int err = mount_all();

	if (!err)
		err = open_console();
	return err ? err : load_kvm();
}

void init_end(void)
{
	tcdrain(STDOUT_FILENO);
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}
