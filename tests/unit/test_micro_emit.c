// SPDX-License-Identifier: GPL-2.0-only
/*
 * The micro-hypervisor's code generator beside the assembler: the same
 * accesses written by hand must be the same bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "workloads/micro/emit.h"

/* All that emitted code names is within 2 GiB of it: static, as in the hypervisor. */
struct sequence emitted;
uint8_t emitted_code[(SEQUENCE_MAX + 1) * EMIT_MAX_ACCESS];
void stub_failed(void);

#define STRING(x) STRING_(x)
#define STRING_(x) #x
#define ACCESS_SIZE 24
#define ACCESSES 8
_Static_assert(sizeof(struct access) == ACCESS_SIZE, "by hand below");
_Static_assert(offsetof(struct sequence, access) == ACCESSES, "by hand below");
_Static_assert(offsetof(struct access, value) == 8, "by hand below");

#define VALUE(i) "emitted + " STRING(ACCESSES) " + " STRING(ACCESS_SIZE) " * " #i " + 8(%rip)"
#define BEGIN(repeat, field, reg) "movl $" #repeat ", %ebx\n77: movl $" #field ", %" #reg "\n"
#define END(after) "ja 78f\n call stub_failed\n78: " after " decl %ebx\n jnz 77b\n"

/* What `accesses` below is, by the assembler; the registers are those of emit.h's turns. */
asm(".text\n"
    "stub_failed: ret\n"
    "by_hand:\n"
    BEGIN(1, 0x4402, eax) "site0: vmread %rax, %rax\n" END("movq %rax, " VALUE(0) "\n")
    BEGIN(1, 0x440c, ecx) "site1: vmread %rcx, %rbp\n" END("movq %rbp, " VALUE(1) "\n")
    BEGIN(1, 0x681e, edx) "site2: vmread %rdx, %r8\n" END("movq %r8, " VALUE(2) "\n")
    BEGIN(1, 0x681e, ebp) "movq " VALUE(3) ", %r11\n site3: vmwrite %r11, %rbp\n" END("")
    BEGIN(3, 0x4404, esi) "site4: vmread %rsi, " VALUE(4) "\n" END("")
    BEGIN(2, 0x6820, edi) "site5: vmwrite " VALUE(5) ", %rdi\n" END("")
    BEGIN(1, 0x2800, r8d) "movq " VALUE(6) ", %rsi\n site6: vmwrite %rsi, %r8\n" END("")
    BEGIN(1, 0x4826, r9d) "movq " VALUE(7) ", %r10\n site7: vmwrite %r10, %r9\n" END("")
    BEGIN(65535, 0xc16, r10d) "site8: vmread %r10, " VALUE(8) "\n" END("")
    BEGIN(1, 0x681e, r11d) "site9: vmwrite " VALUE(3) ", %r11\n" END("")
    BEGIN(1, 0x681e, r12d) "movq " VALUE(3) ", %rdx\n site10: vmwrite %rdx, %r12\n" END("")
    BEGIN(1, 0x6c16, r13d) "site11: vmread %r13, %rdi\n" END("movq %rdi, " VALUE(11) "\n")
    "ret\n"
    "by_hand_end:\n");

static const char accesses[] = "R:4404m*3,W:6820m*2,W:2800,W:4826,R:c16m*65535,W:681em,W:681e,"
			       "R:6c16";

extern const uint8_t by_hand[], by_hand_end[], site0[], site1[], site2[], site3[], site4[], site5[],
	site6[], site7[], site8[], site9[], site10[], site11[];

static const uint8_t *const sites[] = { site0, site1, site2, site3, site4,  site5,
					site6, site7, site8, site9, site10, site11 };

/* Where four bytes are a distance from where they stand, the other's place counts. */
static bool same(const uint8_t *ours, size_t at)
{
	int32_t a, b;

	memcpy(&a, ours + at, sizeof(a));
	memcpy(&b, by_hand + at, sizeof(b));
	return a + (intptr_t)(ours + at) == b + (intptr_t)(by_hand + at);
}

static void assert_same_code(const uint8_t *ours, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (ours[i] == by_hand[i])
			continue;
		/* The first byte that differs need not be the distance's first. */
		size_t back = 0;

		while (back < 4 && back <= i && !same(ours, i - back))
			back++;
		if (back == 4 || back > i)
			fail_msg("byte %zu is %02x, not %02x", i, ours[i], by_hand[i]);
		i += 3 - back;
	}
}

static void emits_what_the_assembler_does(void **state)
{
	const char *why;
	uint8_t *end;
	size_t size = by_hand_end - by_hand;

	(void)state;
	assert_true(sequence_parse(&emitted, accesses, &why));
	end = emit_accesses(emitted_code, &emitted, 0, emitted.n, stub_failed);
	assert_int_equal(end - emitted_code, size);
	assert_same_code(emitted_code, size);
	assert_int_equal(emitted.n, sizeof(sites) / sizeof(*sites));
	for (uint32_t i = 0; i < emitted.n; i++)
		assert_int_equal(emitted.access[i].site - (uintptr_t)emitted_code,
				 sites[i] - by_hand);
}

/* Whichever registers an access's turn gives it. */
static void stays_within_its_room(void **state)
{
	static const struct access forms[] = {
		{ .field = 0xffff, .repeat = 1 },
		{ .field = 0xffff, .repeat = 1, .memory = true },
		{ .field = 0xffff, .repeat = 1, .write = true },
		{ .field = 0xffff, .repeat = 1, .write = true, .memory = true },
	};

	(void)state;
	for (size_t f = 0; f < sizeof(forms) / sizeof(*forms); f++)
		for (uint32_t i = 0; i < SEQUENCE_MAX; i++) {
			uint8_t *end;

			emitted.access[i] = forms[f];
			memset(emitted_code, 0, sizeof(emitted_code));
			end = emit_accesses(emitted_code, &emitted, i, i + 1, stub_failed);
			assert_in_range(end - emitted_code, 2, EMIT_MAX_ACCESS + 1);
			assert_int_equal(end[-1], 0xc3);
			assert_int_equal(*end, 0);
		}
}

/* A VMWRITE's value must not be in the register that names the field. */
static void a_write_has_two_registers(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < SEQUENCE_MAX; i++) {
		const uint8_t *at;
		uint8_t rex = 0;

		emitted.access[i] = (struct access){ .field = 0x6820, .repeat = 1, .write = true };
		emit_accesses(emitted_code, &emitted, i, i + 1, stub_failed);
		at = (const uint8_t *)emitted.access[i].site;
		if ((*at & 0xf0) == 0x40)
			rex = *at++;
		assert_memory_equal(at, "\x0f\x79", 2);
		assert_int_equal(at[2] >> 6, 3);
		assert_int_not_equal((at[2] >> 3 & 7) | (rex & 4) << 1,
				     (at[2] & 7) | (rex & 1) << 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(emits_what_the_assembler_does),
		cmocka_unit_test(stays_within_its_room),
		cmocka_unit_test(a_write_has_two_registers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
