// SPDX-License-Identifier: GPL-2.0-only
/* JSON lines and CSV: one event a line, with the same columns. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/convert/writer.h"

#define CSV_NAME (2 * NP_VM_NAME + 3)

struct lines {
	struct convert_writer w;
	struct text text;
	char *vm[NP_MAX_VCPUS]; /* names, as the format quotes them */
};

static int begin_csv(struct convert_writer *w, const struct rec_info *info)
{
	struct lines *l = (struct lines *)w;

	(void)info;
	text_string(&l->text, "ns,vm,pid,vcpu,cpu,event,level,reason,rip,inferred\n");
	return 0;
}

static int begin_json(struct convert_writer *w, const struct rec_info *info)
{
	(void)w, (void)info;
	return 0;
}

/* As RFC 4180 has it: quotes within quotes come twice. */
static char *csv_name(const char *name)
{
	char *quoted = malloc(CSV_NAME), *to = quoted;

	if (!quoted)
		return NULL;
	if (name[0])
		*to++ = '"';
	for (const char *p = name; *p; p++) {
		if (*p == '"')
			*to++ = '"';
		*to++ = (unsigned char)*p < ' ' ? '?' : *p;
	}
	if (name[0])
		*to++ = '"';
	*to = '\0';
	return quoted;
}

static int set_name(struct lines *l, uint32_t slot, char *name)
{
	free(l->vm[slot]);
	l->vm[slot] = name;
	return name ? 0 : -ENOMEM;
}

static int vcpu_csv(struct convert_writer *w, const struct rec_stream *s, uint32_t slot)
{
	return set_name((struct lines *)w, slot, csv_name(s->whose.vm));
}

static int vcpu_json(struct convert_writer *w, const struct rec_stream *s, uint32_t slot)
{
	return set_name((struct lines *)w, slot, text_json(s->whose.vm));
}

static bool has_rip(const struct convert_event *e)
{
	return e->from && e->from->rip &&
	       (e->e.type == NP_EVENT_EXIT || e->e.type == NP_EVENT_ENTRY ||
		e->e.type == NP_EVENT_VMEXIT || e->e.type == NP_EVENT_VMENTER);
}

static void field(struct text *t, const char *s)
{
	text_string(t, ",");
	if (s)
		text_string(t, s);
}

static int event_csv(struct convert_writer *w, const struct convert_event *e)
{
	struct lines *l = (struct lines *)w;
	struct text *t = &l->text;

	text_u64(t, e->e.ns);
	field(t, l->vm[e->slot]);
	field(t, "");
	text_u64(t, e->vcpu->whose.tgid);
	field(t, "");
	text_u64(t, e->vcpu->whose.vcpu);
	field(t, "");
	if (e->from)
		text_u64(t, e->from->cpu);
	field(t, convert_event_name(&e->e));
	field(t, convert_level_name(&e->e));
	field(t, convert_reason_name(e->vcpu, &e->e));
	field(t, "");
	if (has_rip(e))
		text_add(t, "0x%llx", (unsigned long long)e->from->rip);
	field(t, e->inferred ? "1" : "");
	text_string(t, "\n");
	return text_line(t);
}

static void member(struct text *t, const char *key, const char *value)
{
	if (!value)
		return;
	text_string(t, ",\"");
	text_string(t, key);
	text_string(t, "\":\"");
	text_string(t, value);
	text_string(t, "\"");
}

static int event_json(struct convert_writer *w, const struct convert_event *e)
{
	struct lines *l = (struct lines *)w;
	struct text *t = &l->text;

	text_string(t, np_event_has_time(e->e.type) ? "{\"ns\":" : "{\"number\":");
	text_u64(t, e->e.ns);
	text_string(t, ",\"vm\":");
	text_string(t, l->vm[e->slot]);
	text_string(t, ",\"pid\":");
	text_u64(t, e->vcpu->whose.tgid);
	text_string(t, ",\"vcpu\":");
	text_u64(t, e->vcpu->whose.vcpu);
	if (e->from) {
		text_string(t, ",\"cpu\":");
		text_u64(t, e->from->cpu);
	}
	member(t, "event", convert_event_name(&e->e));
	member(t, "level", convert_level_name(&e->e));
	member(t, "reason", convert_reason_name(e->vcpu, &e->e));
	if (has_rip(e))
		text_add(t, ",\"rip\":\"0x%llx\"", (unsigned long long)e->from->rip);
	text_string(t, e->inferred ? ",\"inferred\":true}\n" : "}\n");
	return text_line(t);
}

static int mark(struct convert_writer *w, uint64_t ns, uint64_t missed)
{
	(void)w, (void)ns, (void)missed;
	return 0;
}

static int end(struct convert_writer *w, uint64_t ns, uint64_t lost)
{
	(void)ns, (void)lost;
	return text_flush(&((struct lines *)w)->text);
}

static void free_lines(struct convert_writer *w)
{
	struct lines *l = (struct lines *)w;

	for (uint32_t i = 0; i < NP_MAX_VCPUS; i++)
		free(l->vm[i]);
	free(l);
}

static struct lines *new_lines(struct output *out)
{
	struct lines *l = calloc(1, sizeof(*l));

	if (l) {
		l->text.out = out;
		l->w = (struct convert_writer){ .mark = mark, .end = end, .free = free_lines };
	}
	return l;
}

struct convert_writer *convert_json(struct output *out)
{
	struct lines *l = new_lines(out);

	if (!l)
		return NULL;
	l->w.begin = begin_json;
	l->w.vcpu = vcpu_json;
	l->w.event = event_json;
	return &l->w;
}

struct convert_writer *convert_csv(struct output *out)
{
	struct lines *l = new_lines(out);

	if (!l)
		return NULL;
	l->w.begin = begin_csv;
	l->w.vcpu = vcpu_csv;
	l->w.event = event_csv;
	return &l->w;
}
