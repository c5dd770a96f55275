// SPDX-License-Identifier: GPL-2.0-only
#include "collector/host/vms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "collector/base/fail.h"
#include "collector/host/hostfs.h"
#include "collector/host/kvm_users.h"

#define MAX_VMS 1024
#define LISTED 400 /* characters of a list in a message */

/* The end of one of QEMU's comma-separated values, in which ",," is a comma. */
static const char *value_end(const char *at)
{
	while (*at && (at[0] != ',' || at[1] == ','))
		at += at[0] == ',' ? 2 : 1;
	return at;
}

static void copy_value(char name[NP_VM_NAME], const char *at, const char *end)
{
	size_t n = 0;

	for (; at < end && n + 1 < NP_VM_NAME; at++) {
		name[n++] = *at;
		at += at[0] == ',';
	}
	name[n] = '\0';
}

/* "web", "web,process=web-1", "guest=web,debug-threads=on" */
static void parse_name(const char *value, char name[NP_VM_NAME])
{
	for (const char *at = value, *end; *at; at = end + (*end == ',')) {
		end = value_end(at);
		if (!strncmp(at, "guest=", 6))
			copy_value(name, at + 6, end);
		else if (at == value && !memchr(at, '=', end - at))
			copy_value(name, at, end);
	}
}

/* QEMU takes the last of several. */
static void name_in_cmdline(const char *cmdline, size_t len, char name[NP_VM_NAME])
{
	const char *end = cmdline + len, *value;

	for (const char *arg = cmdline; arg < end; arg = value) {
		value = arg + strlen(arg) + 1;
		if (value < end && (!strcmp(arg, "-name") || !strcmp(arg, "--name")))
			parse_name(value, name);
	}
}

/* A name is anybody's choice: no control characters, and no text that is not UTF-8. */
static void make_printable(char *name)
{
	json_t *utf8 = json_string(name);

	for (unsigned char *c = (unsigned char *)name; *c; c++)
		if (*c < ' ' || *c == 0x7f || (*c > 0x7f && !utf8))
			*c = '?';
	json_decref(utf8);
}

void vm_name(pid_t pid, char name[NP_VM_NAME])
{
	char *cmdline = NULL;
	size_t len = 0;

	name[0] = '\0';
	if (host_read(&cmdline, &len, "/proc/%d/cmdline", (int)pid) == 0)
		name_in_cmdline(cmdline, len, name);
	free(cmdline);
	if (!name[0] && host_read_line(name, NP_VM_NAME, "/proc/%d/comm", (int)pid) < 0)
		name[0] = '\0';
	make_printable(name);
}

void vm_uuid(pid_t pid, char *out, size_t size)
{
	char *cmdline = NULL;
	size_t len = 0;

	out[0] = '\0';
	if (host_read(&cmdline, &len, "/proc/%d/cmdline", (int)pid) == 0)
		for (const char *arg = cmdline, *next; arg < cmdline + len; arg = next) {
			next = arg + strlen(arg) + 1;
			if (next < cmdline + len &&
			    (!strcmp(arg, "-uuid") || !strcmp(arg, "--uuid")))
				snprintf(out, size, "%s", next);
		}
	free(cmdline);
}

/* A thread's PID has a folder in /proc too: its process's is in there. */
static int leader(pid_t pid, pid_t *tgid)
{
	const char key[] = "\nTgid:";
	char *status, *at;
	int err = host_read(&status, NULL, "/proc/%d/status", (int)pid);

	if (err)
		return err;
	at = strstr(status, key);
	*tgid = at ? atoi(at + strlen(key)) : 0;
	free(status);
	return *tgid > 0 ? 0 : -ESRCH;
}

int vm_by_pid(pid_t pid, pid_t *tgid)
{
	char name[64];
	int has = leader(pid, tgid);

	if (!has)
		has = kvm_user_has(*tgid, KVM_USER_VM);
	if (has == 1)
		return 0;
	if (has == -ENOENT || has == -ESRCH)
		return fail(NP_EXIT_MISSING, -ESRCH, "there is no process %d", (int)pid);
	kvm_user_name(pid, name, sizeof(name));
	if (has == 0)
		return fail(NP_EXIT_MISSING, -ENODEV, "%s runs no virtual machine (it has no "
			    KVM_USER_VM " open); -a counts all that there are", name);
	return fail(NP_EXIT_PRIVILEGE, has,
		    "cannot look at %s: %s; it is another user's: run as root, or with "
		    "CAP_SYS_PTRACE", name, strerror(-has));
}

/* Adds "web (PID 4711)"; the list ends in ", ..." where it has no more room. */
static void list_vm(char list[LISTED], const char *name, pid_t pid)
{
	size_t n = strlen(list);

	if (n + NP_VM_NAME + 32 < LISTED)
		snprintf(list + n, LISTED - n, "%s%s (PID %d)", n ? ", " : "", name, (int)pid);
	else if (n + 6 < LISTED && strcmp(list + n - 5, ", ...") != 0)
		strcpy(list + n, ", ...");
}

struct search {
	const char *wanted;
	uint32_t matches;
	pid_t match;
	char matching[LISTED], all[LISTED];
};

static void look_at(struct search *s, pid_t pid)
{
	char name[NP_VM_NAME];

	vm_name(pid, name);
	list_vm(s->all, name, pid);
	if (strcmp(name, s->wanted) != 0)
		return;
	list_vm(s->matching, name, pid);
	s->match = pid;
	s->matches++;
}

int vm_by_name(const char *name, pid_t *tgid)
{
	struct search s = { .wanted = name };
	static pid_t pids[MAX_VMS];
	int n = kvm_users(KVM_USER_VM, pids, MAX_VMS);

	for (int i = 0; i < n && i < MAX_VMS; i++)
		look_at(&s, pids[i]);
	*tgid = s.match;
	if (s.matches == 1)
		return 0;
	if (s.matches > 1)
		return fail(NP_EXIT_MISSING, -ENOTUNIQ,
			    "several virtual machines are named '%s': %s; pick one with -p", name,
			    s.matching);
	return fail(NP_EXIT_MISSING, -ENOENT, "no virtual machine is named '%s'; there %s%s", name,
		    s.all[0] ? "are: " : "is none that this user may look at", s.all);
}
