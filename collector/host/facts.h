/* SPDX-License-Identifier: GPL-2.0-only */
/* What this host can measure, and what is in the way: doctor's rows. */
#ifndef NESTPROF_FACTS_H
#define NESTPROF_FACTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum fact_state {
	FACT_OK,
	FACT_WARN,    /* works, but not as well as it could */
	FACT_MISSING, /* in the way of the commands that need it */
	FACT_UNKNOWN, /* cannot be told now; in nobody's way */
};
enum fact_needed_by { FOR_AB = 1, FOR_LAB = 2 };

struct fact {
	const char *name; /* "VMX", "tracepoint kvm_exit" */
	enum fact_state state;
	unsigned needed_by; /* bits of enum fact_needed_by; 0: good to have */
	char found[160];    /* what is there */
	char remedy[200];   /* what to do, "" when nothing */
	int exit_code;	    /* enum np_exit that a command gives when it lacks this */
};

#define MAX_FACTS 64
struct facts {
	uint32_t n;
	struct fact fact[MAX_FACTS];
};

/* Looks at this host; changes nothing. */
void facts_gather(struct facts *f);

/* Whether the command could run; else `first` is what is in the way first. */
bool facts_allow(const struct facts *f, enum fact_needed_by command, const struct fact **first);

/* Running VMs: PIDs with a /proc/PID/fd link to anon_inode:kvm-vm. Returns how many. */
int facts_running_vms(pid_t *pids, uint32_t max);

#endif
