// SPDX-License-Identifier: GPL-2.0-only
/* The table of docs/vmcs-fields.md. */
#include <stdio.h>

#include "analysis/vmcs_field.h"

/* "RW", "RW (pml)", "-" */
static void print_shadow(const struct np_vmcs_field *f)
{
	const char *flag = np_vmcs_needs_flag(f->needs);

	printf("%s", np_vmcs_shadow_name(f->shadow));
	if (flag)
		printf(" (%s)", flag);
}

int main(void)
{
	size_t n;
	const struct np_vmcs_field *f = np_vmcs_fields(&n);

	puts("| encoding | name | shadow | width | type | the SDM's words |");
	puts("|---|---|---|---|---|---|");
	for (size_t i = 0; i < n; i++) {
		printf("| 0x%04x | %s | ", f[i].encoding, f[i].name);
		print_shadow(&f[i]);
		printf(" | %s | %s | %s |\n", np_vmcs_width_name(f[i].width),
		       np_vmcs_type_name(f[i].type), f[i].words);
	}
	return 0;
}
