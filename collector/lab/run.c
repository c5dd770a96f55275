// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/base/workdir.h"
#include "collector/l1_image.h"
#include "collector/l2_files.h"
#include "collector/lab/cpio.h"
#include "collector/lab/machine.h"
#include "collector/lab/untar.h"
#include "workloads/runner/protocol.h"

#define POLL_MS 250
/*
 * Self tests of ciphers and the built-in certificates are 60 % of the
 * instructions of a boot, and nothing here uses either. DAMON's statistics, which kernels since
 * 6.17 (369c415e6073) keep by default, look at the memory of L0 each few milliseconds, by KVM's
 * mappings of L1, too: a thread that nobody asked for in all that is measured.
 */
#define L0_CMDLINE                                                                                 \
	"console=ttyS0,115200 quiet mitigations=off nokaslr tsc=reliable no_timer_check "          \
	"cryptomgr.notests initcall_blacklist=load_system_certificate_list damon_stat.enabled=0 "  \
	"panic=0"

struct place {
	char dir[NP_PATH];
	char results[NP_PATH];
	struct machine *machine;
	bool ended;
};

struct lab_run {
	struct lab_config c;
	char dir[NP_PATH];
	struct place place[LAB_MAX_MACHINES];
};

static int copy_as(const char *from, const char *dir, const char *name, mode_t mode)
{
	char to[NP_PATH];
	int err = fs_path(to, "%s/%s", dir, name);

	if (!err)
		err = fs_copy(from, to);
	if (!err && chmod(to, mode) < 0)
		err = -errno;
	return err;
}

static int copy_data_as(const char *relative, const char *dir, const char *name)
{
	char from[NP_PATH];
	int err = fs_data_path(from, relative);

	if (!err)
		err = copy_as(from, dir, name, 0755);
	if (err)
		fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_MISSING, err,
		     "cannot copy %s: %s; build it with make", from, strerror(-err));
	return err;
}

/* Beside the same files in L0's root, for the arm "single"; L2's kernel is there, as L1's. */
static int add_l2(const struct lab_kernel *l1, const char *root, const char *dir,
		  const char *l1_initrd)
{
	char path[NP_PATH], files[NP_PATH], modules[NP_PATH];
	int err = fs_path(path, "%s" NP_L2_INITRD, root);

	if (!err)
		err = fs_path(modules, "%s/modules", l1->dir);
	if (!err)
		err = l2_files_write_initrd(path, modules, l1->release);
	if (!err)
		err = fs_path(files, "%s/l2", dir);
	if (!err)
		err = fs_path(path, "%s" NP_L2_INITRD, files);
	if (!err)
		err = l2_files_write_initrd(path, modules, l1->release);
	if (!err)
		err = fs_path(path, "%s/l2.cpio", dir);
	if (!err)
		err = cpio_pack(files, path);
	if (!err)
		err = l1_image_append(l1_initrd, path);
	if (!err)
		err = fs_path(path, "%s/vmlinux.cpio", l1->dir);
	return err ? err : l1_image_append(l1_initrd, path);
}

static int make_l1_initrd(const struct lab_config *c, const char *dir, const char *root)
{
	char runner[NP_PATH], modules[NP_PATH], path[NP_PATH];
	int err = fs_data_path(runner, "runner");

	if (!err)
		err = fs_path(modules, "%s/modules", c->l1->dir);
	if (!err)
		err = fs_path(path, "%s/boot/l1.cpio", root);
	if (!err)
		err = l1_image_build(runner, modules, c->l1->release, path);
	return err || !c->linux_l2 ? err : add_l2(c->l1, root, dir, path);
}

/* What is nestprof's own in L0: built anew for each run, a few megabytes. */
static int make_own_root(const struct lab_run *r, const struct place *p, uint32_t i, char *cpio)
{
	static const char *const folders[] = { "usr/bin", "boot", "etc/nestprof" };
	char root[NP_PATH], path[NP_PATH];
	int err = fs_path(root, "%s/root", p->dir);

	for (size_t k = 0; !err && k < sizeof(folders) / sizeof(*folders); k++) {
		err = fs_path(path, "%s/%s", root, folders[k]);
		if (!err)
			err = fs_mkdirs(path);
	}
	if (!err)
		err = copy_data_as("workloads/lab/init", root, "init");
	if (!err)
		err = copy_data_as("nestprof", root, "usr/bin/nestprof");
	if (!err)
		err = copy_data_as("runner", root, "usr/bin/runner");
	if (!err && r->c.linux_l2)
		err = copy_data_as("guest", root, "usr/bin/guest");
	if (!err && r->c.l0_command)
		err = copy_as(r->c.l0_command, root, "etc/nestprof/command", 0755);
	if (!err)
		err = copy_data_as("micro", root, "boot/micro");
	if (!err && r->c.l1)
		err = make_l1_initrd(&r->c, p->dir, root);
	if (!err)
		err = fs_path(path, "%s/etc/nestprof/words", root);
	if (!err)
		err = fs_write(path, r->c.words[i], strlen(r->c.words[i]));
	if (!err)
		err = fs_path(cpio, "%s/own.cpio", p->dir);
	return err ? err : cpio_pack(root, cpio);
}

/* What a machine boots, and the files' paths. */
struct boot {
	struct boot_disk disk;
	char kernel[NP_PATH], elf[NP_PATH], base[NP_PATH], modules[NP_PATH], l1[NP_PATH];
	char own[NP_PATH];
};

