// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/export/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "analysis/exit_reason.h"
#include "analysis/utf8.h"

#define SERIES_OF_A_ROW (3 + FLEET_KINDS)
#define SERIES_OF_A_VM (6 + NP_TRIPS * (FLEET_BUCKETS + 3) + FLEET_REASONS * SERIES_OF_A_ROW)
#define SERIES_OF_ALL 7

struct page {
	FILE *out;
	const struct fleet *f;
	bool openmetrics;
};

static void value_text(FILE *out, const char *text)
{
	while (*text) {
		int len = np_utf8_length(text);

		if (*text == '\\' || *text == '"')
			fprintf(out, "\\%c", *text);
		else if (*text == '\n')
			fputs("\\n", out);
		else if (len)
			fwrite(text, 1, len, out);
		else
			fputs(NP_UTF8_INSTEAD, out);
		text += len ?: 1;
	}
}

static void label(FILE *out, const char *before, const char *name, const char *value)
{
	fprintf(out, "%s%s=\"", before, name);
	value_text(out, value);
	fputc('"', out);
}

static void vm_label(FILE *out, const struct fleet_vm *v)
{
	fputs("{vm=\"", out);
	fputs(v->label, out);
	fputc('"', out);
}

/* The two formats differ in what a counter is called here, and in what kinds there are. */
static void family(const struct page *p, const char *name, const char *type, const char *help)
{
	const char *suffix = "";

	if (!p->openmetrics && !strcmp(type, "counter"))
		suffix = "_total";
	if (!strcmp(type, "info")) {
		suffix = p->openmetrics ? "" : "_info";
		type = p->openmetrics ? type : "gauge";
	}
	fprintf(p->out, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, suffix, help, name, suffix, type);
}

/* The VM at `i`; behind the last, the others, if there are some. */
static const struct fleet_vm *vm_at(const struct fleet *f, uint32_t i)
{
	if (i < f->nr)
		return &f->vm[i];
	return i == f->nr && f->together ? &f->others : NULL;
}

#define OF_VM(field) offsetof(struct fleet_vm, now.field)
#define OF_ROW(field) offsetof(struct fleet_row, field)

static const struct counter {
	const char *name, *help;
	size_t offset;
} of_vm[] = {
	{ "nestprof_l0_exits", "Exits to L0, of L1 and of L2.", OF_VM(l0_exits) },
	{ "nestprof_l1_alone_exits", "Exits of L1 while it handled no exit of L2.",
	  OF_VM(l1_alone) },
	{ "nestprof_l2_entries", "L1's entries into L2.", OF_VM(entries) },
	{ "nestprof_l2_failed_entries", "L1's entries into L2 that failed.",
	  OF_VM(failed_entries) },
	{ "nestprof_misfits", "Events in an order that should not be: some were not seen.",
	  OF_VM(misfits) },
}, of_row[] = {
	{ "nestprof_l2_exits", "Exits of L2.", OF_ROW(exits) },
	{ "nestprof_l2_exits_to_l1", "Exits of L2 that L0 gave to L1.", OF_ROW(to_l1) },
	{ "nestprof_l2_exits_kept", "Exits of L2 after which L0 went back to L2 by itself.",
	  OF_ROW(l0_only) },
};

static uint64_t number_at(const void *at, size_t offset)
{
	uint64_t n;

	memcpy(&n, (const char *)at + offset, sizeof(n));
	return n;
}

static void vm_counters(const struct page *p)
{
	const struct fleet_vm *v;

	for (size_t c = 0; c < sizeof(of_vm) / sizeof(*of_vm); c++) {
		family(p, of_vm[c].name, "counter", of_vm[c].help);
		for (uint32_t i = 0; (v = vm_at(p->f, i)); i++) {
			fprintf(p->out, "%s_total", of_vm[c].name);
			vm_label(p->out, v);
			fprintf(p->out, "} %" PRIu64 "\n", number_at(v, of_vm[c].offset));
		}
	}
}

static void row_labels(FILE *out, const struct fleet_vm *v, const struct fleet_row *r)
{
	vm_label(out, v);
	label(out, ",", "reason", np_exit_reason_name(v->isa, r->reason));
}

static void row_counters(const struct page *p)
{
	const struct fleet_vm *v;

	for (size_t c = 0; c < sizeof(of_row) / sizeof(*of_row); c++) {
		family(p, of_row[c].name, "counter", of_row[c].help);
		for (uint32_t i = 0; (v = vm_at(p->f, i)); i++)
			for (uint32_t k = 0; k < v->now.nr_rows; k++) {
				fprintf(p->out, "%s_total", of_row[c].name);
				row_labels(p->out, v, &v->now.row[k]);
				fprintf(p->out, "} %" PRIu64 "\n",
					number_at(&v->now.row[k], of_row[c].offset));
			}
	}
}

