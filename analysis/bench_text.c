// SPDX-License-Identifier: GPL-2.0-only
/* What a bench suggests, in a sentence or two. */
#include "analysis/bench.h"
#include "analysis/rows.h"

static const struct np_nearness *nearest(const struct np_bench *b)
{
	const struct np_nearness *n = &b->near[0];

	for (int form = 1; form < NP_NR_FORMS; form++)
		if (b->near[form].factor < n->factor)
			n = &b->near[form];
	return n;
}

/* "; nearest is Turtles 2010, nested: 58,000 to 63,600 cycles for cpuid, off by 1.40" */
static void add_nearest(const struct np_bench *b, char *out, size_t size)
{
	const struct np_nearness *n = nearest(b);
	const struct np_published *p = n->figure;
	int decimals = p && p->unit == NP_UNIT_MICROSECONDS ? 2 : 0;
	char least[NP_GROUPED], most[NP_GROUPED];
	size_t len;

	if (!p)
		return;
	np_grouped(least, p->least, decimals);
	np_grouped(most, p->most, decimals);
	len = snprintf(out, size, "; of the published figures %s's of %s is nearest, %s: %s%s%s %s",
		       p->source->name, p->workload, np_form_name(p->form), least,
		       p->least < p->most ? " to " : "", p->least < p->most ? most : "",
		       np_unit_name(p->unit));
	if (n->factor > 1 && len < size)
		snprintf(out + len, size - len, ", off by a factor of %.2f", n->factor);
}

static const char *about(enum np_suggestion s)
{
	static const char *const texts[] = {
		[NP_OTHER_BACKEND] = "neither kvm_intel nor kvm_amd drives /dev/kvm: how long an "
				     "exit takes says nothing about VMCS shadowing here",
		[NP_BARE_METAL] = "the CPU's flags name no hypervisor: bare metal, where exits "
				  "are not nested",
		[NP_NESTED_SVM] = "this machine is a virtual machine with SVM, where there is no "
				  "VMCS to be shadowed",
		[NP_NESTED_TRAPS] = "this machine is a virtual machine, and its exits look like "
				    "nested ones without VMCS shadowing: each VMREAD and VMWRITE "
				    "of its KVM seems to exit to its host",
		[NP_NESTED_SHADOW] = "this machine is a virtual machine, and its exits look like "
				     "nested ones with VMCS shadowing: its host seems to use it",
		[NP_NESTED_AS_SINGLE] = "this machine is a virtual machine, but its exits are as "
					"short as others' that are not nested",
		[NP_NESTED_UNCLEAR] = "this machine is a virtual machine, but its exits are not "
				      "clearly like those published with VMCS shadowing, nor like "
				      "those without",
	};

	return texts[s];
}

void np_bench_suggestion(const struct np_bench *b, char *out, size_t size)
{
	size_t len;

	if (b->suggestion == NP_NOTHING_MEASURED) {
		snprintf(out, size, "neither cpuid nor vmcall was measured: nothing is suggested");
		return;
	}
	len = snprintf(out, size, "%s", about(b->suggestion));
	if (len < size)
		add_nearest(b, out + len, size - len);
}
