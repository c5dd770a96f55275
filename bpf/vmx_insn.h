/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decodes VMREAD (0F 78 /r) and VMWRITE (0F 79 /r): pure, compiled into BPF and
 * into C. SDM vol. 2, chapter 2 ("Instruction Format"), and vol. 3, "VMX
 * Instruction Reference":
 *
 *   prefixes  REX  0F 78|79  ModRM  SIB  displacement
 *
 * ModRM.reg is the register that holds the field's encoding, ModRM.rm the other
 * operand. Operands are 64 bits wide in 64-bit mode and 32 outside: neither 66
 * nor REX.W changes that.
 *
 *   26 2E 36 3E   ES, CS, SS, DS; no effect in 64-bit mode
 *   64 65         FS, GS
 *   67            addresses of 32 bits in 64-bit mode, else of 16 instead of 32, or 32
 *                 instead of 16
 *   40..4F        REX, in 64-bit mode; without effect unless it comes last
 *   66 F2 F3      another instruction (AMD's EXTRQ and INSERTQ), or none: #UD
 *   F0            LOCK: #UD
 *
 * APX's REX2 (D5) is not known here: another instruction.
 */
#ifndef NESTPROF_VMX_INSN_H
#define NESTPROF_VMX_INSN_H

#ifndef __VMLINUX_TYPES__
#include <linux/types.h>
#endif
#include <stdbool.h>

#include "bpf/inline.h"

#define NP_INSN_MAX 15	    /* bytes; a longer one is #GP */
#define NP_INSN_PREFIXES 12 /* what that leaves for prefixes, beside opcode and ModRM */

/*
 * What is in memory at an instruction pointer, as far as it can be read. The
 * bytes are shifted out of two words: the BPF verifier has no index to bound.
 */
struct np_code {
	union {
		__u8 byte[16]; /* 0 from `len` on */
		struct {
			__u64 lo, hi;
		};
	};
	__u8 len;  /* NP_INSN_MAX at most */
	__u8 bits; /* of the code segment: 64 (CS.L), 32 (CS.D) or 16 */
};

enum np_vmx_kind {
	NP_VMX_OTHER, /* another instruction, or none, whatever follows */
	NP_VMX_SHORT, /* may become one of these two with more bytes */
	NP_VMX_READ,  /* found, as is */
	NP_VMX_WRITE, /* ... this */
};

/* Registers have the CPU's numbers, which are those of kvm_vcpu.arch.regs[]: RAX is 0. */
#define NP_REG_RSP 4
#define NP_REG_RIP 0x10
#define NP_REG_NONE 0xff

/* Segments too: ES, CS, SS, DS, FS, GS. */
#define NP_SEG_FS 4
#define NP_SEG_NONE 0xff /* the default one */

/* Of kinds other than NP_VMX_READ and NP_VMX_WRITE nothing else means anything. */
struct np_vmx_insn {
	__u8 kind; /* enum np_vmx_kind */
	__u8 len;
	__u8 field; /* the register that holds the encoding */
	__u8 reg;   /* the other operand, or NP_REG_NONE: it is in memory */
	/* at segment:[base + index * scale + disp] */
	__u8 base;  /* or NP_REG_NONE; NP_REG_RIP is the address of the next instruction */
	__u8 index; /* or NP_REG_NONE */
	__u8 scale;
	__u8 segment;	/* of a prefix that has an effect, or NP_SEG_NONE */
	__u8 addr_bits; /* 64, 32 or 16: what the sum is cut to */
	__u8 pad[3];
	__s32 disp;
};

struct np_prefixes {
	__u8 rex;
	__u8 segment;
	bool addr;
};

#ifndef __bpf__
/* Of `len` bytes, as many as an instruction can have. */
np_inline struct np_code np_code(const void *bytes, __u32 len, __u8 bits)
{
	struct np_code c = { .len = len > NP_INSN_MAX ? NP_INSN_MAX : len, .bits = bits };

	if (c.len)
		__builtin_memcpy(c.byte, bytes, c.len);
	return c;
}
#endif

np_inline void np_code_skip(struct np_code *c)
{
	c->lo = c->lo >> 8 | c->hi << 56;
	c->hi >>= 8;
	c->len--;
}

np_inline bool np_prefix(struct np_prefixes *p, __u8 byte, __u8 bits)
{
	if (bits == 64 && (byte & 0xf0) == 0x40) {
		p->rex = byte;
		return true;
	}
	if ((byte & 0xfe) == 0x64)
		p->segment = byte - 0x64 + NP_SEG_FS;
	else if ((byte & 0xe7) == 0x26)
		p->segment = bits == 64 ? p->segment : byte >> 3 & 3;
	else if (byte == 0x67)
		p->addr = true;
	else
		return false;
	p->rex = 0;
	return true;
}

/* Leaves the code at the opcode, or at a prefix that is one too many. */
np_inline void np_prefixes(struct np_prefixes *p, struct np_code *c)
{
	for (__u32 n = 0; n < NP_INSN_PREFIXES; n++) {
		if (!np_prefix(p, c->lo, c->bits))
			break;
		np_code_skip(c);
	}
}

/* Leaves the code at ModRM. */
np_inline enum np_vmx_kind np_opcode(struct np_code *c)
{
	__u8 opcode = c->lo >> 8;

	if (!c->len)
		return NP_VMX_SHORT;
	if ((c->lo & 0xff) != 0x0f)
		return NP_VMX_OTHER;
	if (c->len < 2)
		return NP_VMX_SHORT;
	np_code_skip(c);
	np_code_skip(c);
	return (opcode & 0xfe) == 0x78 ? NP_VMX_READ + (opcode & 1) : NP_VMX_OTHER;
}

/* Bytes of displacement that `mod` asks for. */
np_inline __u32 np_disp_size(__u8 mod, __u32 wide)
{
	return mod == 1 ? 1 : mod & 2 ? wide : 0;
}

/* The signed number in the first `size` bytes, of 4 at most; none is 0. */
np_inline __s32 np_disp(__u64 bytes, __u32 size)
{
	__u32 cut = 32 - 8 * size;

	return (__s64)(bytes << 32 << cut) >> 32 >> cut;
}

/* [BX+SI] [BX+DI] [BP+SI] [BP+DI] [SI] [DI] [BP] [BX]; with mod 0, [disp16] instead of [BP]. */
np_inline __u32 np_memory16(struct np_vmx_insn *insn, __u8 mod, __u8 rm, __u64 bytes)
{
	__u32 size = np_disp_size(mod, 2);

	if (mod == 0 && rm == 6)
		size = 2;
	else
		insn->base = 0x35765533 >> 4 * rm & 7;
	if (rm < 4)
		insn->index = 6 + (rm & 1);
	insn->disp = np_disp(bytes, size);
	return size;
}

/* Returns the base. */
np_inline __u8 np_sib(struct np_vmx_insn *insn, __u8 sib, __u8 rex)
{
	__u8 index = (sib >> 3 & 7) | (rex & 2) << 2;

	if (index != 4) {
		insn->index = index;
		insn->scale = 1 << (sib >> 6);
	}
	return sib & 7;
}

/* Returns how many bytes follow ModRM. */
np_inline __u32 np_memory(struct np_vmx_insn *insn, __u8 mod, __u8 rm, __u8 rex, __u64 bytes,
			  bool mode64)
{
	__u32 size = np_disp_size(mod, 4), sib = 0;
	__u8 base = rm;

	if (rm == 4) {
		base = np_sib(insn, bytes, rex);
		sib = 1;
	}
	if (mod == 0 && base == 5) {
		size = 4;
		if (mode64 && rm == 5)
			insn->base = NP_REG_RIP;
	} else {
		insn->base = base | (rex & 1) << 3;
	}
	insn->disp = np_disp(bytes >> 8 * sib, size);
	return sib + size;
}

/* ModRM and what follows it, or 0 as far as there is nothing. Returns how many bytes that is. */
np_inline __u32 np_operands(struct np_vmx_insn *insn, const struct np_prefixes *p, __u64 bytes,
			    __u8 bits)
{
	__u8 modrm = bytes, mod = modrm >> 6, rm = modrm & 7;

	insn->field = (modrm >> 3 & 7) | (p->rex & 4) << 1;
	insn->base = NP_REG_NONE;
	insn->index = NP_REG_NONE;
	insn->segment = NP_SEG_NONE;
	if (mod == 3) {
		insn->reg = rm | (p->rex & 1) << 3;
		return 1;
	}
	insn->reg = NP_REG_NONE;
	insn->scale = 1;
	insn->segment = p->segment;
	insn->addr_bits = bits == 64 ? 64 >> p->addr : bits ^ p->addr * (16 ^ 32);
	if (insn->addr_bits == 16)
		return 1 + np_memory16(insn, mod, rm, bytes >> 8);
	return 1 + np_memory(insn, mod, rm, p->rex, bytes >> 8, bits == 64);
}

/* An instruction of `len` bytes of which `have` are there. */
np_inline enum np_vmx_kind np_whole(enum np_vmx_kind kind, __u32 len, __u32 have)
{
	if (len > NP_INSN_MAX)
		return NP_VMX_OTHER;
	return len > have ? NP_VMX_SHORT : kind;
}

/* Bytes that are not there are 0, with which an instruction is as short as it can be. */
np_aside enum np_vmx_kind np_vmx_decode(const struct np_code *code, struct np_vmx_insn *insn)
{
	struct np_prefixes p = { .segment = NP_SEG_NONE };
	struct np_code c = *code;
	enum np_vmx_kind kind;

	*insn = (struct np_vmx_insn){ 0 };
	np_prefixes(&p, &c);
	kind = np_opcode(&c);
	if (kind >= NP_VMX_READ) {
		insn->len = code->len - c.len + np_operands(insn, &p, c.lo, c.bits);
		kind = np_whole(kind, insn->len, code->len);
	}
	insn->kind = kind;
	return kind;
}

#endif
