/* SPDX-License-Identifier: GPL-2.0-only */
/* What capstone makes of the same bytes, in our decoder's terms. */
#ifndef NESTPROF_TEST_CAPSTONE_INSN_H
#define NESTPROF_TEST_CAPSTONE_INSN_H

#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/vmx_insn.h"

struct other_opinion {
	csh handle;
	cs_insn *insn;
	__u8 bits;
};

static const char *const reg_names[][4] = {
	{ "rax", "eax", "ax", "" }, { "rcx", "ecx", "cx", "" }, { "rdx", "edx", "dx", "" },
	{ "rbx", "ebx", "bx", "" }, { "rsp", "esp", "sp", "" }, { "rbp", "ebp", "bp", "" },
	{ "rsi", "esi", "si", "" }, { "rdi", "edi", "di", "" }, { "r8", "r8d", "", "" },
	{ "r9", "r9d", "", "" },    { "r10", "r10d", "", "" },	{ "r11", "r11d", "", "" },
	{ "r12", "r12d", "", "" },  { "r13", "r13d", "", "" },	{ "r14", "r14d", "", "" },
	{ "r15", "r15d", "", "" },  { "rip", "eip", "", "" },
};

static const char *const segment_names[] = { "es", "cs", "ss", "ds", "fs", "gs" };

static inline void opinion_open(struct other_opinion *o, __u8 bits)
{
	cs_mode mode = bits == 64 ? CS_MODE_64 : bits == 32 ? CS_MODE_32 : CS_MODE_16;

	o->bits = bits;
	if (cs_open(CS_ARCH_X86, mode, &o->handle) ||
	    cs_option(o->handle, CS_OPT_DETAIL, CS_OPT_ON))
		abort();
	o->insn = cs_malloc(o->handle);
}

static inline void opinion_close(struct other_opinion *o)
{
	cs_free(o->insn, 1);
	cs_close(&o->handle);
}

/* RIZ and EIZ, "no index", are not among the names. */
static __u8 reg_number(csh handle, unsigned int reg)
{
	const char *name = reg ? cs_reg_name(handle, reg) : NULL;

	for (size_t i = 0; name && i < sizeof(reg_names) / sizeof(reg_names[0]); i++)
		for (size_t j = 0; j < 4; j++)
			if (strcmp(name, reg_names[i][j]) == 0)
				return i;
	return NP_REG_NONE;
}

static __u8 segment_number(csh handle, unsigned int reg)
{
	const char *name = reg ? cs_reg_name(handle, reg) : NULL;

	for (size_t i = 0; name && i < sizeof(segment_names) / sizeof(segment_names[0]); i++)
		if (strcmp(name, segment_names[i]) == 0)
			return i;
	return NP_SEG_NONE;
}

static void opinion_memory(struct other_opinion *o, const cs_x86 *x, const cs_x86_op *op,
			   struct np_vmx_insn *insn)
{
	insn->reg = NP_REG_NONE;
	insn->base = reg_number(o->handle, op->mem.base);
	insn->index = reg_number(o->handle, op->mem.index);
	insn->scale = insn->index == NP_REG_NONE ? 1 : op->mem.scale;
	insn->segment = segment_number(o->handle, op->mem.segment);
	insn->addr_bits = x->addr_size * 8;
	insn->disp = op->mem.disp;
}

static void opinion_operand(struct other_opinion *o, const cs_x86 *x, const cs_x86_op *op,
			    struct np_vmx_insn *insn)
{
	insn->base = NP_REG_NONE;
	insn->index = NP_REG_NONE;
	insn->segment = NP_SEG_NONE;
	if (op->type == X86_OP_MEM)
		opinion_memory(o, x, op, insn);
	else
		insn->reg = reg_number(o->handle, op->reg);
}

