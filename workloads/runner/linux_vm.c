// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/runner/linux_vm.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "collector/base/fail.h"
#include "collector/base/linebuf.h"
#include "workloads/l2/harness.h"
#include "workloads/linux/guest.h"
#include "workloads/runner/linux_cpuid.h"
#include "workloads/runner/linux_image.h"
#include "workloads/runner/machine.h"
#include "workloads/runner/pci.h"

#define MEMORY (192ul << 20)
#define TAIL 120 /* of the console, in an error: an answer is one short line */
#define SERIAL_STATUS (NP_GUEST_CONSOLE + 5)
#define SERIAL_EMPTY 0x60 /* whatever was sent is gone already */
#define CLOCK_INDEX 0x70
#define CLOCK_DATA 0x71
#define MSR_TSC 0x10
#define NR_ASKED 2
#define NR_TOLD 4

/*
 * Like L1's own (collector/l1.c). Errors alone are printed, a byte at a time to a port
 * without a driver; a panic ends the VM.
 */
#define CMDLINE                                                                                \
	"quiet earlyprintk=serial,ttyS0,keep mitigations=off nokaslr tsc=reliable "            \
	"no_timer_check cryptomgr.notests "                                                    \
	"initcall_blacklist=load_system_certificate_list reboot=t panic=-1"

struct linux_vm {
	struct machine m;
	char *memory;
	struct disk disk;
	struct pci pci;
	uint8_t clock_index;
	struct linebuf console;
	uint32_t asked[NR_ASKED]; /* for the guest to read */
	uint32_t nr_asked;	  /* that it has read */
	uint32_t told[NR_TOLD];	  /* by the guest */
	uint32_t nr_told;
};

static volatile sig_atomic_t seconds_left;

static void on_second(int signal)
{
	(void)signal;
	if (seconds_left > 0)
		seconds_left--;
}

/* Each second once more: KVM_RUN may begin just after one. */
void linux_set_timeout(uint32_t seconds)
{
	const struct sigaction a = { .sa_handler = on_second };
	const struct itimerval each = { .it_interval.tv_sec = seconds ? 1 : 0,
					.it_value.tv_sec = seconds ? 1 : 0 };

	seconds_left = seconds;
	sigaction(SIGALRM, &a, NULL);
	setitimer(ITIMER_REAL, &each, NULL);
}

static void on_line(const char *line, void *arg)
{
	(void)line;
	(void)arg;
}

/*
 * A clock that stands still on the first day of 2023: without one, Linux waits for it. In
 * BCD: seconds, their alarm, and so on to the year; then its registers A to D.
 */
static uint8_t clock_register(uint8_t i)
{
	static const uint8_t registers[] = { 0, 0, 0, 0, 0, 0, 1, 1, 1, 0x23, 0x26, 2, 0, 0x80 };

	return i < sizeof(registers) ? registers[i] : 0;
}

static void read_port(struct linux_vm *v, uint16_t port, uint32_t size, char *data)
{
	uint32_t value = UINT32_MAX;

	if (port == SERIAL_STATUS)
		value = SERIAL_EMPTY;
	else if (port == CLOCK_DATA)
		value = clock_register(v->clock_index);
	else if (port == NP_GUEST_WORD && size == 4 && v->nr_asked < NR_ASKED)
		value = v->asked[v->nr_asked++];
	else
		pci_read(&v->pci, port, size, &value);
	memcpy(data, &value, size);
}

/* 1: the guest has done its work. */
static int write_port(struct linux_vm *v, uint16_t port, uint32_t size, const char *data)
{
	uint32_t value = 0;

	memcpy(&value, data, size);
	if (pci_write(&v->pci, port, size, value))
		return 0;
	if (port == CLOCK_INDEX)
		v->clock_index = value & 0x7f;
	if (port == NP_GUEST_CONSOLE)
		linebuf_feed(&v->console, data, size, on_line, NULL);
	if (port == NP_GUEST_WORD && size == 4 && v->nr_told < NR_TOLD)
		v->told[v->nr_told++] = value;
	return port == NP_L2_DONE;
}

static int set_disk_interrupt(struct linux_vm *v)
{
	struct kvm_irq_level line = { .irq = PCI_DISK_IRQ, .level = v->disk.isr };

	return machine_check(ioctl(v->m.vm, KVM_IRQ_LINE, &line), "KVM_IRQ_LINE");
}

static int take_io(struct linux_vm *v)
{
	const struct kvm_run *run = v->m.run;
	char *data = (char *)run + run->io.data_offset;
	uint8_t isr = v->disk.isr;
	int r = 0;

	for (uint32_t i = 0; !r && i < run->io.count; i++, data += run->io.size)
		if (run->io.direction == KVM_EXIT_IO_IN)
			read_port(v, run->io.port, run->io.size, data);
		else
			r = write_port(v, run->io.port, run->io.size, data);
	if (!r && v->disk.isr != isr)
		r = set_disk_interrupt(v);
	return r;
}

static int judge_exit(struct linux_vm *v, const char *workload)
{
	switch (v->m.run->exit_reason) {
	case KVM_EXIT_IO:
		return take_io(v);
	case KVM_EXIT_MMIO:
		if (!v->m.run->mmio.is_write)
			memset(v->m.run->mmio.data, 0xff, sizeof(v->m.run->mmio.data));
		return 0;
	case KVM_EXIT_INTR:
		return 0;
	default:
		return machine_unexpected(&v->m, workload);
	}
}

