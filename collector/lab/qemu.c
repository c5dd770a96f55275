// SPDX-License-Identifier: GPL-2.0-only
/* QEMU's own emulation (TCG): SVM, counting instructions. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/lab/emulator.h"
#include "collector/lab/machine.h"
#include "collector/lab/untar.h"
#include "workloads/lab/bootinfo.h"

#define INITRD "initrd.cpio"
#define KERNEL "boot/vmlinux" /* as it is in the kernel's archive */

/*
 * Without nested paging KVM would have L2's page tables to shadow, twice; without the
 * x2APIC the guest writes its interrupt controller's registers as on most of AMD's CPUs.
 * CMPXCHG16B takes its flags from a cc_op that the translator has not stored yet (QEMU
 * 7.2), so that any bit can be set in them; Linux 6.12 dies of it in its boot. Without that
 * instruction Linux does the same by others.
 */
#define FEATURES ",+svm,+npt,+vgif,-x2apic,-cx16"

/*
 * QEMU (7.2, and 10.0 too) delivers the interrupt that VMRUN injects and leaves its vector in
 * exception_index. The guest's next exit clears that; but when a timer of the machine is
 * due before it, QEMU leaves its loop, takes the vector for one not delivered yet and
 * delivers it again, with interrupts off: L1 then spins on a lock or sequence count that it
 * has taken itself. Where L0's timers expire at its ticks alone, what they make KVM inject
 * has long been handled when the next is due. (Else it is met in most runs.)
 */
#define L0_TIMERS " highres=off"
/*
 * When the CPU halts, QEMU's main loop sets the clock to what is due next. It takes a CPU
 * for halted before the instructions that it ran until then are counted (QEMU 7.2), and
 * being woken at that moment counts them twice; on a busy machine this happens. Recording,
 * the main loop and the CPU take turns. Nobody wants the record.
 */
#define ICOUNT "shift=0,sleep=off,rr=record,rrfile=/dev/null"
#define TICKS "with QEMU's emulation a timer of L0 expires at a tick, however early it is due"

static const char *version(const struct lab_image *image)
{
	return image->qemu_version;
}

static int append(int to, const char *part)
{
	char buf[65536];
	int from = open(part, O_RDONLY | O_CLOEXEC), err = 0;
	ssize_t n = 0;

	if (from < 0)
		return fail(NP_EXIT_MACHINE, -errno, "cannot read %s: %s", part, strerror(errno));
	while (!err && (n = read(from, buf, sizeof(buf))) > 0)
		err = write_all(to, buf, n);
	if (n < 0)
		err = -errno;
	close(from);
	return err;
}

/* A kernel takes archives one after the other. */
static int join(const char *const parts[BOOT_DISK_MAX_PARTS], const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), err = 0;

	if (fd < 0)
		return -errno;
	for (int i = 0; !err && i < BOOT_DISK_MAX_PARTS && parts[i]; i++)
		err = append(fd, parts[i]);
	if (close(fd) < 0 && !err)
		err = -errno;
	return err;
}

static int prepare(const struct machine_config *c)
{
	char path[NP_PATH];
	int err = fs_path(path, "%s/" INITRD, c->dir);

	if (!err)
		err = join(c->boot->initrd, path);
	return err ? err : unpack(c->boot->elf, c->dir);
}

/*
 * Time follows the instructions (icount), idle costs nothing (sleep=off), and what is
 * random or tells the date is the same every time. There is nothing but two serial ports.
 */
static int start(const struct machine_config *c, const struct port ports[PORTS], struct proc *p)
{
	char cpu[96], memory[16], cmdline[NP_CMDLINE_MAX];
	char programs[NP_PATH], link[NP_PATH];
	const char *argv[] = { "env", "-C", c->dir, "QEMU_MODULE_DIR=qemu",
			       "qemu/ld-linux-x86-64.so.2", "--library-path", "qemu",
			       "qemu/qemu-system-x86_64", "-L", "qemu", "-no-user-config",
			       "-nodefaults", "-M", "pc", "-accel", "tcg,thread=single",
			       "-icount", ICOUNT,
			       "-rtc", "base=2023-11-14T22:13:20,clock=vm", "-seed", "1",
			       "-cpu", cpu, "-m", memory, "-nic", "none",
			       "-display", "none", "-vga", "none",
			       "-serial", "file:com1", "-serial", "file:com2",
			       "-no-reboot", "-kernel", KERNEL, "-initrd", INITRD, "-append",
			       cmdline, NULL };
	int err = fs_path(link, "%s/qemu", c->dir);

	(void)ports; /* which are these files */
	snprintf(cpu, sizeof(cpu), "%s" FEATURES, c->cpu_model);
	snprintf(memory, sizeof(memory), "%u", c->memory_mib);
	snprintf(cmdline, sizeof(cmdline), "%s" L0_TIMERS, c->boot->cmdline);
	if (!err)
		err = fs_path(programs, "%s/qemu", c->image);
	if (!err && symlink(programs, link) < 0)
		err = -errno;
	return err ? err : proc_start(p, argv, PROC_PTY);
}

/* "qemu/qemu-system-x86_64: what is wrong"; it also warns of what a CPU model lacks. */
static const char *complaint(const char *line)
{
	const char *at = strstr(line, "qemu-system-x86_64: ");

	return at && !strstr(at, ": warning: ") ? at + strlen("qemu-system-x86_64: ") : NULL;
}

const struct emulator emulator_qemu = {
	.name = "QEMU",
	.isa = NP_ISA_SVM,
	.default_cpu = "EPYC",
	.version = version,
	.prepare = prepare,
	.start = start,
	.complaint = complaint,
	.lacks = { "vls", "avic" },
	.distorts = { { "interrupt", TICKS }, { "hlt", TICKS },
		      { "interrupt_window", "L2 can be given an interrupt there that nobody sent, "
					    "when a timer of L0 expires" } },
	.cpus = 1, /* with two, counting instructions, L0 does not come up */
	.port_is_file = true,
};
