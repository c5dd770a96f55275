// SPDX-License-Identifier: GPL-2.0-only
/*
 * make_perf IN OUT COPIES VCPUS file|pipe|zstd: a perf.data as it would be had what IN has
 * happened COPIES times one after another, on VCPUS virtual machines at once, whose threads
 * move from CPU to CPU. IN is of perf kvm stat record.
 */
#include <unistd.h>
#include <zstd.h>

#include "tests/import/file.h"

enum { SAMPLE = 9, ROUND = 68, ATTR = 64, TRACING_DATA = 66, COMPRESSED = 81 };
enum { SAMPLE_TYPE = 0x10587, AT_TID = 24, AT_TIME = 32, AT_CPU = 40, AT_RAW = 60 };
enum { FEATURES = 256, FEATURE_TRACING = 1, FEATURE_COMPRESSED = 27, HEADER = 104 };
enum { SLICE = 256, CHUNK = 32768 };

struct sample {
	const uint8_t *record;
	size_t size;
};

static struct {
	struct bytes in;
	FILE *out;
	uint64_t written; /* of the data */
	ZSTD_CCtx *zstd;
	uint8_t chunk[CHUNK + 65536];
	size_t chunked;
	struct sample *sample;
	size_t nr, prelude; /* records before the first sample end there */
	uint64_t span;
} m;

static uint64_t header(size_t at)
{
	return get(m.in.data + at, 8);
}

static void write_data(const void *data, size_t size)
{
	write_all(m.out, data, size);
	m.written += size;
}

static void flush_chunk(void)
{
	static uint8_t record[8 + 65000];
	ZSTD_inBuffer in = { m.chunk, m.chunked, 0 };
	ZSTD_outBuffer out = { record + 8, sizeof(record) - 8, 0 };

	if (!m.chunked)
		return;
	if (ZSTD_compressStream2(m.zstd, &out, &in, ZSTD_e_flush))
		errx(1, "a piece does not fit");
	put(record, COMPRESSED, 6);
	put(record + 6, 8 + out.pos, 2);
	write_data(record, 8 + out.pos);
	m.chunked = 0;
}

static void write_record(const void *record, size_t size)
{
	if (!m.zstd) {
		write_data(record, size);
		return;
	}
	memcpy(m.chunk + m.chunked, record, size);
	m.chunked += size;
	if (m.chunked >= CHUNK)
		flush_chunk();
}

static void find_samples(void)
{
	uint64_t at = header(40), end = at + header(48);

	m.sample = malloc(m.in.size / 8 * sizeof(*m.sample));
	for (size_t size; at < end; at += size) {
		const uint8_t *r = m.in.data + at;

		size = get(r + 6, 2);
		if (get(r, 4) == SAMPLE && m.nr == 0)
			m.prelude = at;
		if (get(r, 4) == SAMPLE)
			m.sample[m.nr++] = (struct sample){ r, size };
	}
	m.span = get(m.sample[m.nr - 1].record + AT_TIME, 8) -
		 get(m.sample[0].record + AT_TIME, 8) + 1000000;
}

static void write_prelude(void)
{
	for (size_t at = header(40), size; at < m.prelude; at += size) {
		const uint8_t *r = m.in.data + at;

		size = get(r + 6, 2);
		if (get(r, 4) != ROUND)
			write_record(r, size);
	}
}

static void write_sample(const struct sample *s, uint64_t copy, uint32_t vcpu, uint32_t cpu)
{
	uint8_t r[65536];
	uint32_t more = 1000 * vcpu;

	memcpy(r, s->record, s->size);
	put(r + AT_TID, get(r + AT_TID, 4) + more, 4);
	put(r + AT_TID + 4, get(r + AT_TID + 4, 4) + more, 4);
	put(r + AT_RAW + 4, get(r + AT_RAW + 4, 4) + more, 4);
	put(r + AT_TIME, get(r + AT_TIME, 8) + copy * m.span + 7 * vcpu, 8);
	put(r + AT_CPU, cpu, 4);
	write_record(r, s->size);
}

/* CPU after CPU, as perf does: each vCPU has moved on to the next since the last round. */
static void write_copy(uint64_t copy, uint32_t vcpus)
{
	uint8_t round[8] = { 0 };

	put(round, ROUND, 4);
	put(round + 6, 8, 2);
	for (size_t at = 0, slice = 0; at < m.nr; at += SLICE, slice++) {
		for (uint32_t cpu = vcpus; cpu-- > 0;)
			for (size_t i = at; i < m.nr && i < at + SLICE; i++)
				write_sample(&m.sample[i], copy, (cpu + slice) % vcpus, cpu);
		write_record(round, sizeof(round));
	}
}

