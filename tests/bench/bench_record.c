// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench_record [EXITS_PER_S [SECONDS [BUFFER_MIB [VCPUS]]]]: whether record keeps
 * up. Threads as many as vCPUs do nothing but make BPF programs write events, at
 * the rate that is asked for in all, and leave no CPU idle; one more records
 * them into a file. Fails when the account of events is not exact, or when any
 * was lost with the buffer that record has.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "collector/base/fail.h"
#include "collector/bpf_programs.h"
#include "collector/record/output.h"
#include "collector/record/run.h"
#include "collector/record/session.h"

#include "tests/bench/record_source.skel.h"

#define EXITS_PER_TRIP 10
#define EVENTS_PER_TRIP 22
#define TRIPS_AT_ONCE 20
#define MAX_VCPUS 64
#define FILE_NAME "bench-record.rec"

static struct {
	double rate, seconds;
	uint64_t buffer_mib;
	uint32_t vcpus;
} wanted = { 1e6, 10, RECORD_BUFFER_MIB, 2 };

static struct record_source *source;
static uint64_t trips[MAX_VCPUS];
static volatile bool over;

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

/* In bursts, and busy in between: a vCPU does not sleep. */
static void *run_vcpu(void *arg)
{
	uint32_t slot = (uintptr_t)arg;
	double per_burst = wanted.vcpus * EXITS_PER_TRIP * TRIPS_AT_ONCE / wanted.rate;
	double due = now(CLOCK_MONOTONIC);

	while (!over) {
		struct {
			uint32_t slot, trips;
		} run = { slot, TRIPS_AT_ONCE };
		LIBBPF_OPTS(bpf_test_run_opts, o, .ctx_in = &run, .ctx_size_in = sizeof(run));

		while (now(CLOCK_MONOTONIC) < due && !over)
			;
		if (bpf_prog_test_run_opts(bpf_program__fd(source->progs.make_events), &o)) {
			perror("cannot run the source of events");
			exit(1);
		}
		trips[slot] += TRIPS_AT_ONCE;
		due += per_burst;
	}
	return NULL;
}

static void free_chunk(void *arg, uint32_t chunk)
{
	(void)arg;
	programs_put_free(source->maps.free_chunks, chunk);
}

static void free_slot(void *arg, uint32_t slot)
{
	(void)arg;
	(void)slot;
}

static uint64_t none_missed(void *arg)
{
	(void)arg;
	return 0;
}

static void name_vm(pid_t tgid, char name[NP_VM_NAME], void *arg)
{
	(void)arg;
	snprintf(name, NP_VM_NAME, "bench-%d", (int)tgid);
}

static int open_source(struct drain_source *s)
{
	uint32_t n = (wanted.buffer_mib << 20) / sizeof(struct np_chunk);

	source = record_source__open();
	if (!source)
		return -errno;
	bpf_map__set_max_entries(source->maps.chunks, n);
	bpf_map__set_max_entries(source->maps.free_chunks, n);
	if (record_source__load(source))
		return -EINVAL;
	for (uint32_t i = 1; i <= n; i++)
		programs_put_free(source->maps.free_chunks, i);
	for (uint32_t i = 0; i < wanted.vcpus; i++)
		source->bss->vcpus[i] = (struct np_tape){ .key = 4096 + i, .tgid = 1 + i,
							  .isa = NP_ISA_VMX, .slot = i + 1 };
	*s = (struct drain_source){ .tapes = source->bss->vcpus,
				    .chunks = programs_map(source->maps.chunks,
							   n * sizeof(struct np_chunk)),
				    .nr_chunks = n,
				    .free_chunk = free_chunk,
				    .free_slot = free_slot,
				    .missed = none_missed,
				    .name_vm = name_vm };
	return s->chunks ? 0 : -ENOMEM;
}

static uint64_t now_ns(void)
{
	return now(CLOCK_MONOTONIC) * 1e9;
}

static void doze(double seconds)
{
	nanosleep(&(struct timespec){ .tv_nsec = seconds * 1e9 }, NULL);
}

