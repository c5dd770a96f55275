// SPDX-License-Identifier: GPL-2.0-only
#include "collector/host/journal.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/host/hostfs.h"

#define SCHEMA "nestprof-journal/1"

/* Field 22 of /proc/PID/stat; the 2nd, the name, may hold spaces and ')'. */
static int process_start(pid_t pid, uint64_t *start)
{
	char line[1024], *p;
	int err = host_read_line(line, sizeof(line), "/proc/%d/stat", (int)pid);

	if (err)
		return err;
	p = strrchr(line, ')');
	for (int field = 2; p && field < 22; field++) {
		p = strchr(p, ' ');
		if (p)
			p++;
	}
	if (!p)
		return -EPROTO;
	*start = strtoull(p, NULL, 10);
	return 0;
}

static int boot_id(char id[40])
{
	return host_read_line(id, 40, "/proc/sys/kernel/random/boot_id");
}

int journal_sign(struct journal *j)
{
	int err = boot_id(j->boot_id);

	j->pid = getpid();
	return err ? err : process_start(j->pid, &j->start_time);
}

bool journal_of_this_boot(const struct journal *j)
{
	char id[40];

	/* Unknown: better restore once too often. */
	return boot_id(id) < 0 || strcmp(id, j->boot_id) == 0;
}

bool journal_writer_alive(const struct journal *j)
{
	uint64_t start;

	return process_start(j->pid, &start) == 0 && start == j->start_time;
}

static json_t *params_to_json(const struct kvm_params *params)
{
	json_t *o = json_object();

	for (uint32_t i = 0; i < params->n; i++)
		json_object_set_new(o, params->p[i].name, json_string(params->p[i].value));
	return o;
}

int journal_write(const struct journal *j)
{
	json_t *o = json_pack("{s:s, s:I, s:I, s:s, s:b, s:b, s:o}", "schema", SCHEMA, "pid",
			      (json_int_t)j->pid, "start_time", (json_int_t)j->start_time,
			      "boot_id", j->boot_id, "kvm_intel_loaded", j->loaded, "kvm_loaded",
			      j->common_loaded, "params", params_to_json(&j->params));
	char *text = o ? json_dumps(o, JSON_INDENT(2)) : NULL;
	char path[NP_PATH];
	int err = text ? host_path(path, JOURNAL_PATH) : -ENOMEM;

	if (!err)
		err = fs_write_atomic(path, text, strlen(text));
	free(text);
	json_decref(o);
	return err;
}

static int param_from_json(const char *name, json_t *value, struct np_param *p)
{
	if (!json_is_string(value) || strlen(name) >= sizeof(p->name) ||
	    json_string_length(value) >= sizeof(p->value))
		return -EBADMSG;
	strcpy(p->name, name);
	strcpy(p->value, json_string_value(value));
	return 0;
}

static int from_json(json_t *o, struct journal *j)
{
	const char *schema, *boot, *name;
	json_t *params, *value;
	json_int_t pid, start;
	int loaded, common = true; /* older ones do not say: kvm is left alone */

	if (json_unpack(o, "{s:s, s:I, s:I, s:s, s:b, s?b, s:o}", "schema", &schema, "pid", &pid,
			"start_time", &start, "boot_id", &boot, "kvm_intel_loaded", &loaded,
			"kvm_loaded", &common, "params", &params) < 0)
		return -EBADMSG;
	if (strcmp(schema, SCHEMA) || strlen(boot) >= sizeof(j->boot_id) ||
	    !json_is_object(params) || json_object_size(params) > KVM_PARAMS_MAX)
		return -EBADMSG;
	j->pid = pid;
	j->start_time = start;
	j->loaded = loaded;
	j->common_loaded = common;
	strcpy(j->boot_id, boot);
	json_object_foreach(params, name, value)
		if (param_from_json(name, value, &j->params.p[j->params.n++]) < 0)
			return -EBADMSG;
	return 0;
}

int journal_read(struct journal *j)
{
	char *text;
	json_t *o;
	int err = host_read(&text, NULL, JOURNAL_PATH);

	memset(j, 0, sizeof(*j));
	if (err)
		return err;
	o = json_loads(text, 0, NULL);
	free(text);
	err = o ? from_json(o, j) : -EBADMSG;
	json_decref(o);
	return err;
}

int journal_remove(void)
{
	char path[NP_PATH];
	int err = host_path(path, JOURNAL_PATH);

	return err ? err : fs_remove(path);
}
