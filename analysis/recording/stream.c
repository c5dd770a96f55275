// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/recording/stream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bpf/events.h"

static const char *const isa_names[] = { [NP_ISA_VMX] = "vmx", [NP_ISA_SVM] = "svm" };

json_t *rec_stream_to_json(const struct rec_stream *s)
{
	json_t *name = json_string(s->whose.vm);

	/* A name is bytes, as the user gave them: not all are UTF-8. */
	if (!name)
		name = json_string("");
	return json_pack("{s:I, s:s, s:I, s:I, s:o}", "stream", (json_int_t)s->stream, "isa",
			 isa_names[s->isa], "pid", (json_int_t)s->whose.tgid, "vcpu",
			 (json_int_t)s->whose.vcpu, "vm", name);
}

static int isa_of(const char *name)
{
	for (int i = NP_ISA_VMX; i <= NP_ISA_SVM; i++)
		if (!strcmp(name, isa_names[i]))
			return i;
	return 0;
}

int rec_stream_from_json(struct rec_stream *s, const json_t *o)
{
	json_int_t stream, pid, vcpu;
	const char *isa, *vm;

	if (json_unpack((json_t *)o, "{s:I, s:s, s:I, s:I, s:s}", "stream", &stream, "isa", &isa,
			"pid", &pid, "vcpu", &vcpu, "vm", &vm))
		return -EINVAL;
	if (stream < 1 || stream > UINT32_MAX || pid < 1 || pid > INT32_MAX || vcpu < 0 ||
	    vcpu > UINT16_MAX || !isa_of(isa))
		return -EINVAL;
	memset(s, 0, sizeof(*s));
	s->stream = stream;
	s->isa = isa_of(isa);
	s->whose.tgid = pid;
	s->whose.vcpu = vcpu;
	snprintf(s->whose.vm, sizeof(s->whose.vm), "%s", vm);
	return 0;
}