static int run_to_end(struct linux_vm *v, const char *workload)
{
	int r = 0;

	while (!r) {
		if (!seconds_left)
			r = fail(NP_EXIT_L1, -ETIMEDOUT, "%s hung: its time was over", workload);
		else if (ioctl(v->m.vcpu, KVM_RUN, 0) >= 0)
			r = judge_exit(v, workload);
		else if (errno != EINTR && errno != EAGAIN)
			r = machine_check(-1, "KVM_RUN");
	}
	return r < 0 ? r : 0;
}

static int guest_time_now(struct linux_vm *v, uint64_t *time)
{
	struct {
		struct kvm_msrs header;
		struct kvm_msr_entry entry;
	} msr = { .header.nmsrs = 1, .entry.index = MSR_TSC };
	int n = ioctl(v->m.vcpu, KVM_GET_MSRS, &msr);

	*time = msr.entry.data;
	return n == 1 ? 0 : machine_check(-1, "KVM_GET_MSRS");
}

static int create(struct linux_vm *v, const struct linux_image *image)
{
	struct kvm_pit_config timer = { .flags = KVM_PIT_SPEAKER_DUMMY };
	struct kvm_regs r = { .rflags = 2 };
	uint32_t entry, start;
	int err = machine_create(&v->m, true);

	if (!err) /* as L1 itself has: without ACPI, Linux takes its timer */
		err = machine_check(ioctl(v->m.vm, KVM_CREATE_PIT2, &timer), "KVM_CREATE_PIT2");
	if (!err)
		err = linux_set_cpuid(&v->m);
	if (!err) {
		v->memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		err = machine_check(v->memory == MAP_FAILED ? -1 : 0, "mmap");
	}
	if (!err)
		err = machine_add_memory(&v->m, 0, 0, v->memory, MEMORY);
	if (!err)
		err = disk_create(&v->disk, v->memory, MEMORY);
	pci_init(&v->pci, &v->disk);
	if (!err)
		err = linux_image_load(image, v->memory, MEMORY, &entry, &start);
	if (!err)
		err = machine_enter_flat_mode(&v->m);
	if (err)
		return err;
	r.rip = entry;
	r.rbx = start;
	return machine_set_regs(&v->m, &r);
}

/* What the guest itself said comes last, where there is something. */
static int explain(const struct linux_vm *v, int err)
{
	char tail[LINEBUF_TAIL * LINEBUF_LINE], why[200];
	size_t len;

	linebuf_tail(&v->console, tail, sizeof(tail));
	len = strlen(tail);
	if (!len)
		return err;
	snprintf(why, sizeof(why), "%s", fail_text());
	fail_clear();
	return fail(NP_EXIT_L1, err, "%s; L2's console: %s", why,
		    len > TAIL ? tail + len - TAIL : tail);
}

static int take_times(const struct linux_vm *v, const char *workload, uint64_t entered,
		      uint64_t *ticks)
{
	uint64_t begin = v->told[0] | (uint64_t)v->told[1] << 32;
	uint64_t end = v->told[2] | (uint64_t)v->told[3] << 32;

	if (v->nr_told < NR_TOLD)
		return fail(NP_EXIT_L1, -EIO, "%s failed in L2", workload);
	*ticks = end - (begin == NP_GUEST_BEGIN ? entered : begin);
	return 0;
}

/* Until the guest has answered, or its time is over. */
static int answer(struct linux_vm *v, const char *workload, uint64_t *ticks)
{
	uint64_t entered = 0;
	int err = guest_time_now(v, &entered);

	v->nr_asked = v->nr_told = 0;
	if (!err)
		err = run_to_end(v, workload);
	if (!err)
		err = take_times(v, workload, entered, ticks);
	return err ? explain(v, err) : 0;
}

int linux_boot(struct linux_vm **out, const struct linux_files *f, uint64_t *ticks)
{
	struct linux_vm *v = calloc(1, sizeof(*v));
	int err;

	*out = NULL;
	if (!v)
		return fail(NP_EXIT_L1, -ENOMEM, "no memory for a Linux as L2");
	v->m = MACHINE_NONE;
	err = create(v, &(struct linux_image){ f->kernel, f->initrd, CMDLINE });
	if (!err)
		err = answer(v, "boot", ticks);
	if (err)
		linux_end(v);
	else
		*out = v;
	return err;
}

/*
 * It was paused: else its watchdogs take that for a hang. A guest that does not use KVM's clock
 * cannot be told.
 */
static void tell_of_pause(struct linux_vm *v)
{
	ioctl(v->m.vcpu, KVM_KVMCLOCK_CTRL);
}

int linux_run(struct linux_vm *v, enum np_macro which, const char *name, uint32_t iterations,
	      uint64_t *ticks)
{
	v->asked[0] = which;
	v->asked[1] = iterations;
	disk_clear(&v->disk);
	tell_of_pause(v);
	return answer(v, name, ticks);
}

void linux_end(struct linux_vm *v)
{
	if (!v)
		return;
	machine_destroy(&v->m);
	disk_destroy(&v->disk);
	if (v->memory && v->memory != MAP_FAILED)
		munmap(v->memory, MEMORY);
	free(v);
}
