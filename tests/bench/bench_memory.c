// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench_memory [VCPUS]: what stat needs of memory for so many vCPUs [512], each
 * with ten kinds of L2 exits and round trips of all lengths. The programs' maps
 * are as large as theirs, and filled by the same state machine; the kernel's BTF
 * is read and freed, as the collector does when it is loaded.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/btf.h>

#include "analysis/stat_lines.h"
#include "analysis/stat_metrics.h"
#include "bpf/nested_fsm.h"

#define KINDS 10

static struct np_pools pools;

static void *map_of(size_t n, size_t size)
{
	void *p = mmap(NULL, n * size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		exit(1);
	return p;
}

static void print_memory(const char *when)
{
	char line[128];
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "VmHWM", 5) || !strncmp(line, "VmRSS", 5))
			printf("%-28s %s", when, line);
	if (f)
		fclose(f);
}

static void trip(struct np_vcpu *v, uint32_t reason)
{
	np_fsm_exit(&pools, v, reason, NP_LEVEL_L2, true);
	np_fsm_inject(&pools, v, reason, true);
	for (uint32_t i = 0; i < 6; i++) {
		pools.now += 500;
		np_fsm_entry(&pools, v, NP_LEVEL_L1);
		np_fsm_exit(&pools, v, 20 + i, NP_LEVEL_L1, true);
	}
	np_fsm_vmenter(&pools, v, true);
	pools.now += 1000 + rand() % (rand() % 20 ? 2000 : 100000); /* most are alike */
	np_fsm_entry(&pools, v, NP_LEVEL_L2);
}

static void no_name(pid_t tgid, char name[NP_VM_NAME], void *arg)
{
	(void)arg;
	snprintf(name, NP_VM_NAME, "vm%d", (int)tgid);
}

static void run_vcpus(struct np_vcpu *vcpus, uint32_t n, uint32_t trips)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t t = 0; t < trips; t++)
			trip(&vcpus[i], t % KINDS);
}

static void interval(struct stat_model *m, struct np_vcpu *vcpus, uint32_t n)
{
	struct stat_lines lines = { 0 };

	for (uint32_t i = 0; i < n; i++)
		if (stat_model_vcpu(m, i, &vcpus[i], &pools, false, no_name, NULL))
			exit(1);
	stat_model_windows(m, STAT_BY_REASON, stat_lines_add, &lines);
	stat_lines_finish(&lines, 1, 0, stat_metric_find("share"));
	printf("lines: %u\n", lines.nr_lines);
	stat_lines_free(&lines);
	stat_model_advance(m);
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? atoi(argv[1]) : NP_MAX_VCPUS;
	struct np_vcpu *vcpus = map_of(NP_MAX_VCPUS, sizeof(*vcpus));
	struct stat_model *m = stat_model_new();

	mallopt(M_MMAP_THRESHOLD, 128 << 10); /* as collector/main.c */
	for (int i = 0; i < 2; i++)
		btf__free(btf__load_vmlinux_btf());
	print_memory("after BTF was read");
	pools = (struct np_pools){ .rows = map_of(NP_MAX_ROWS, sizeof(struct np_l2_row)),
				   .tallies = map_of(NP_TALLIES, sizeof(struct np_l2_tally)),
				   .nr_rows = NP_MAX_VCPUS,
				   .max_rows = NP_MAX_ROWS,
				   .pages = map_of(NP_MAX_HIST_PAGES, sizeof(struct np_hist_page)),
				   .max_pages = NP_MAX_HIST_PAGES,
				   .now = 1,
				   .phases_every = 16 };
	for (uint32_t i = 0; i < n && i < NP_MAX_VCPUS; i++) {
		np_fsm_init(&vcpus[i]);
		vcpus[i].key = i + 2;
		vcpus[i].tgid = 1 + i / 8;
		vcpus[i].vcpu_id = i % 8;
		vcpus[i].isa = NP_ISA_VMX;
		vcpus[i].shared_row = i + 1;
	}
	for (int i = 0; i < 3; i++) {
		run_vcpus(vcpus, n, 400);
		interval(m, vcpus, n);
	}
	printf("rows %u of %u, pages %u of %u\n", pools.nr_rows, pools.max_rows, pools.nr_pages,
	       pools.max_pages);
	print_memory("after three intervals");
	stat_model_free(m);
	return 0;
}
