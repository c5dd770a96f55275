// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decoder of VMREAD and VMWRITE on bytes that libFuzzer makes up. The first
 * says how wide the code segment is; the block ends where they do, so that ASan
 * finds a read beyond. What comes out is held against capstone.
 */
#include <stdint.h>

#include "tests/unit/capstone_insn.h"

static struct other_opinion others[3];

static void wrong(const char *what, const struct np_vmx_insn *ours,
		  const struct np_vmx_insn *theirs)
{
	fprintf(stderr, "%s\n", what);
	insn_print(stderr, "decoder ", ours);
	insn_print(stderr, "capstone", theirs);
	abort();
}

/* One byte less is too short, and one byte more is nothing new. */
static void check_length(const __u8 *bytes, __u32 len, __u8 bits, const struct np_vmx_insn *insn)
{
	struct np_code code = np_code(bytes, insn->len - 1, bits);
	struct np_vmx_insn again;

	if (insn->len > len || insn->len > NP_INSN_MAX)
		wrong("longer than what there is", insn, insn);
	if (np_vmx_decode(&code, &again) != NP_VMX_SHORT)
		wrong("not too short", insn, &again);
	code = np_code(bytes, insn->len, bits);
	np_vmx_decode(&code, &again);
	if (memcmp(&again, insn, sizeof(again)))
		wrong("depends on what comes after", insn, &again);
}

static void check(struct other_opinion *o, const __u8 *bytes, __u32 len)
{
	struct np_code code = np_code(bytes, len, o->bits);
	struct np_vmx_insn ours, theirs;
	bool found = np_vmx_decode(&code, &ours) >= NP_VMX_READ, same;

	if (ours.kind == NP_VMX_SHORT && len >= NP_INSN_MAX)
		wrong("too short for an instruction", &ours, &ours);
	opinion(o, bytes, code.len, &theirs);
	same = found == (theirs.kind >= NP_VMX_READ);
	if (!same || (found && memcmp(&ours, &theirs, sizeof(ours))))
		wrong("not the same", &ours, &theirs);
	if (found)
		check_length(bytes, len, o->bits, &ours);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const __u8 modes[] = { 64, 32, 16 };

	for (int m = 0; m < 3 && !others[m].insn; m++)
		opinion_open(&others[m], modes[m]);
	if (size)
		check(&others[data[0] % 3], data + 1, size - 1);
	return 0;
}
