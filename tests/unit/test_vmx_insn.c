// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decoder of VMREAD and VMWRITE: against capstone over every opcode, ModRM,
 * SIB, REX and prefix in each mode, over every two prefixes, and over random
 * bytes; and never a byte more than there is (make asan).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/unit/capstone_insn.h"

static const __u8 modes[] = { 64, 32, 16 };
static struct other_opinion others[3];
static __u64 seed = 1;

static int setup(void **state)
{
	(void)state;
	for (int m = 0; m < 3; m++)
		opinion_open(&others[m], modes[m]);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (int m = 0; m < 3; m++)
		opinion_close(&others[m]);
	return 0;
}

static __u32 any(__u32 n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 33) % n;
}

static enum np_vmx_kind decode(const void *bytes, size_t len, __u8 bits, struct np_vmx_insn *insn)
{
	struct np_code code = np_code(bytes, len, bits);

	return np_vmx_decode(&code, insn);
}

static void show(const char *what, const __u8 *bytes, size_t len, __u8 bits)
{
	fprintf(stderr, "%s, %u-bit:", what, bits);
	for (size_t i = 0; i < len; i++)
		fprintf(stderr, " %02x", bytes[i]);
	fputc('\n', stderr);
}

/* What is not there (NP_VMX_SHORT) is NP_VMX_OTHER to capstone. */
static enum np_vmx_kind compare(int m, const __u8 *bytes, size_t len)
{
	struct np_vmx_insn ours, theirs;
	enum np_vmx_kind kind = decode(bytes, len, modes[m], &ours);
	bool found = kind >= NP_VMX_READ;
	bool same = found == (opinion(&others[m], bytes, len, &theirs) != NP_VMX_OTHER);

	if (same && (!found || memcmp(&ours, &theirs, sizeof(ours)) == 0))
		return kind;
	show("not the same", bytes, len, modes[m]);
	insn_print(stderr, "decoder ", &ours);
	insn_print(stderr, "capstone", &theirs);
	fail();
	return kind;
}

/* Any displacement, and any next instruction. */
static size_t put_tail(__u8 *bytes, size_t n)
{
	while (n < 15)
		bytes[n++] = any(256);
	return n;
}

#define WITH_SIB 24 /* values of ModRM, of 256 */
#define OPERANDS(step) (WITH_SIB * ((256 + (step) - 1) / (step)) + 256 - WITH_SIB)

/* All ModRM, and every step-th SIB, after the `n` bytes that are there. Returns how many. */
static size_t compare_operands(int m, __u8 *bytes, size_t n, int step)
{
	size_t found = 0;

	for (int modrm = 0; modrm < 256; modrm++) {
		bool sib = modrm < 0xc0 && (modrm & 7) == 4;

		for (int next = 0; next < 256; next += sib ? step : 256) {
			bytes[n] = modrm;
			put_tail(bytes, n + 1);
			if (sib)
				bytes[n + 1] = next;
			found += compare(m, bytes, 15) >= NP_VMX_READ;
		}
	}
	return found;
}

/* Of all that these two bytes are put before. */
static size_t compare_after(int m, __u8 first, __u8 second, int step)
{
	__u8 bytes[15] = { first, second, 0x0f };
	size_t found = 0;

	for (int opcode = 0x78; opcode <= 0x79; opcode++) {
		bytes[3] = opcode;
		found += compare_operands(m, bytes, 4, step);
	}
	return found;
}

static void no_prefix(void **state)
{
	__u8 bytes[15] = { 0x0f };

	(void)state;
	for (int m = 0; m < 3; m++)
		for (int opcode = 0x78; opcode <= 0x79; opcode++) {
			bytes[1] = opcode;
			assert_int_equal(compare_operands(m, bytes, 2, 1), OPERANDS(1));
		}
}

static const __u8 prefix[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x67, /* leave it what it is */
			       0x66, 0xf0, 0xf2, 0xf3 };

/* 16 and 32 bits have no REX: there it is INC or DEC. */
static void every_prefix_with_every_rex(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(prefix); i++) {
		for (__u8 rex = 0x40; rex <= 0x4f; rex++)
			assert_int_equal(compare_after(0, prefix[i], rex, 1),
					 i < 7 ? 2 * OPERANDS(1) : 0);
		for (int m = 1; m < 3; m++)
			assert_int_equal(compare_after(m, prefix[i], 0x67, 1),
					 i < 7 ? 2 * OPERANDS(1) : 0);
	}
	assert_int_equal(compare_after(1, 0x2e, 0x48, 1), 0);
}

