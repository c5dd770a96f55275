// SPDX-License-Identifier: GPL-2.0-only
#include "tests/lab/field_constant.h"

#include <string.h>

#define MAX_TARGETS 4096

/* Registers by number, of whatever width. */
struct known {
	bool is[X86_REG_ENDING];
	uint64_t value[X86_REG_ENDING];
};

struct targets {
	uint64_t of[MAX_TARGETS];
	size_t n;
};

typedef void (*visit)(const cs_insn *insn, void *arg);

/* One instruction after the other, up to `end`. */
static void sweep(const struct other_opinion *o, const unsigned char *code, uint64_t end,
		  visit each, void *arg)
{
	uint64_t at = 0;
	size_t left = end;

	while (at < end && cs_disasm_iter(o->handle, &code, &left, &at, o->insn))
		each(o->insn, arg);
}

static bool is_in_group(const cs_insn *insn, uint8_t group)
{
	for (int i = 0; i < insn->detail->groups_count; i++)
		if (insn->detail->groups[i] == group)
			return true;
	return false;
}

static void note_target(const cs_insn *insn, void *arg)
{
	struct targets *t = arg;
	const cs_x86_op *op = insn->detail->x86.operands;

	if (is_in_group(insn, X86_GRP_JUMP) && op[0].type == X86_OP_IMM && t->n < MAX_TARGETS)
		t->of[t->n++] = op[0].imm;
}

static bool is_target(const struct targets *t, uint64_t address)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->of[i] == address)
			return true;
	return t->n == MAX_TARGETS;
}

/* The 64-bit one that it is a part of; those beyond eax and rax are named alike. */
static x86_reg whole(x86_reg reg)
{
	static const x86_reg parts[][2] = {
		{ X86_REG_EAX, X86_REG_RAX }, { X86_REG_EBX, X86_REG_RBX },
		{ X86_REG_ECX, X86_REG_RCX }, { X86_REG_EDX, X86_REG_RDX },
		{ X86_REG_ESI, X86_REG_RSI }, { X86_REG_EDI, X86_REG_RDI },
		{ X86_REG_EBP, X86_REG_RBP }, { X86_REG_ESP, X86_REG_RSP },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i][0] == reg)
			return parts[i][1];
	if (reg >= X86_REG_R8D && reg <= X86_REG_R15D)
		return X86_REG_R8 + (reg - X86_REG_R8D);
	return reg;
}

struct walk {
	const struct other_opinion *o;
	const struct targets *targets;
	struct known known;
};

static void forget_written(struct walk *w, const cs_insn *insn)
{
	cs_regs read, written;
	uint8_t nr_read, nr_written;

	if (cs_regs_access(w->o->handle, insn, read, &nr_read, written, &nr_written)) {
		memset(&w->known, 0, sizeof(w->known));
		return;
	}
	for (int i = 0; i < nr_written; i++)
		w->known.is[whole(written[i])] = false;
	/* Narrow ones: which of them it is does not matter. */
	for (int i = 0; i < insn->detail->x86.op_count; i++) {
		const cs_x86_op *op = &insn->detail->x86.operands[i];

		if (op->type == X86_OP_REG && op->access & CS_AC_WRITE && op->size < 4)
			memset(&w->known, 0, sizeof(w->known));
	}
}

static void follow(const cs_insn *insn, void *arg)
{
	struct walk *w = arg;
	const cs_x86_op *op = insn->detail->x86.operands;

	if (is_target(w->targets, insn->address))
		memset(&w->known, 0, sizeof(w->known));
	forget_written(w, insn);
	if (is_in_group(insn, X86_GRP_CALL) || is_in_group(insn, X86_GRP_JUMP) ||
	    is_in_group(insn, X86_GRP_RET) || is_in_group(insn, X86_GRP_INT))
		memset(&w->known, 0, sizeof(w->known));
	if (insn->id != X86_INS_MOV || op[0].type != X86_OP_REG || op[1].type != X86_OP_IMM)
		return;
	w->known.is[whole(op[0].reg)] = op[0].size >= 4;
	w->known.value[whole(op[0].reg)] = op[1].imm;
}

/* VMREAD has it in its second operand, VMWRITE in its first. */
static x86_reg register_of_field(const struct other_opinion *o, const unsigned char *code,
				 size_t size, uint64_t offset)
{
	const unsigned char *at = code + offset;
	size_t left = size - offset;
	uint64_t address = offset;

	if (!cs_disasm_iter(o->handle, &at, &left, &address, o->insn) ||
	    o->insn->detail->x86.op_count != 2)
		return X86_REG_INVALID;
	return whole(o->insn->detail->x86.operands[o->insn->id == X86_INS_VMREAD].reg);
}

bool field_constant(const struct other_opinion *o, const unsigned char *code, size_t size,
		    uint64_t offset, uint64_t *field)
{
	struct targets targets = { .n = 0 };
	struct walk w = { .o = o, .targets = &targets };
	x86_reg reg = register_of_field(o, code, size, offset);

	if (reg == X86_REG_INVALID)
		return false;
	sweep(o, code, size, note_target, &targets);
	sweep(o, code, offset, follow, &w);
	*field = w.known.value[reg];
	return w.known.is[reg] && !is_target(&targets, offset);
}
