// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/micro/exit.h"

#include "workloads/l2/harness.h"
#include "workloads/micro/console.h"
#include "workloads/micro/emit.h"
#include "workloads/micro/fields.h"
#include "workloads/micro/vmcs.h"
#include "workloads/runner/protocol.h"

enum { REASON_CPUID = 10, REASON_HLT = 12, REASON_VMCALL = 18, REASON_IO = 30 };
#define REASON_ENTRY_FAILED (1u << 31)

/* switch.S: calls emitted code. Where that called accesses_failed, 0: it did not. */
struct outcome {
	uintptr_t failed_at;
	uint64_t invalid;
};
struct outcome accesses_call(const void *code);
extern const char accesses_failed[];

static struct sequence sequence;

/* What comes before it is known where L2 goes on, and what comes after. */
uint8_t sequence_code[(SEQUENCE_MAX + 1) * EMIT_MAX_ACCESS];
static const uint8_t *head, *tail;

static bool explain(const struct outcome *o)
{
	const struct access *a = &sequence.access[0];

	while (a + 1 < &sequence.access[sequence.n] && a[1].site < o->failed_at)
		a++;
	return vmx_complain(a->write ? "VMWRITE of field" : "VMREAD of field", a->field,
			    o->invalid ? VMX_FAIL_INVALID : VMX_FAIL_VALID);
}

static bool make_accesses(const uint8_t *code)
{
	struct outcome o = accesses_call(code);

	return o.failed_at ? explain(&o) : true;
}

static void install(const struct sequence *s)
{
	sequence = *s;
	head = sequence_code;
	tail = emit_accesses(sequence_code, &sequence, 0, WRITE_RIP, accesses_failed);
	emit_accesses(sequence_code + (tail - sequence_code), &sequence, WRITE_RIP, sequence.n,
		      accesses_failed);
}

static bool read_values(struct sequence *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->access[i].write && !vmcs_read(s->access[i].field, &s->access[i].value))
			return false;
	return true;
}

bool exit_set_sequence(const char *text)
{
	static struct sequence new, old;
	char line[NP_LINE_MAX - sizeof(NP_SAYS NP_SEQUENCE " ")];
	const char *why;

	if (!sequence_parse(&new, text, &why))
		return complain("sequence \"%s\": %s", text, why);
	if (!sequence_print(&new, line, sizeof(line)))
		return complain("this sequence is too long to be told in a line");
	if (!read_values(&new))
		return false;
	old = sequence;
	install(&new);
	if (make_accesses(head) && make_accesses(tail))
		return true;
	install(&old);
	return false;
}

const struct sequence *exit_sequence(void)
{
	return &sequence;
}

static bool unexpected(uint64_t reason)
{
	uint64_t qualification;

	if (!vmcs_read(EXIT_QUALIFICATION, &qualification))
		return false;
	if (reason & REASON_ENTRY_FAILED)
		return complain("VM entry failed: exit reason 0x%lx, qualification 0x%lx", reason,
				qualification);
	return complain("L2 exited for reason %lu (qualification 0x%lx), which no workload gives",
			reason, qualification);
}

bool exit_handle(bool *halted)
{
	struct access *a = sequence.access;

	if (!make_accesses(head))
		return false;
	switch (a[READ_REASON].value) {
	case REASON_HLT:
		*halted = true;
		a[WRITE_RIP].value = NP_L2_BASE;
		break;
	case REASON_CPUID:
	case REASON_VMCALL:
	case REASON_IO:
		a[WRITE_RIP].value = a[READ_RIP].value + a[READ_LENGTH].value;
		break;
	default:
		return unexpected(a[READ_REASON].value);
	}
	return make_accesses(tail);
}
