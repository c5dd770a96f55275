// SPDX-License-Identifier: GPL-2.0-only
/* The decoder as this kernel's verifier and JIT take it is the decoder that C compiles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "tests/vmcs/vmx_insn_case.h"

#include "tests/vmx_insn.skel.h"

/* Each program that has the decoder pays this at its load: some 15 ms for 13,000. */
#define VERIFIED_MAX 20000

static struct vmx_insn_bpf *skel;
static int prog;
static __u64 seed = 1;

static int setup(void **state)
{
	(void)state;
	if (geteuid() != 0)
		return 0;
	skel = vmx_insn_bpf__open_and_load();
	prog = skel ? bpf_program__fd(skel->progs.decode) : -1;
	return skel ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	vmx_insn_bpf__destroy(skel);
	return 0;
}

static __u32 any(__u32 n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 33) % n;
}

static enum np_vmx_kind compare(const __u8 *bytes, __u32 len, __u8 bits)
{
	struct vmx_insn_case c = { .code = np_code(bytes, len, bits) };
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &c, .ctx_size_in = sizeof(c));
	struct np_vmx_insn insn;
	enum np_vmx_kind kind = np_vmx_decode(&c.code, &insn);

	memset(&c.insn, 0xaa, sizeof(c.insn));
	assert_int_equal(bpf_prog_test_run_opts(prog, &run), 0);
	assert_memory_equal(&c.insn, &insn, sizeof(insn));
	return kind;
}

static void every_operand(void **state)
{
	static const __u8 modes[] = { 64, 32, 16 };
	size_t found = 0;

	(void)state;
	if (!skel)
		skip(); /* not root */
	for (__u32 i = 0; i < 3 * 2 * 256 * 8; i++) {
		__u8 bytes[15] = { 0x40 + i / 256 % 8 * 2, 0x0f, 0x78 + i / 2048 % 2, i % 256 };

		for (int b = 4; b < 15; b++)
			bytes[b] = any(256);
		if (modes[i / 4096] != 64)
			bytes[0] = 0x67;
		found += compare(bytes, 15, modes[i / 4096]) >= NP_VMX_READ;
	}
	assert_int_equal(found, 3 * 2 * 256 * 8);
}

static void random_bytes(void **state)
{
	static const __u8 likely[] = { 0x26, 0x2e, 0x64, 0x65, 0x66, 0x67, 0xf0,
				       0x41, 0x4f, 0x0f, 0x78, 0x79 };
	size_t kinds[4] = { 0 };

	(void)state;
	if (!skel)
		skip(); /* not root */
	for (int i = 0; i < 100000; i++) {
		__u8 bytes[15];
		__u32 opcode = any(any(2) ? 4 : 15);

		for (int b = 0; b < 15; b++)
			bytes[b] = any(8) ? likely[any(sizeof(likely))] : any(256);
		for (__u32 b = 0; b < opcode; b++)
			bytes[b] = likely[any(4)];
		if (opcode < 14 && any(8))
			memcpy(bytes + opcode, any(2) ? "\x0f\x78" : "\x0f\x79", 2);
		kinds[compare(bytes, any(16), any(4) ? 64 : any(2) ? 32 : 16)]++;
	}
	for (int k = 0; k < 4; k++)
		assert_true(kinds[k] > 5000);
}

static void the_verifier_is_done_soon(void **state)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);

	(void)state;
	if (!skel)
		skip(); /* not root */
	assert_int_equal(bpf_obj_get_info_by_fd(prog, &info, &len), 0);
	assert_in_range(info.verified_insns, 100, VERIFIED_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operand),
		cmocka_unit_test(random_bytes),
		cmocka_unit_test(the_verifier_is_done_soon),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