/* Each before each: REX in the wrong place, two of a kind, and what is no prefix. */
static void every_two_prefixes(void **state)
{
	static const __u8 more[] = { 0x40, 0x42, 0x45, 0x48, 0x4f, 0x90, 0xd5 };
	__u8 all[sizeof(prefix) + sizeof(more)];
	size_t found[3] = { 0 };

	(void)state;
	memcpy(all, prefix, sizeof(prefix));
	memcpy(all + sizeof(prefix), more, sizeof(more));
	for (size_t i = 0; i < sizeof(all); i++)
		for (size_t j = 0; j < sizeof(all); j++)
			for (int m = 0; m < 3; m++)
				found[m] += compare_after(m, all[i], all[j], 37);
	assert_int_equal(found[0], (7 + 5) * (7 + 5) * 2 * OPERANDS(37));
	assert_int_equal(found[1], 7 * 7 * 2 * OPERANDS(37));
	assert_int_equal(found[2], 7 * 7 * 2 * OPERANDS(37));
}

static void other_opcodes(void **state)
{
	__u8 bytes[15] = { 0x0f };

	(void)state;
	for (int m = 0; m < 3; m++)
		for (int opcode = 0; opcode < 256; opcode++)
			for (int i = 0; i < 200; i++) {
				bytes[1] = opcode;
				put_tail(bytes, 2);
				assert_int_equal(compare(m, bytes, 15) >= NP_VMX_READ,
						 opcode == 0x78 || opcode == 0x79);
			}
}

/* Up to 14 prefixes, so that some are too long for an instruction. */
static size_t put_random(__u8 bytes[16])
{
	static const __u8 usual[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65,
				      0x67, 0x40, 0x41, 0x48, 0x4e };
	static const __u8 rare[] = { 0x66, 0xf0, 0xf2, 0xf3, 0x0f, 0xc5, 0xd5 };
	size_t n = 0, prefixes = any(4) ? any(4) : any(15);

	while (n < prefixes)
		bytes[n++] = any(40) ? usual[any(sizeof(usual))] : rare[any(sizeof(rare))];
	bytes[n++] = 0x0f;
	put_tail(bytes, n);
	if (n < 15)
		bytes[n] = any(50) ? 0x78 + any(2) : bytes[n];
	return 15;
}

static void random_bytes(void **state)
{
	__u8 bytes[16];
	size_t found = 0;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		if (any(4))
			put_random(bytes);
		else
			put_tail(bytes, 0);
		found += compare(any(3), bytes, any(3) ? 15 : any(16)) >= NP_VMX_READ;
	}
	assert_in_range(found, 20000, 80000); /* neither always nor never */
}

/*
 * Is there a continuation with which it is one? The rest of an opcode, and zeros,
 * is the shortest there can be.
 */
static bool can_become_one(const __u8 *bytes, size_t len, __u8 bits)
{
	struct np_vmx_insn insn;
	__u8 whole[32];

	for (size_t has = 0; has <= 2; has++) {
		memset(whole, 0, sizeof(whole));
		memcpy(whole, bytes, len);
		memcpy(whole + len, "\x0f\x78" + has, 2 - has);
		if (decode(whole, 15, bits, &insn) >= NP_VMX_READ)
			return true;
	}
	return false;
}

/* The heap block ends where the page would: reading on is what ASan finds. */
static enum np_vmx_kind decode_exact(const __u8 *bytes, size_t len, __u8 bits,
				     struct np_vmx_insn *insn)
{
	__u8 *page = malloc(len ? len : 1);
	enum np_vmx_kind kind;

	assert_non_null(page);
	memcpy(page, bytes, len);
	kind = decode(page, len, bits, insn);
	free(page);
	return kind;
}

static void as_if_a_page_ended(void **state)
{
	struct np_vmx_insn whole, part;
	__u8 bytes[16];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		__u8 bits = modes[any(3)];
		enum np_vmx_kind kind;

		put_random(bytes);
		kind = decode(bytes, 15, bits, &whole);
		assert_true(kind != NP_VMX_SHORT);
		for (size_t len = 0; len < 15; len++) {
			enum np_vmx_kind cut = decode_exact(bytes, len, bits, &part);

			if (kind >= NP_VMX_READ && len < whole.len)
				assert_int_equal(cut, NP_VMX_SHORT);
			else if (kind >= NP_VMX_READ)
				assert_memory_equal(&part, &whole, sizeof(part));
			else
				assert_true(cut < NP_VMX_READ);
			assert_int_equal(cut == NP_VMX_SHORT,
					 cut < NP_VMX_READ && can_become_one(bytes, len, bits));
		}
	}
}