static void l1_exits(const struct page *p)
{
	static const char *const kinds[] = { [FLEET_VMREAD] = "VMREAD",
					     [FLEET_VMWRITE] = "VMWRITE",
					     [FLEET_VMENTRY] = "VM entry",
					     [FLEET_REST] = "rest" };
	const struct fleet_vm *v;

	family(p, "nestprof_l1_exits", "counter",
	       "Exits of L1 to L0 while it handled an exit of L2 for that reason.");
	for (uint32_t i = 0; (v = vm_at(p->f, i)); i++)
		for (uint32_t k = 0; k < v->now.nr_rows * FLEET_KINDS; k++) {
			const struct fleet_row *r = &v->now.row[k / FLEET_KINDS];

			fputs("nestprof_l1_exits_total", p->out);
			row_labels(p->out, v, r);
			label(p->out, ",", "kind", kinds[k % FLEET_KINDS]);
			fprintf(p->out, "} %" PRIu64 "\n", r->l1[k % FLEET_KINDS]);
		}
}

#define TRIPS "nestprof_round_trip_seconds"

static void one_histogram(const struct page *p, const struct fleet_vm *v, uint32_t kind)
{
	const char *by = kind == NP_TRIP_L1 ? "L1" : "L0";
	uint64_t n = 0;

	for (uint32_t i = 0; i <= FLEET_BUCKETS; i++) {
		n += v->trips[kind][i];
		fputs(TRIPS "_bucket", p->out);
		vm_label(p->out, v);
		if (i < FLEET_BUCKETS)
			fprintf(p->out, ",by=\"%s\",le=\"%g\"} %" PRIu64 "\n", by,
				fleet_bounds[i] * 1e-9, n);
		else
			fprintf(p->out, ",by=\"%s\",le=\"+Inf\"} %" PRIu64 "\n", by, n);
	}
	fputs(TRIPS "_sum", p->out);
	vm_label(p->out, v);
	fprintf(p->out, ",by=\"%s\"} %.9f\n" TRIPS "_count", by, v->now.trip_ns[kind] * 1e-9);
	vm_label(p->out, v);
	fprintf(p->out, ",by=\"%s\"} %" PRIu64 "\n", by, n);
}

static void histograms(const struct page *p)
{
	const struct fleet_vm *v;

	family(p, TRIPS, "histogram",
	       "From L2's exit until L2 is entered again, handled by L1, or by L0 alone.");
	for (uint32_t i = 0; (v = vm_at(p->f, i)); i++)
		for (uint32_t k = 0; k < NP_TRIPS; k++)
			one_histogram(p, v, k);
}

static void vm_info(const struct page *p, metrics_uuid uuid)
{
	family(p, "nestprof_vm", "info", "Which process runs the VM, and its UUID if it is known.");
	for (uint32_t i = 0; i < p->f->nr; i++) {
		const struct fleet_vm *v = &p->f->vm[i];
		char id[64] = "";

		uuid(v->tgid, id, sizeof(id));
		fputs("nestprof_vm_info", p->out);
		vm_label(p->out, v);
		fprintf(p->out, ",pid=\"%d\"", (int)v->tgid);
		label(p->out, ",", "uuid", id);
		fputs("} 1\n", p->out);
	}
}

static void gauge(const struct page *p, const char *name, const char *help, double value)
{
	family(p, name, "gauge", help);
	fprintf(p->out, "%s %.9g\n", name, value);
}

static void total(const struct page *p, const char *name, const char *help, uint64_t value)
{
	family(p, name, "counter", help);
	fprintf(p->out, "%s_total %" PRIu64 "\n", name, value);
}

static void about_itself(const struct page *p, const struct metrics_facts *facts)
{
	family(p, "nestprof_build", "info", "The exporter's version, and the kernel it runs on.");
	fprintf(p->out, "nestprof_build_info{version=\"%s\"", NP_VERSION);
	label(p->out, ",", "kernel", facts->kernel);
	fputs("} 1\n", p->out);
	gauge(p, "nestprof_vms", "VMs with series of their own.", p->f->nr);
	gauge(p, "nestprof_vms_max", "So many VMs at most have series of their own.", p->f->max);
	total(p, "nestprof_lost_events", "Events that could not be counted.", facts->lost);
	if (!facts->cost_known)
		return;
	gauge(p, "nestprof_tracing_cpus", "CPUs that the BPF programs take, on average.",
	      facts->cost_cpus);
	gauge(p, "nestprof_tracing_run_seconds", "What one run of a BPF program takes.",
	      facts->cost_ns_per_run * 1e-9);
}

int metrics_print(FILE *out, const struct fleet *f, const struct metrics_facts *facts,
		  metrics_uuid uuid, bool openmetrics)
{
	const struct page p = { out, f, openmetrics };

	about_itself(&p, facts);
	vm_info(&p, uuid);
	vm_counters(&p);
	row_counters(&p);
	l1_exits(&p);
	if (facts->times)
		histograms(&p);
	if (openmetrics)
		fputs("# EOF\n", out);
	return ferror(out) ? -EIO : 0;
}

uint32_t metrics_most_series(uint32_t max_vms)
{
	return (max_vms + 1) * SERIES_OF_A_VM + SERIES_OF_ALL;
}
