// SPDX-License-Identifier: GPL-2.0-only
#include "tests/lab/micro_sequence.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MAX_ACCESSES 16

/* KVM's vmcs_shadow_fields.h: VMREAD of RO and RW fields does not exit, nor VMWRITE of RW ones. */
enum class { TRAPS, SHADOWED_RO, SHADOWED_RW };

/* Of each class and width some that every CPU with VMX has, and that can be written. */
static const struct {
	uint16_t field;
	enum class class;
} fields[] = {
	{ 0x0800, TRAPS },	 /* GUEST_ES_SELECTOR */
	{ 0x0c02, TRAPS },	 /* HOST_CS_SELECTOR */
	{ 0x0c08, SHADOWED_RW }, /* HOST_FS_SELECTOR */
	{ 0x201a, TRAPS },	 /* EPT_POINTER */
	{ 0x201b, TRAPS },	 /* its high half */
	{ 0x2400, SHADOWED_RO }, /* GUEST_PHYSICAL_ADDRESS */
	{ 0x2800, TRAPS },	 /* VMCS_LINK_POINTER */
	{ 0x4000, SHADOWED_RW }, /* PIN_BASED_VM_EXEC_CONTROL */
	{ 0x4004, SHADOWED_RW }, /* EXCEPTION_BITMAP */
	{ 0x4012, TRAPS },	 /* VM_ENTRY_CONTROLS */
	{ 0x4400, TRAPS },	 /* VM_INSTRUCTION_ERROR */
	{ 0x4402, SHADOWED_RO }, /* VM_EXIT_REASON */
	{ 0x4404, SHADOWED_RO }, /* VM_EXIT_INTR_INFO */
	{ 0x440e, TRAPS },	 /* VMX_INSTRUCTION_INFO */
	{ 0x4816, SHADOWED_RO }, /* GUEST_CS_AR_BYTES */
	{ 0x4824, SHADOWED_RW }, /* GUEST_INTERRUPTIBILITY_INFO */
	{ 0x4826, TRAPS },	 /* GUEST_ACTIVITY_STATE */
	{ 0x6400, SHADOWED_RO }, /* EXIT_QUALIFICATION */
	{ 0x6802, SHADOWED_RW }, /* GUEST_CR3 */
	{ 0x681c, SHADOWED_RW }, /* GUEST_RSP */
	{ 0x681e, SHADOWED_RW }, /* GUEST_RIP */
	{ 0x6820, SHADOWED_RW }, /* GUEST_RFLAGS */
	{ 0x6822, TRAPS },	 /* GUEST_PENDING_DBG_EXCEPTIONS */
	{ 0x6c14, TRAPS },	 /* HOST_RSP */
};
#define NR_FIELDS (sizeof(fields) / sizeof(*fields))

/* splitmix64 */
static uint32_t draw(uint64_t *state, uint32_t below)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (z ^ z >> 31) % below;
}

static void count(struct micro_sequence *s, bool write, enum class class, uint32_t times)
{
	if (write) {
		s->off.writes += times;
		s->on.writes += class == SHADOWED_RW ? 0 : times;
	} else {
		s->off.reads += times;
		s->on.reads += class == TRAPS ? times : 0;
	}
}

void micro_sequence_random(struct micro_sequence *s, uint32_t seed, uint32_t index)
{
	uint64_t state = (uint64_t)seed << 32 | index;
	uint32_t n = 1 + draw(&state, MAX_ACCESSES);
	size_t len = 0;

	*s = (struct micro_sequence){ .off = { 3, 1 } }; /* the base, all of it shadowed */
	for (uint32_t i = 0; i < n; i++) {
		uint32_t f = draw(&state, NR_FIELDS), times = 1 + draw(&state, 4);
		bool write = draw(&state, 2), memory = draw(&state, 2);

		count(s, write, fields[f].class, times);
		len += snprintf(s->text + len, sizeof(s->text) - len, "%s%c:%x%s",
				i ? "," : "", write ? 'W' : 'R', fields[f].field,
				memory ? "m" : "");
		if (times > 1)
			len += snprintf(s->text + len, sizeof(s->text) - len, "*%u", times);
	}
}