static int make_boot(const struct lab_run *r, struct place *p, uint32_t i, struct boot *b)
{
	const struct lab_kernel *l0 = r->c.l0;
	int err = fs_path(b->kernel, "%s/kernel.bin", l0->dir);

	b->disk = (struct boot_disk){ .kernel = b->kernel,
				      .kernel_base = l0->base,
				      .kernel_entry = l0->entry,
				      .kernel_end = l0->end,
				      .elf = b->elf,
				      .initrd = { b->base, b->modules, b->own },
				      .cmdline = L0_CMDLINE };
	if (!err)
		err = fs_path(b->elf, "%s/vmlinux.cpio", l0->dir);
	if (!err)
		err = fs_path(b->base, "%s/base.cpio", r->c.image->dir);
	if (!err)
		err = fs_path(b->modules, "%s/modules.cpio", l0->dir);
	if (!err && r->c.l1) {
		err = fs_path(b->l1, "%s/vmlinux.cpio", r->c.l1->dir);
		b->disk.initrd[2] = b->l1;
		b->disk.initrd[3] = b->own;
	}
	return err ? err : make_own_root(r, p, i, b->own);
}

static int start_machine(const struct lab_run *r, struct place *p, uint32_t i,
			 const struct boot *b)
{
	return machine_start(&p->machine, &(struct machine_config){
						  .name = r->c.name[i],
						  .dir = p->dir,
						  .image = r->c.image->dir,
						  .emulator = r->c.emulator,
						  .boot = &b->disk,
						  .cpu_model = r->c.cpu_model,
						  .cpus = r->c.cpus,
						  .memory_mib = r->c.memory_mib,
						  .silence_s = r->c.silence_s,
						  .verbose = r->c.verbose,
					  });
}

static int start(struct lab_run *r, uint32_t i)
{
	struct place *p = &r->place[i];
	struct boot b;
	int err = fs_path(p->dir, "%s/machine%u", r->dir, i + 1);

	if (!err)
		err = fs_path(p->results, "%s/results", p->dir);
	if (!err)
		err = fs_mkdirs(p->results);
	if (!err)
		err = make_boot(r, p, i, &b);
	if (err && !fail_text())
		fail(err == -ENOSPC ? NP_EXIT_NO_SPACE : NP_EXIT_FAILED, err,
		     "cannot prepare %s: %s", p->dir, strerror(-err));
	return err ? err : start_machine(r, p, i, &b);
}

/* Until something comes from any machine, or a moment has passed. */
static int wait_for_any(const struct lab_run *r)
{
	struct pollfd fds[LAB_MAX_MACHINES * MACHINE_FDS];
	nfds_t n = 0;

	for (uint32_t i = 0; i < r->c.nr_machines; i++)
		if (!r->place[i].ended)
			n += machine_fds(r->place[i].machine, fds + n);
	if (poll(fds, n, POLL_MS) < 0 && errno != EINTR)
		return -errno;
	return np_interrupted() ? -EINTR : 0;
}

static void show_progress(const struct lab_run *r)
{
	char text[400] = "";
	size_t at = 0;

	for (uint32_t i = 0; i < r->c.nr_machines && at < sizeof(text); i++)
		if (!r->place[i].ended)
			at += snprintf(text + at, sizeof(text) - at, "%s%s: %.60s", at ? "; " : "",
				       r->c.name[i], machine_last_line(r->place[i].machine));
	log_phase_says(text);
}

static int finish(struct place *p)
{
	int err = untar(machine_results(p->machine), p->results);

	machine_free(p->machine);
	p->machine = NULL;
	p->ended = true;
	return err;
}

static int run_to_end(struct lab_run *r)
{
	uint32_t left = r->c.nr_machines;
	int err = 0;

	while (left && !err) {
		err = wait_for_any(r);
		for (uint32_t i = 0; !err && i < r->c.nr_machines; i++) {
			struct place *p = &r->place[i];
			int s = p->ended ? 0 : machine_step(p->machine);

			if (s < 0)
				err = s;
			if (s > 0) {
				err = finish(p);
				left--;
			}
		}
		show_progress(r);
	}
	return err;
}

int lab_run(struct lab_run **out, const struct lab_config *c)
{
	struct lab_run *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	*out = r;
	r->c = *c;
	err = workdir_make(r->dir, c->cache, "run");
	log_phase("start %u emulated machine%s", c->nr_machines, c->nr_machines == 1 ? "" : "s");
	for (uint32_t i = 0; !err && i < c->nr_machines; i++)
		err = start(r, i);
	if (!err) {
		log_phase("run nestprof in L0");
		err = run_to_end(r);
	}
	log_phase_end();
	return err;
}

const char *lab_run_results(const struct lab_run *run, uint32_t i)
{
	return run->place[i].results;
}

/* Under another name: the next run removes run-PID, as left by one that was killed. */
static void keep_folder(const struct lab_run *run)
{
	char kept[NP_PATH];

	if (fs_path(kept, "%s/kept-%d", run->c.cache, (int)getpid()) == 0 &&
	    fs_remove(kept) == 0 && rename(run->dir, kept) == 0)
		log_note("the machines' folders are kept in %s", kept);
	else
		log_warn("the machines' folders are in %s until the next run", run->dir);
}

void lab_run_free(struct lab_run *run)
{
	if (!run)
		return;
	for (uint32_t i = 0; i < run->c.nr_machines; i++)
		machine_free(run->place[i].machine);
	if (run->c.keep)
		keep_folder(run);
	else
		fs_remove(run->dir);
	free(run);
}
