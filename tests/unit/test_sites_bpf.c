// SPDX-License-Identifier: GPL-2.0-only
/*
 * L1's code, looked for by the programs' own functions in this kernel: a made-up vCPU
 * whose memory is this process's. What can be in the way is put there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "bpf/fields.h"
#include "tests/vmcs/sites_case.h"

#include "tests/sites.skel.h"

#define PAGE 4096ull
#define PRESENT 1
#define LARGE 0x80
#define LMA (1 << 10)
#define LA57 (1 << 12)
#define MS 1000000ull
#define RCX 1
#define RDX 2

/* Three stretches of L1's memory, as a PC has them: low, and on both sides of 4 GiB. */
#define PAGES 64
static const uint64_t base_gfn[FAKE_SLOTS] = { 0x1000, 0x0, 0x100000 };
#define CODE 0xffffffffc0383000ull
#define TABLE(n) ((uint64_t)(n) * PAGE) /* low memory */
#define TEXT (0x1000 * PAGE)
#define HIGH (0x100000 * PAGE)

static struct sites_bpf *skel;
static struct sites_offsets at;
static uint8_t *memory[FAKE_SLOTS];
static uint64_t now = 1000 * MS;

static void put(uint8_t *where, uint64_t offset, uint64_t value, size_t size)
{
	memcpy(where + offset, &value, size);
}

static uint64_t address_of(const void *in_fake)
{
	return at.base + ((const uint8_t *)in_fake - (const uint8_t *)&skel->bss->fake);
}

static uint64_t node_of(int slot)
{
	return address_of(skel->bss->fake.slot[slot]) + at.slot_node + at.node_size;
}

/* The tree's second set of nodes: slot 0 on top, of the three others one on each side. */
static void make_slots(void)
{
	struct fake_kvm *f = &skel->bss->fake;

	for (int i = 0; i < FAKE_SLOTS; i++) {
		put(f->slot[i], at.slot_gfn, base_gfn[i], 8);
		put(f->slot[i], at.slot_pages, PAGES, 8);
		put(f->slot[i], at.slot_hva, (uint64_t)memory[i], 8);
	}
	put(f->slot[0], at.slot_node + at.node_size + at.node_left, node_of(1), 8);
	put(f->slot[0], at.slot_node + at.node_size + at.node_right, node_of(2), 8);
	put(f->slots, at.slots_tree, node_of(0), 8);
	put(f->slots, at.slots_idx, 1, 4);
	put(f->kvm, at.kvm_memslots, address_of(f->slots), 8);
	put(f->vcpu, at.vcpu_kvm, address_of(f->kvm), 8);
}

static uint8_t *physical(uint64_t address)
{
	for (int i = 0; i < FAKE_SLOTS; i++)
		if (address / PAGE - base_gfn[i] < PAGES)
			return memory[i] + (address - base_gfn[i] * PAGE);
	fail_msg("no memory at 0x%llx", (unsigned long long)address);
	return NULL;
}

static void set_entry(uint64_t table, uint64_t address, int shift, uint64_t entry)
{
	put(physical(table), (address >> shift & 0x1ff) * 8, entry, 8);
}

/* By tables 1, 2, 3 and 4; 0 is that of a fifth level. */
static void map(uint64_t address, uint64_t to)
{
	set_entry(TABLE(0), address, 48, TABLE(1) | PRESENT);
	set_entry(TABLE(1), address, 39, TABLE(2) | PRESENT);
	set_entry(TABLE(2), address, 30, TABLE(3) | PRESENT);
	set_entry(TABLE(3), address, 21, TABLE(4) | PRESENT);
	set_entry(TABLE(4), address, 12, to);
}

static void run(const struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, o);

	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(prog), &o), 0);
	assert_int_equal(o.retval, 0);
}

static bool has_kvm(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool has = btf && btf__find_by_name_kind(btf, "kvm_vcpu", BTF_KIND_STRUCT) > 0;

	btf__free(btf);
	return has;
}

