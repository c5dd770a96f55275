// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench_export [VMS [VCPUS]]: what a scrape takes with so many VMs [200] of so many vCPUs each [8],
 * with ten kinds of L2 exits: CPU time from the programs' maps to the page, and memory besides
 * these maps. The maps are as large as --max-vcpus makes them, and filled by the same state
 * machine as in the kernel.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "analysis/export/metrics.h"
#include "bpf/nested_fsm.h"
#include "collector/session_size.h"

#define KINDS 10
#define SCRAPES 5

static struct np_pools pools;

static void *map_of(size_t n, size_t size)
{
	void *p = mmap(NULL, n * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		exit(1);
	return p;
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
	pools.now += 1000 + rand() % (rand() % 20 ? 2000 : 100000);
	np_fsm_entry(&pools, v, NP_LEVEL_L2);
}

static void name_vm(pid_t tgid, char name[NP_VM_NAME], void *arg)
{
	(void)arg;
	snprintf(name, NP_VM_NAME, "vm-%d", (int)tgid);
}

static void no_uuid(pid_t tgid, char *out, size_t size)
{
	(void)tgid, (void)size;
	out[0] = '\0';
}

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static size_t scrape(struct fleet_vcpu *list, struct fleet *f, const struct np_vcpu *vcpus,
		     uint32_t n)
{
	const struct metrics_facts facts = { .kernel = "x", .times = true };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (uint32_t i = 0; i < n; i++)
		list[i] = (struct fleet_vcpu){ i, false, &vcpus[i] };
	fleet_begin(f, 0);
	if (fleet_vcpus(f, list, n, &pools, name_vm))
		exit(1);
	fleet_end(f, 300);
	if (!out || metrics_print(out, f, &facts, no_uuid, true) || fclose(out))
		exit(1);
	free(text);
	return size;
}

static struct np_vcpu *make_vcpus(uint32_t n, uint32_t per_vm)
{
	const struct session_size size = session_size_for(n, true);
	struct np_vcpu *vcpus = map_of(n, sizeof(*vcpus));

	pools = (struct np_pools){ .rows = map_of(size.rows, sizeof(struct np_l2_row)),
				   .tallies = map_of(size.rows + 1, sizeof(struct np_l2_tally)),
				   .nr_rows = n,
				   .max_rows = size.rows,
				   .pages = map_of(size.pages, sizeof(struct np_hist_page)),
				   .max_pages = size.pages,
				   .now = 1,
				   .phases_every = 16 };
	for (uint32_t i = 0; i < n; i++) {
		np_fsm_init(&vcpus[i]);
		vcpus[i].key = i + 2;
		vcpus[i].tgid = 1 + i / per_vm;
		vcpus[i].vcpu_id = i % per_vm;
		vcpus[i].isa = NP_ISA_VMX;
		vcpus[i].shared_row = i + 1;
	}
	return vcpus;
}

int main(int argc, char **argv)
{
	uint32_t vms = argc > 1 ? atoi(argv[1]) : 200, per_vm = argc > 2 ? atoi(argv[2]) : 8;
	struct np_vcpu *vcpus = make_vcpus(vms * per_vm, per_vm);
	struct fleet_vcpu *list = calloc(vms * per_vm, sizeof(*list));
	struct fleet f;

	mallopt(M_MMAP_THRESHOLD, 128 << 10); /* as exporter/main.c */
	if (!list || fleet_init(&f, 256))
		return 1;
	for (int i = 0; i < SCRAPES; i++) {
		double before;
		size_t size;

		for (uint32_t v = 0; v < vms * per_vm; v++)
			for (uint32_t t = 0; t < 100; t++)
				trip(&vcpus[v], t % KINDS);
		before = cpu_ms();
		size = scrape(list, &f, vcpus, vms * per_vm);
		printf("scrape %d: %.1f ms of CPU, a page of %zu kB, %zu kB of memory\n", i + 1,
		       cpu_ms() - before, size >> 10,
		       (mallinfo2().uordblks + mallinfo2().hblkhd) >> 10);
	}
	printf("rows %u of %u, pages of histograms %u of %u\n", pools.nr_rows, pools.max_rows,
	       pools.nr_pages, pools.max_pages);
	free(list);
	fleet_free(&f);
	return 0;
}
