// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/micro/emit.h"

#include "workloads/micro/fields.h"

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };

#define REPEAT RBX /* counts down */
static const uint8_t pool[] = { RAX, RCX, RDX, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14,
				R15 };
#define NR_POOL (sizeof(pool) / sizeof(*pool))

#define REX 0x40
#define REX_W 0x08
#define MOD_REGISTER 0xc0
#define RM_RIP_RELATIVE 0x05

static uint8_t *emit8(uint8_t *at, uint8_t byte)
{
	*at = byte;
	return at + 1;
}

static uint8_t *emit32(uint8_t *at, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		at = emit8(at, v >> (8 * i));
	return at;
}

/* The distance to `target` from the end of these four bytes. */
static uint8_t *emit_distance(uint8_t *at, const void *target)
{
	return emit32(at, (uintptr_t)target - (uintptr_t)(at + 4));
}

static uint8_t *mov_constant(uint8_t *at, uint8_t reg, uint32_t value)
{
	if (reg >= R8)
		at = emit8(at, REX | 1);
	at = emit8(at, 0xb8 | (reg & 7));
	return emit32(at, value);
}

/* 8b: MOV from memory, 89: to it. */
static uint8_t *mov_value(uint8_t *at, uint8_t opcode, uint8_t reg, const uint64_t *value)
{
	at = emit8(at, REX | REX_W | reg >> 3 << 2);
	at = emit8(at, opcode);
	at = emit8(at, (reg & 7) << 3 | RM_RIP_RELATIVE);
	return emit_distance(at, value);
}

/* VMREAD is 0f 78, VMWRITE 0f 79; ModRM.reg has the field in either. */
static uint8_t *emit_vmx(uint8_t *at, const struct access *a, uint8_t field, uint8_t operand,
			 const uint64_t *value)
{
	uint8_t rex = field >> 3 << 2 | (a->memory ? 0 : operand >> 3);

	if (rex)
		at = emit8(at, REX | rex);
	at = emit8(at, 0x0f);
	at = emit8(at, a->write ? 0x79 : 0x78);
	if (!a->memory)
		return emit8(at, MOD_REGISTER | (field & 7) << 3 | (operand & 7));
	at = emit8(at, (field & 7) << 3 | RM_RIP_RELATIVE);
	return emit_distance(at, value);
}

/* However often the place to go on at is written, it is the same. */
static const uint64_t *value_of(const struct sequence *s, const struct access *a)
{
	return a->write && a->field == GUEST_RIP ? &s->access[WRITE_RIP].value : &a->value;
}

static uint8_t *emit_access(uint8_t *at, struct sequence *s, uint32_t i, const void *failed)
{
	struct access *a = &s->access[i];
	const uint64_t *value = value_of(s, a);
	uint8_t field = pool[i % NR_POOL], operand = pool[3 * i % NR_POOL];
	uint8_t *again;

	if (a->write && operand == field)
		operand = pool[(i + 1) % NR_POOL];
	at = mov_constant(at, REPEAT, a->repeat);
	again = at;
	at = mov_constant(at, field, a->field);
	if (a->write && !a->memory)
		at = mov_value(at, 0x8b, operand, value);
	a->site = (uintptr_t)at;
	at = emit_vmx(at, a, field, operand, value);
	at = emit8(emit8(at, 0x77), 5); /* JA: neither VMfailInvalid nor VMfailValid */
	at = emit_distance(emit8(at, 0xe8), failed); /* CALL */
	if (!a->write && !a->memory)
		at = mov_value(at, 0x89, operand, value);
	at = emit8(emit8(at, 0xff), 0xc8 | REPEAT); /* DEC */
	at = emit8(at, 0x75); /* JNZ */
	return emit8(at, again - (at + 1));
}

uint8_t *emit_accesses(uint8_t *code, struct sequence *s, uint32_t first, uint32_t end,
		       const void *failed)
{
	for (uint32_t i = first; i < end; i++)
		code = emit_access(code, s, i, failed);
	return emit8(code, 0xc3); /* RET */
}