static int has_feature(int i)
{
	return m.in.data[72 + i / 8] >> i % 8 & 1;
}

/* Where the file's features are: {offset, size}, in order. */
static const uint8_t *feature(int wanted)
{
	const uint8_t *at = m.in.data + header(40) + header(48);

	for (int i = 0; i < wanted; i++)
		at += has_feature(i) ? 16 : 0;
	return at;
}

/* How it is compressed: version, type, level, ratio, and how much memory that takes. */
static const uint32_t compression[] = { 1, 1, 1, 10, 1 << 20 };

static void write_features(uint8_t *head)
{
	uint64_t table = header(40) + m.written, at;
	int n = 0;

	if (m.zstd)
		head[72 + FEATURE_COMPRESSED / 8] |= 1 << FEATURE_COMPRESSED % 8;
	for (int i = 0; i < FEATURES; i++)
		n += head[72 + i / 8] >> i % 8 & 1;
	at = table + 16 * n;
	for (int i = 0; i < FEATURES; i++) {
		uint64_t size = sizeof(compression);
		const void *data = compression;

		if (!(head[72 + i / 8] >> i % 8 & 1))
			continue;
		if (has_feature(i)) {
			size = get(feature(i) + 8, 8);
			data = m.in.data + get(feature(i), 8);
		}
		fseek(m.out, table, SEEK_SET);
		write_all(m.out, &at, 8);
		write_all(m.out, &size, 8);
		table += 16;
		fseek(m.out, at, SEEK_SET);
		write_all(m.out, data, size);
		at += size;
	}
}

static void write_file(uint64_t copies, uint32_t vcpus)
{
	uint8_t head[HEADER];

	memcpy(head, m.in.data, HEADER);
	write_all(m.out, m.in.data, header(40));
	write_prelude();
	for (uint64_t i = 0; i < copies; i++)
		write_copy(i, vcpus);
	flush_chunk();
	write_features(head);
	put(head + 48, m.written, 8);
	fseek(m.out, 0, SEEK_SET);
	write_all(m.out, head, HEADER);
}

static void write_attrs(void)
{
	size_t each = header(16), n = header(32) / each;

	for (size_t i = 0; i < n; i++) {
		const uint8_t *a = m.in.data + header(24) + i * each;
		uint64_t ids = get(a + each - 16, 8), size = get(a + each - 8, 8);
		uint8_t head[8] = { 0 };

		put(head, ATTR, 4);
		put(head + 6, 8 + each - 16 + size, 2);
		write_data(head, 8);
		write_data(a, each - 16);
		write_data(m.in.data + ids, size);
	}
}

static void write_pipe(uint64_t copies, uint32_t vcpus)
{
	static const uint8_t begin[16] = { 'P', 'E', 'R', 'F', 'I', 'L', 'E', '2', 16 };
	const uint8_t *formats = feature(FEATURE_TRACING);
	uint64_t size = get(formats + 8, 8), padding = 0;
	uint8_t head[12] = { 0 };

	write_data(begin, sizeof(begin));
	write_attrs();
	put(head, TRACING_DATA, 4);
	put(head + 6, sizeof(head), 2);
	put(head + 8, (size + 7) / 8 * 8, 4);
	write_data(head, sizeof(head));
	write_data(m.in.data + get(formats, 8), size);
	write_data(&padding, (8 - size % 8) % 8);
	write_prelude();
	for (uint64_t i = 0; i < copies; i++)
		write_copy(i, vcpus);
}

int main(int argc, char **argv)
{
	if (argc != 6)
		errx(2, "usage: make_perf IN OUT COPIES VCPUS file|pipe|zstd");
	m.in = read_file(argv[1]);
	if (get(m.in.data + HEADER + 6 * 8 + 24, 8) != SAMPLE_TYPE)
		warnx("%s may not be of perf kvm stat record", argv[1]);
	m.out = strcmp(argv[2], "-") ? fopen(argv[2], "wb") : stdout;
	if (!m.out)
		err(1, "%s", argv[2]);
	if (!strcmp(argv[5], "zstd"))
		m.zstd = ZSTD_createCCtx();
	find_samples();
	if (!strcmp(argv[5], "pipe"))
		write_pipe(strtoull(argv[3], NULL, 10), strtoul(argv[4], NULL, 10));
	else
		write_file(strtoull(argv[3], NULL, 10), strtoul(argv[4], NULL, 10));
	if (fclose(m.out))
		err(1, "cannot write");
	return 0;
}