/* Prefixes as they come, 66, F2, F3 and LOCK too. */
static size_t prefixes(const __u8 *bytes, size_t len, __u8 bits)
{
	static const __u8 legacy[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65,
				       0x66, 0x67, 0xf0, 0xf2, 0xf3 };
	size_t n = 0;

	while (n < len && (memchr(legacy, bytes[n], sizeof(legacy)) ||
			   (bits == 64 && bytes[n] >= 0x40 && bytes[n] <= 0x4f)))
		n++;
	return n;
}

/*
 * Three things are put right, in which capstone 4 is not the SDM's opinion:
 * it ignores 66, F2 and F3, which make VMREAD another instruction ("NP 0F 78");
 * it has the last segment prefix count in 64-bit mode, even if it is one of the
 * four without effect; and it refuses 67 with REX.W and two registers.
 */
static void opinion_segment(const __u8 *bytes, size_t n, struct np_vmx_insn *insn)
{
	insn->segment = NP_SEG_NONE;
	for (size_t i = 0; i < n; i++)
		if (bytes[i] == 0x64 || bytes[i] == 0x65)
			insn->segment = bytes[i] == 0x64 ? 4 : 5;
}

static enum np_vmx_kind opinion_as_is(struct other_opinion *o, const __u8 *bytes, size_t len,
				      struct np_vmx_insn *insn)
{
	const cs_x86 *x = &o->insn->detail->x86;
	uint64_t address = 0;

	memset(insn, 0, sizeof(*insn));
	if (!cs_disasm_iter(o->handle, &bytes, &len, &address, o->insn))
		return NP_VMX_OTHER;
	if (o->insn->id != X86_INS_VMREAD && o->insn->id != X86_INS_VMWRITE)
		return NP_VMX_OTHER;
	insn->kind = o->insn->id == X86_INS_VMREAD ? NP_VMX_READ : NP_VMX_WRITE;
	insn->len = o->insn->size;
	/* Intel's order: VMREAD r/m, reg; VMWRITE reg, r/m */
	insn->field = reg_number(o->handle, x->operands[insn->kind == NP_VMX_READ].reg);
	opinion_operand(o, x, &x->operands[insn->kind == NP_VMX_WRITE], insn);
	return insn->kind;
}

static enum np_vmx_kind opinion_without_67(struct other_opinion *o, const __u8 *bytes, size_t len,
					   size_t n, struct np_vmx_insn *insn)
{
	__u8 bare[16];
	size_t left = 0;

	for (size_t i = 0; i < len && i < sizeof(bare); i++)
		if (i >= n || bytes[i] != 0x67)
			bare[left++] = bytes[i];
	if (opinion_as_is(o, bare, left, insn) && insn->reg != NP_REG_NONE)
		insn->len += len - left;
	else
		insn->kind = NP_VMX_OTHER;
	return insn->kind;
}

/* NP_VMX_OTHER also where bytes are missing: capstone does not tell. */
static inline enum np_vmx_kind opinion(struct other_opinion *o, const __u8 *bytes, size_t len,
				struct np_vmx_insn *insn)
{
	size_t n = prefixes(bytes, len, o->bits);

	for (size_t i = 0; i < n; i++)
		if (bytes[i] == 0x66 || bytes[i] == 0xf2 || bytes[i] == 0xf3)
			return insn->kind = NP_VMX_OTHER;
	if (!opinion_as_is(o, bytes, len, insn) && memchr(bytes, 0x67, n))
		opinion_without_67(o, bytes, len, n, insn);
	if (insn->kind && o->bits == 64 && insn->reg == NP_REG_NONE)
		opinion_segment(bytes, n, insn);
	return insn->kind;
}

static inline void insn_print(FILE *f, const char *who, const struct np_vmx_insn *i)
{
	fprintf(f, "%s: kind %u len %u field %u reg %u base %u index %u scale %u segment %u "
		"addr_bits %u disp %d\n", who, i->kind, i->len, i->field, i->reg, i->base, i->index,
		i->scale, i->segment, i->addr_bits, i->disp);
}

#endif
