// SPDX-License-Identifier: GPL-2.0-only
/* Entries into L2 that are to fail. */
#include <stdarg.h>

#include "workloads/micro/console.h"
#include "workloads/micro/fields.h"
#include "workloads/micro/l2.h"
#include "workloads/micro/text.h"
#include "workloads/micro/vmcs.h"

#define REASON_ENTRY_FAILED (1u << 31)

__attribute__((format(printf, 3, 4)))
static bool format(char *out, size_t size, const char *fmt, ...)
{
	va_list ap;
	bool fits;

	va_start(ap, fmt);
	fits = text_format(out, size, fmt, ap);
	va_end(ap);
	return fits;
}

static bool try(char *how, size_t size)
{
	enum vmx_status s = l2_enter(l2_launched);
	uint64_t number;

	if (s == VMX_FAIL_INVALID)
		return format(how, size, "invalid");
	if (!vmcs_read(s ? VM_INSTRUCTION_ERROR : VM_EXIT_REASON, &number))
		return false;
	if (s == VMX_FAIL_VALID)
		return format(how, size, "error %lu", number);
	if (number & REASON_ENTRY_FAILED)
		return format(how, size, "exit %lu", number & ~(uint64_t)REASON_ENTRY_FAILED);
	return complain("L2 was entered, and exited for reason %lu", number);
}

static bool try_all(uint32_t times, char *how, size_t size)
{
	char now[64];

	if (!try(how, size))
		return false;
	while (--times) {
		if (!try(now, sizeof(now)))
			return false;
		if (!text_equal(now, how))
			return complain("it failed by %s, and then by %s", how, now);
	}
	return true;
}

bool l2_fail(uint32_t field, uint64_t value, uint32_t times, char *how, size_t size)
{
	uint64_t old;
	bool failed;

	if (!vmcs_read(field, &old) || !vmcs_write(field, value))
		return false;
	failed = try_all(times, how, size);
	return vmcs_write(field, old) && failed;
}
