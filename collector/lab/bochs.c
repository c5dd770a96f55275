// SPDX-License-Identifier: GPL-2.0-only
/* Bochs: VMX, one instruction after the other. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/lab/emulator.h"
#include "collector/lab/machine.h"

#define DISK "disk.img"
#define CLOCK "still_time.so" /* the clock that it is given */
#define PANIC ">>PANIC<< " /* how Bochs marks why it gives up */

static const char *version(const struct lab_image *image)
{
	return image->bochs_version;
}

/* The lock of a Bochs that was killed; this disk is ours alone. */
static void remove_disk_lock(const char *dir)
{
	char lock[NP_PATH];

	if (!fs_path(lock, "%s/" DISK ".lock", dir))
		unlink(lock);
}

static int copy_clock(const char *dir)
{
	char from[NP_PATH], to[NP_PATH];
	int err = fs_data_path(from, CLOCK);

	if (!err)
		err = fs_path(to, "%s/" CLOCK, dir);
	if (!err)
		err = fs_copy(from, to);
	if (!err && chmod(to, 0755) < 0)
		err = -errno;
	if (err)
		fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_MISSING, err,
		     "cannot copy %s: %s; build it with make", from, strerror(-err));
	return err;
}

static int prepare(const struct machine_config *c)
{
	char disk[NP_PATH];
	int err = fs_path(disk, "%s/" DISK, c->dir);

	if (!err)
		err = boot_disk_write(c->boot, disk);
	return err ? err : copy_clock(c->dir);
}

/*
 * sync=none, a fixed time0 and a screen that is not refreshed by the host's
 * clock: time follows the instructions, and a run is the same every time. A
 * display is wanted: `term`, on a pty of ours. Names are relative to the
 * machine's folder: Bochs 2.7 overflows on long ones.
 */
static int write_bochsrc(const struct machine_config *c, const struct port ports[PORTS])
{
	char path[NP_PATH], text[2048];
	int err = fs_path(path, "%s/bochsrc", c->dir);

	snprintf(text, sizeof(text),
		 "config_interface: textconfig\n"
		 "display_library: term\n"
		 "cpu: model=%s, count=%u, ips=1000000000, reset_on_triple_fault=0\n"
		 "memory: guest=%u, host=%u\n"
		 "romimage: file=bochs/BIOS-bochs-latest\n"
		 "vgaromimage: file=bochs/VGABIOS-lgpl-latest\n"
		 "vga: update_freq=1, realtime=0\n"
		 "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14\n"
		 "ata0-master: type=disk, path=" DISK ", mode=flat\n"
		 "boot: disk\n"
		 "log: bochs.log\n"
		 "panic: action=fatal\n"
		 "error: action=ignore\n"
		 "info: action=ignore\n"
		 "debug: action=ignore\n"
		 "com1: enabled=1, mode=socket-client, dev=127.0.0.1:%u\n"
		 "com2: enabled=1, mode=socket-client, dev=127.0.0.1:%u\n"
		 "clock: sync=none, time0=1700000000\n",
		 c->cpu_model, c->cpus, c->memory_mib, c->memory_mib, ports[PORT_CONSOLE].number,
		 ports[PORT_RESULTS].number);
	if (!err)
		err = fs_write(path, text, strlen(text));
	if (!err)
		err = fs_path(path, "%s/debugger", c->dir);
	/* Debian's build has the debugger, which waits for a word at the start. */
	return err ? err : fs_write(path, "c\n", 2);
}

static int start(const struct machine_config *c, const struct port ports[PORTS], struct proc *p)
{
	const char *argv[] = { "env", "-C", c->dir, "TERM=linux",
			       "LTDL_LIBRARY_PATH=bochs", "BXSHARE=bochs",
			       "bochs/ld-linux-x86-64.so.2", "--preload", "./" CLOCK,
			       "--library-path", "bochs", "bochs/bochs-bin", "-q",
			       "-f", "bochsrc", "-rc", "debugger", NULL };
	char link[NP_PATH], programs[NP_PATH];
	int err;

	remove_disk_lock(c->dir);
	err = write_bochsrc(c, ports);
	if (!err)
		err = fs_path(link, "%s/bochs", c->dir);
	if (!err)
		err = fs_path(programs, "%s/bochs", c->image);
	if (!err && symlink(programs, link) < 0)
		err = -errno;
	return err ? err : proc_start(p, argv, PROC_PTY);
}

static const char *complaint(const char *line)
{
	const char *panic = strstr(line, PANIC);

	return panic ? panic + strlen(PANIC) : NULL;
}

const struct emulator emulator_bochs = {
	.name = "Bochs",
	.isa = NP_ISA_VMX,
	.default_cpu = "corei7_haswell_4770",
	.version = version,
	.prepare = prepare,
	.start = start,
	.complaint = complaint,
	.log = "bochs.log",
	.cpus = 2,
};