static int record(struct drain *d, struct rec_writer *w)
{
	pthread_t thread[MAX_VCPUS];
	double begin = now(CLOCK_MONOTONIC), flushed = begin;
	int err = 0;

	for (uint32_t i = 0; i < wanted.vcpus; i++)
		pthread_create(&thread[i], NULL, run_vcpu, (void *)(uintptr_t)i);
	drain_hurry();
	while (!err && now(CLOCK_MONOTONIC) < begin + wanted.seconds) {
		doze(drain_pause(d));
		err = drain_sweep(d, now_ns());
		if (!err && now(CLOCK_MONOTONIC) > flushed + 1) {
			flushed = now(CLOCK_MONOTONIC);
			err = rec_flush(w);
		}
	}
	over = true;
	for (uint32_t i = 0; i < wanted.vcpus; i++)
		pthread_join(thread[i], NULL);
	if (!err)
		err = drain_finish(d, now_ns());
	return err ? err : rec_flush(w);
}

static int judge(const struct rec_totals *t, double seconds, double cpu)
{
	uint64_t made = 0;

	for (uint32_t i = 0; i < wanted.vcpus; i++)
		made += trips[i];
	printf("%.2f million exits/s of %u vCPUs for %.1f s, buffer %llu MiB\n",
	       made * EXITS_PER_TRIP / seconds / 1e6, wanted.vcpus, seconds,
	       (unsigned long long)wanted.buffer_mib);
	printf("events: %llu made, %llu recorded, %llu lost: %.2f million/s\n",
	       (unsigned long long)made * EVENTS_PER_TRIP, (unsigned long long)t->events,
	       (unsigned long long)t->lost, t->events / seconds / 1e6);
	printf("recorder: %.1f %% of a CPU; file: %.1f MB, %.2f bytes per event\n",
	       100 * cpu / seconds, t->bytes / 1e6, (double)t->bytes / t->events);
	if (t->events + t->lost != made * EVENTS_PER_TRIP) {
		fprintf(stderr, "bench_record: recorded and lost are not what was made\n");
		return 1;
	}
	return 0;
}

static void take_arguments(int argc, char **argv)
{
	if (argc > 1)
		wanted.rate = atof(argv[1]);
	if (argc > 2)
		wanted.seconds = atof(argv[2]);
	if (argc > 3)
		wanted.buffer_mib = atoi(argv[3]);
	if (argc > 4)
		wanted.vcpus = atoi(argv[4]);
	if (wanted.rate < 1000 || wanted.seconds < 0.1 || !wanted.buffer_mib || !wanted.vcpus ||
	    wanted.vcpus > MAX_VCPUS) {
		fprintf(stderr, "usage: bench_record [EXITS_PER_S [SECONDS [BUFFER_MIB "
				"[VCPUS]]]]\n");
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct output out = OUTPUT_NONE;
	struct drain_source s;
	struct rec_writer *w = rec_writer_new(output_write, &out);
	struct drain *d;
	double begin, cpu;
	int err;

	take_arguments(argc, argv);
	err = open_source(&s);
	if (!err)
		err = output_open(&out, FILE_NAME, true);
	d = drain_new(&s, w, NP_ANY_VCPU);
	begin = now(CLOCK_MONOTONIC);
	cpu = now(CLOCK_THREAD_CPUTIME_ID);
	if (!err)
		err = record(d, w);
	if (err) {
		fprintf(stderr, "bench_record: %s: %s\n", fail_text() ?: "failed", strerror(-err));
		return 1;
	}
	err = judge(rec_writer_totals(w), now(CLOCK_MONOTONIC) - begin,
		    now(CLOCK_THREAD_CPUTIME_ID) - cpu);
	if (!err && rec_writer_totals(w)->lost && wanted.buffer_mib >= RECORD_BUFFER_MIB &&
	    wanted.rate <= 1e6)
		err = 1;
	output_close(&out, false);
	drain_free(d);
	rec_writer_free(w);
	record_source__destroy(source);
	return err;
}
