// SPDX-License-Identifier: GPL-2.0-only
/*
 * make_dat IN OUT COPIES VCPUS BUFFERS: a trace.dat of version 6, as it would be had what IN
 * has happened COPIES times one after another, on VCPUS virtual machines at once, whose threads
 * move from CPU to CPU. Page by page, the buffers take turns. IN is of version 6 and has one CPU.
 */
#include "analysis/import/page.h"
#include "tests/import/file.h"

enum { PAGE = 4096, OPTION_BUFFER = 3, OPTION_CPUCOUNT = 8, MAX_BUFFERS = 9 };

static struct {
	struct bytes in;
	FILE *out;
	size_t cpus;   /* where the number of CPUs is told */
	size_t table;  /* where it says where their data are */
	uint8_t *page; /* those */
	size_t nr;
	uint64_t span;
	uint64_t copies, vcpus, buffers;
} m;

static size_t behind_string(size_t at)
{
	return at + strlen((char *)m.in.data + at) + 1;
}

static size_t behind_sized(size_t at)
{
	return at + 8 + get(m.in.data + at, 8);
}

static size_t behind_events(size_t at)
{
	size_t n = get(m.in.data + at, 4);

	for (at += 4; n; n--)
		at = behind_sized(at);
	return at;
}

static size_t behind_systems(size_t at)
{
	size_t n = get(m.in.data + at, 4);

	for (at += 4; n; n--)
		at = behind_events(behind_string(at));
	return at;
}

static size_t behind_options(size_t at)
{
	while (get(m.in.data + at, 2))
		at += 6 + get(m.in.data + at + 2, 4);
	return at + 2;
}

static void find(void)
{
	size_t at = behind_string(10) + 6;

	at = behind_sized(behind_string(at));
	at = behind_sized(behind_string(at));
	at = behind_systems(behind_events(at));
	at += 4 + get(m.in.data + at, 4);
	at += 4 + get(m.in.data + at, 4);
	m.cpus = behind_sized(at);
	m.table = behind_options(m.cpus + 14) + 10;
	m.page = m.in.data + get(m.in.data + m.table, 8);
	m.nr = get(m.in.data + m.table + 8, 8) / PAGE;
	m.span = get(m.page + (m.nr - 1) * PAGE, 8) - get(m.page, 8) + 100000000;
}

/* An option tells the number of CPUs again. */
static void set_cpus(uint32_t vcpus)
{
	put(m.in.data + m.cpus, vcpus, 4);
	for (size_t at = m.cpus + 14; get(m.in.data + at, 2);
	     at += 6 + get(m.in.data + at + 2, 4))
		if (get(m.in.data + at, 2) == OPTION_CPUCOUNT)
			put(m.in.data + at + 6, vcpus, 4);
}

static void write_page(const uint8_t *from, uint64_t copy, uint32_t vcpu)
{
	uint8_t page[PAGE];
	struct imp_page p;
	const uint8_t *data;
	uint32_t size;

	memcpy(page, from, PAGE);
	put(page, get(page, 8) + copy * m.span + 7 * vcpu, 8);
	if (!imp_page_load(&p, page, PAGE, 8))
		errx(1, "a page makes no sense");
	while (imp_page_next(&p, &data, &size) > 0) {
		uint8_t *pid = page + (data - page) + 4;

		put(pid, get(pid, 4) + 1000 * vcpu, 4);
	}
	write_all(m.out, page, PAGE);
}

/* Of each CPU. */
static uint64_t pages_of(uint64_t buffer)
{
	return (m.copies * m.nr + m.buffers - 1 - buffer) / m.buffers;
}

static uint64_t table_size(void)
{
	return sizeof("flyrecord") + 16 * m.vcpus;
}

/* Where each buffer but the first is told of; an end of options comes behind. */
static void write_buffer_options(uint64_t at)
{
	for (uint64_t b = 1; b < m.buffers; b++) {
		uint8_t option[16] = { 0 };

		put(option, OPTION_BUFFER, 2);
		put(option + 2, 10, 4);
		put(option + 6, at + b * table_size(), 8);
		option[14] = 'a' + b;
		write_all(m.out, option, sizeof(option));
	}
	write_all(m.out, "\0", 2);
}

static void write_tables(uint64_t at)
{
	for (uint64_t b = 0; b < m.buffers; b++) {
		uint64_t size = pages_of(b) * PAGE;

		write_all(m.out, "flyrecord", sizeof("flyrecord"));
		for (uint64_t cpu = 0; cpu < m.vcpus; cpu++, at += size) {
			write_all(m.out, &at, 8);
			write_all(m.out, &size, 8);
		}
	}
}

static void write_pages(void)
{
	for (uint64_t b = 0; b < m.buffers; b++)
		for (uint64_t cpu = 0; cpu < m.vcpus; cpu++)
			for (uint64_t i = b; i < m.copies * m.nr; i += m.buffers)
				write_page(m.page + i % m.nr * PAGE, i / m.nr,
					   (cpu + i) % m.vcpus);
}

static void write_dat(void)
{
	uint64_t options = m.table - sizeof("flyrecord") - 2;
	uint64_t tables = options + 16 * (m.buffers - 1) + 2;
	uint64_t pages = (tables + m.buffers * table_size() + PAGE - 1) / PAGE * PAGE;

	write_all(m.out, m.in.data, options);
	write_buffer_options(tables);
	write_tables(pages);
	fseek(m.out, pages, SEEK_SET);
	write_pages();
}

int main(int argc, char **argv)
{
	if (argc != 6)
		errx(2, "usage: make_dat IN OUT COPIES VCPUS BUFFERS");
	m.in = read_file(argv[1]);
	m.out = fopen(argv[2], "wb");
	if (!m.out)
		err(1, "%s", argv[2]);
	m.copies = strtoull(argv[3], NULL, 10);
	m.vcpus = strtoull(argv[4], NULL, 10);
	m.buffers = strtoull(argv[5], NULL, 10);
	if (m.buffers < 1 || m.buffers > MAX_BUFFERS)
		errx(2, "at most %d buffers", MAX_BUFFERS);
	find();
	set_cpus(m.vcpus);
	write_dat();
	if (fclose(m.out))
		err(1, "cannot write");
	return 0;
}
