// SPDX-License-Identifier: GPL-2.0-only
/*
 * make_dat IN OUT COPIES VCPUS: a trace.dat of version 6, as it would be had what IN has
 * happened COPIES times one after another, on VCPUS virtual machines at once, whose threads
 * move from CPU to CPU. IN is of version 6 and has one CPU.
 */
#include "analysis/import/page.h"
#include "tests/import/file.h"

enum { PAGE = 4096 };

static struct {
	struct bytes in;
	FILE *out;
	size_t cpus;   /* where the number of CPUs is told */
	size_t table;  /* where it says where their data are */
	uint8_t *page; /* those */
	size_t nr;
	uint64_t span;
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
		if (get(m.in.data + at, 2) == 8)
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

int main(int argc, char **argv)
{
	uint64_t copies, vcpus, at, size;

	if (argc != 5)
		errx(2, "usage: make_dat IN OUT COPIES VCPUS");
	m.in = read_file(argv[1]);
	m.out = fopen(argv[2], "wb");
	if (!m.out)
		err(1, "%s", argv[2]);
	copies = strtoull(argv[3], NULL, 10);
	vcpus = strtoull(argv[4], NULL, 10);
	find();
	set_cpus(vcpus);
	write_all(m.out, m.in.data, m.table);
	size = copies * m.nr * PAGE;
	at = (m.table + 16 * vcpus + PAGE - 1) / PAGE * PAGE;
	for (uint64_t cpu = 0, offset = at; cpu < vcpus; cpu++, offset += size) {
		write_all(m.out, &offset, 8);
		write_all(m.out, &size, 8);
	}
	fseek(m.out, at, SEEK_SET);
	for (uint64_t cpu = 0; cpu < vcpus; cpu++)
		for (uint64_t i = 0; i < copies * m.nr; i++)
			write_page(m.page + i % m.nr * PAGE, i / m.nr, (cpu + i) % vcpus);
	if (fclose(m.out))
		err(1, "cannot write");
	return 0;
}
