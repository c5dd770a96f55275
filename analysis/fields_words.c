// SPDX-License-Identifier: GPL-2.0-only
/* What a cell says of an access, and the lines for flame graphs. */
#include "analysis/fields_table.h"

#include <errno.h>
#include <inttypes.h>

#include "analysis/exit_reason.h"
#include "analysis/vmcs_field.h"

const char *fields_field_word(char out[FIELDS_WORD], const struct np_access *a)
{
	if (!a->unknown)
		return np_vmcs_field_name(a->field, out);
	snprintf(out, FIELDS_WORD, "unknown (%s)", np_unknown_name(a->unknown));
	return out;
}

const char *fields_reason_word(const struct np_access *a)
{
	return a->reason == NP_REASON_NONE ? "-" : np_exit_reason_name(NP_ISA_VMX, a->reason);
}

const char *fields_site_word(char out[FIELDS_WORD], const struct np_access *a)
{
	if (a->symbol)
		snprintf(out, FIELDS_WORD, "%s", a->symbol);
	else if (a->address)
		snprintf(out, FIELDS_WORD, "0x%" PRIx64, a->address);
	else
		snprintf(out, FIELDS_WORD, "-");
	return out;
}

/* Writing what KVM shadows for reading alone exits all the same: RO says it. */
const char *fields_shadow_word(char out[FIELDS_WORD], const struct np_access *a,
			       unsigned int lacking)
{
	const struct np_vmcs_field *f = a->unknown ? NULL : np_vmcs_field_find(a->field);

	if (!f)
		return "-";
	if (f->needs == NP_NEEDS_ANY || !(lacking & 1u << f->needs))
		return np_vmcs_shadow_name(f->shadow);
	snprintf(out, FIELDS_WORD, "%s, lacks %s", np_vmcs_shadow_name(f->shadow),
		 np_vmcs_needs_flag(f->needs));
	return out;
}

int fields_print_folded(const struct np_fields *f, FILE *out)
{
	char site[FIELDS_WORD], field[FIELDS_WORD];

	for (uint32_t i = 0; i < f->nr; i++) {
		const struct np_access *a = &f->access[i];

		fprintf(out, "%s;%s;%s %s %" PRIu64 "\n",
			a->reason == NP_REASON_NONE ? "no L2 exit" : fields_reason_word(a),
			fields_site_word(site, a), a->write ? "VMWRITE" : "VMREAD",
			fields_field_word(field, a), a->count);
	}
	return ferror(out) ? -EIO : 0;
}