static int setup(void **state)
{
	(void)state;
	if (geteuid() != 0 || !has_kvm())
		return 0;
	skel = sites_bpf__open_and_load();
	assert_non_null(skel);
	for (int i = 0; i < FAKE_SLOTS; i++) {
		memory[i] = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		assert_true(memory[i] != MAP_FAILED);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sites_bpf__destroy(skel);
	return 0;
}

/* Memory is as new, and no site is known. */
static int renew(void **state)
{
	(void)state;
	if (!skel)
		return 0;
	run(skel->progs.tell_offsets);
	at = skel->bss->offsets;
	memset(&skel->bss->fake, 0, sizeof(skel->bss->fake));
	for (int i = 0; i < FAKE_SLOTS; i++)
		memset(memory[i], 0, PAGES * PAGE);
	for (uint32_t i = 0; i < NP_MAX_SITES; i++) {
		struct np_site none = { 0 };

		bpf_map_update_elem(bpf_map__fd(skel->maps.sites), &i, &none, 0);
	}
	make_slots();
	put(skel->bss->fake.vcpu, at.vcpu_efer, LMA, 8);
	memset(physical(TEXT), 0x90, 2 * PAGE);
	map(CODE, TEXT | PRESENT);
	return 0;
}

/* VMREAD %rdx to %rax, or VMWRITE %rdx to what %rcx names. */
static const uint8_t vmread[] = { 0x0f, 0x78, 0xd0 }, vmwrite[] = { 0x0f, 0x79, 0xca };

static struct sites_case look_by(uint64_t cr3, uint64_t end)
{
	skel->bss->that = (struct sites_case){ .cr3 = cr3, .end = end, .now = now };
	run(skel->progs.access_site);
	return skel->bss->that;
}

static struct sites_case look(uint64_t end)
{
	return look_by(TABLE(1), end);
}

static void put_code(uint64_t physical_end, const uint8_t *code, size_t len)
{
	memcpy(physical(physical_end - len), code, len);
}

static void expect_vmread(struct sites_case c)
{
	assert_int_equal(c.unknown, NP_KNOWN);
	assert_int_equal(c.field, RDX);
	assert_int_equal(c.len, 3);
	assert_false(c.write || c.memory);
}

static void expect_vmwrite(struct sites_case c)
{
	assert_int_equal(c.unknown, NP_KNOWN);
	assert_true(c.write && c.field == RCX);
}

#define NEEDS_KVM                                                                                  \
	do {                                                                                       \
		(void)state;                                                                       \
		if (!skel)                                                                         \
			skip(); /* needs root, and KVM in vmlinux's BTF */                      \
	} while (0)

static void once_and_not_again(void **state)
{
	NEEDS_KVM;
	put_code(TEXT + 0x103, vmread, 3);
	expect_vmread(look(CODE + 0x103));
	assert_false(look(CODE + 0x103).looked);
	expect_vmread(look(CODE + 0x103));
	assert_int_equal(look(CODE + 0x203).unknown, NP_UNKNOWN_BYTES);
}

static void other_bytes_are_decoded_again(void **state)
{
	NEEDS_KVM;
	put_code(TEXT + 0x103, vmread, 3);
	expect_vmread(look(CODE + 0x103));
	put_code(TEXT + 0x103, vmwrite, 3);
	expect_vmwrite(look(CODE + 0x103));
	memset(physical(TEXT + 0x100), 0x90, 3);
	assert_int_equal(look(CODE + 0x103).unknown, NP_UNKNOWN_BYTES);
	put_code(TEXT + 0x103, vmread, 3);
	now += MS + 1;
	expect_vmread(look(CODE + 0x103));
}

/* As when L1 has another page there: the old one still holds what it held. */
static void another_page_is_found_in_time(void **state)
{
	NEEDS_KVM;
	put_code(TEXT + 0x103, vmread, 3);
	expect_vmread(look(CODE + 0x103));
	put_code(HIGH + 0x103, vmwrite, 3);
	map(CODE, HIGH | PRESENT);
	now += 100 * MS + 1;
	expect_vmwrite(look(CODE + 0x103));
}

/* Not resident, or private: it is tried less and less often, but again. */
static void unreadable_code_is_tried_again(void **state)
{
	uint64_t waited = 0, wait = MS;

	NEEDS_KVM;
	assert_int_equal(madvise(physical(TEXT), PAGE, MADV_DONTNEED), 0);
	assert_int_equal(look(CODE + 0x103).unknown, NP_UNKNOWN_UNREADABLE);
	for (int i = 0; i < 14; i++) {
		struct sites_case c;

		assert_false(look(CODE + 0x103).looked);
		for (waited = 0; waited <= wait; waited += MS / 2) {
			now += MS / 2;
			c = look(CODE + 0x103);
			if (c.looked)
				break;
		}
		assert_true(c.looked);
		assert_int_equal(c.unknown, NP_UNKNOWN_UNREADABLE);
		wait = wait * 2 > 1100 * MS ? 1100 * MS : wait * 2;
	}
	put_code(TEXT + 0x103, vmread, 3); /* resident again */
	now += 1100 * MS;
	expect_vmread(look(CODE + 0x103));
}

/* What was known is not believed when it cannot be seen any more. */
static void code_that_goes_away(void **state)
{
	NEEDS_KVM;
	put_code(TEXT + 0x103, vmread, 3);
	expect_vmread(look(CODE + 0x103));
	assert_int_equal(madvise(physical(TEXT), PAGE, MADV_DONTNEED), 0);
	assert_int_equal(look(CODE + 0x103).unknown, NP_UNKNOWN_UNREADABLE);
}

static void stale_cr3(void **state)
{
	NEEDS_KVM;
	put_code(TEXT + 0x103, vmread, 3);
	/* Freed and zeroed; no memory at all; code in place of tables; random ones. */
	assert_int_equal(look_by(TABLE(9), CODE + 0x103).unknown, NP_UNKNOWN_UNMAPPED);
	assert_int_equal(look_by(0x5000000 * PAGE, CODE + 0x103).unknown, NP_UNKNOWN_UNMAPPED);
	assert_int_not_equal(look_by(TEXT, CODE + 0x103).unknown, NP_KNOWN);
	for (size_t i = 0; i < PAGE; i++)
		physical(TABLE(10))[i] = rand();
	for (int i = 0; i < 100; i++)
		look_by(TABLE(10), ((uint64_t)rand() << 32 | rand()) & 0xffffffffffff);
	expect_vmread(look(CODE + 0x103)); /* the right one again */
}

static void tables_of_every_kind(void **state)
{
	NEEDS_KVM;
	put_code(TEXT + 0x103, vmread, 3);
	put(skel->bss->fake.vcpu, at.vcpu_cr4, LA57, 8);
	expect_vmread(look_by(TABLE(0), CODE + 0x103));
	put(skel->bss->fake.vcpu, at.vcpu_cr4, 0, 8);
	set_entry(TABLE(3), CODE, 21, PRESENT | LARGE | (TEXT & -(2ull << 20)));
	memcpy(physical(TEXT + 0x10), vmread, 3);
	expect_vmread(look((CODE & -(2ull << 20)) + 0x13));
	set_entry(TABLE(2), CODE, 30, PRESENT | LARGE | HIGH);
	put_code(HIGH + 0x203, vmwrite, 3);
	expect_vmwrite(look((CODE & -(1ull << 30)) + 0x203));
	set_entry(TABLE(1), CODE, 39, 0);
	assert_int_equal(look(CODE + 0x303).unknown, NP_UNKNOWN_UNMAPPED);
	put(skel->bss->fake.vcpu, at.vcpu_efer, 0, 8);
	assert_int_equal(look(CODE + 0x403).unknown, NP_UNKNOWN_MODE);
}

/* The first byte on one page, the others on the next, which is elsewhere. */
static void two_pages(void **state)
{
	NEEDS_KVM;
	map(CODE + PAGE, HIGH | PRESENT);
	memset(physical(HIGH), 0x90, PAGE);
	physical(TEXT + PAGE - 1)[0] = vmread[0];
	memcpy(physical(HIGH), vmread + 1, 2);
	expect_vmread(look(CODE + PAGE + 2));
	assert_false(look(CODE + PAGE + 2).looked);
	physical(TEXT + PAGE - 1)[0] = 0x90;
	assert_int_equal(look(CODE + PAGE + 2).unknown, NP_UNKNOWN_BYTES);
	/* Without the page before, an instruction that has room is not clear. */
	set_entry(TABLE(4), CODE, 12, 0);
	put_code(HIGH + 5, vmread, 3);
	assert_int_not_equal(look(CODE + PAGE + 5).unknown, NP_UNKNOWN_UNREADABLE);
}

/* This machine's BTF, with what kvm_intel has. In bytes, where L1's page would be. */
#define EVMCS 32768

static void write_btf(char path[])
{
	struct btf *vmlinux = btf__load_vmlinux_btf(), *b = btf__new_empty();
	int fd = mkstemp(path), pointer, nested;
	const void *raw;
	__u32 len = 0;

	assert_true(fd >= 0 && btf__add_btf(b, vmlinux) > 0);
	pointer = btf__add_ptr(b, 0);
	nested = btf__add_struct(b, "nested_vmx", 16);
	btf__add_field(b, "hv_evmcs", pointer, 64, 0);
	btf__add_struct(b, "vcpu_vmx", EVMCS + 8);
	btf__add_field(b, "nested", nested, (EVMCS - 8) * 8, 0);
	raw = btf__raw_data(b, &len);
	assert_true(raw && write(fd, raw, len) == (ssize_t)len);
	close(fd);
	btf__free(b);
	btf__free(vmlinux);
}

static void an_enlightened_vmcs(void **state)
{
	char path[] = "/tmp/nestprof-btf-XXXXXX";
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = path);
	struct sites_bpf *other;

	NEEDS_KVM;
	put(skel->bss->fake.vcpu, EVMCS, 0xffff888000001000, 8);
	run(skel->progs.see_evmcs);
	assert_false(skel->bss->evmcs); /* a kernel that does not have it */
	write_btf(path);
	other = sites_bpf__open_opts(&opts);
	assert_non_null(other);
	assert_int_equal(sites_bpf__load(other), 0);
	unlink(path);
	run(other->progs.tell_offsets);
	run(other->progs.see_evmcs);
	assert_false(other->bss->evmcs);
	put(other->bss->fake.vcpu, EVMCS, 0xffff888000001000, 8);
	run(other->progs.see_evmcs);
	assert_true(other->bss->evmcs);
	sites_bpf__destroy(other);
}

#define CASE(f) cmocka_unit_test_setup(f, renew)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(once_and_not_again),
		CASE(other_bytes_are_decoded_again),
		CASE(another_page_is_found_in_time),
		CASE(unreadable_code_is_tried_again),
		CASE(code_that_goes_away),
		CASE(stale_cr3),
		CASE(tables_of_every_kind),
		CASE(two_pages),
		CASE(an_enlightened_vmcs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