/* More than an instruction can have: the rest does not count. */
static void long_buffers(void **state)
{
	__u8 bytes[64] = { 0x0f, 0x79, 0xc2 };
	struct np_vmx_insn insn;

	(void)state;
	assert_int_equal(decode(bytes, sizeof(bytes), 64, &insn), NP_VMX_WRITE);
	assert_int_equal(insn.len, 3);
	memset(bytes, 0x2e, sizeof(bytes));
	memcpy(bytes + 12, "\x0f\x78\xc0", 3);
	assert_int_equal(decode(bytes, sizeof(bytes), 64, &insn), NP_VMX_READ);
	assert_int_equal(insn.len, 15);
	memcpy(bytes + 12, "\x2e\x0f\x78\xc0", 4);
	assert_int_equal(decode(bytes, sizeof(bytes), 64, &insn), NP_VMX_OTHER);
	assert_int_equal(decode(NULL, 0, 64, &insn), NP_VMX_SHORT);
}

#define NONE NP_REG_NONE

/* By hand, from the SDM: what neither decoder was asked for. */
static void known(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		struct np_vmx_insn insn;
	} k[] = {
		/* vmread rax, rdx; KVM's own form */
		{ "\x0f\x78\xd0", 3,
		  { NP_VMX_READ, 3, 2, 0, NONE, NONE, 0, NP_SEG_NONE, 0, {}, 0 } },
		/* vmwrite r8, r15 */
		{ "\x4d\x0f\x79\xc7", 4,
		  { NP_VMX_WRITE, 4, 8, 15, NONE, NONE, 0, NP_SEG_NONE, 0, {}, 0 } },
		/* vmread [rbx + r12 * 8 - 0x10], r9: an index of R12 is one, RSP's is none */
		{ "\x4e\x0f\x78\x4c\xe3\xf0", 6,
		  { NP_VMX_READ, 6, 9, NONE, 3, 12, 8, NP_SEG_NONE, 64, {}, -16 } },
		/* vmwrite rcx, [r12] */
		{ "\x41\x0f\x79\x0c\x24", 5,
		  { NP_VMX_WRITE, 5, 1, NONE, 12, NONE, 1, NP_SEG_NONE, 64, {}, 0 } },
		/* vmread gs:[rip + 0x12345678], rsi; REX.B is no base */
		{ "\x65\x41\x0f\x78\x35\x78\x56\x34\x12", 9,
		  { NP_VMX_READ, 9, 6, NONE, NP_REG_RIP, NONE, 1, 5, 64, {}, 0x12345678 } },
		/* vmread [0xffffffff80000000], rsi */
		{ "\x0f\x78\x34\x25\x00\x00\x00\x80", 8,
		  { NP_VMX_READ, 8, 6, NONE, NONE, NONE, 1, NP_SEG_NONE, 64, {}, INT32_MIN } },
		/* REX before FS: without effect. vmread fs:[eax], ecx's 64 bits */
		{ "\x4f\x64\x67\x0f\x78\x08", 6,
		  { NP_VMX_READ, 6, 1, NONE, 0, NONE, 1, 4, 32, {}, 0 } },
		/* two REX: the last one counts. vmwrite rax, r9 */
		{ "\x4c\x41\x0f\x79\xc1", 5,
		  { NP_VMX_WRITE, 5, 0, 9, NONE, NONE, 0, NP_SEG_NONE, 0, {}, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(k) / sizeof(k[0]); i++) {
		struct np_vmx_insn insn;

		decode(k[i].bytes, k[i].len, 64, &insn);
		assert_memory_equal(&insn, &k[i].insn, sizeof(insn));
	}
}

static void prefixes_that_make_it_another(void **state)
{
	static const char *const others_bytes[] = { "\x66\x0f\x78\xd0", "\xf2\x0f\x79\xd0",
						    "\xf3\x0f\x78\xd0", "\xf0\x0f\x78\x00" };
	struct np_vmx_insn insn;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (int m = 0; m < 3; m++)
			for (size_t len = 1; len <= 4; len++) /* at once */
				assert_int_equal(decode(others_bytes[i], len, modes[m], &insn),
						 NP_VMX_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(prefixes_that_make_it_another),
		cmocka_unit_test(no_prefix),
		cmocka_unit_test(every_prefix_with_every_rex),
		cmocka_unit_test(every_two_prefixes),
		cmocka_unit_test(other_opcodes),
		cmocka_unit_test(random_bytes),
		cmocka_unit_test(as_if_a_page_ended),
		cmocka_unit_test(long_buffers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
