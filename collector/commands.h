/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands: each in collector/cmd_<name>.c, returning an exit code. Of the
 * options there, docs/man/describe.c makes the manual pages and completions.
 */
#ifndef NESTPROF_COMMANDS_H
#define NESTPROF_COMMANDS_H

#include <argp.h>

#define NP_COMMANDS(X)                                                                             \
	X(doctor, "what this host can measure, and what is in the way")                           \
	X(ab, "run the workloads with shadow VMCS off and on, on this host")                      \
	X(stat, "count exits of L2 by reason, and what each made L1 exit for")                    \
	X(fields, "name the VMCS fields that L1 reads and writes with an exit, and where")         \
	X(top, "the same live on this terminal, from VMs down to what each exit costs")            \
	X(record, "write down each exit and nested event, to be looked at later")                  \
	X(report, "print the tables of stat from what was recorded, perf's too") \
	X(convert, "write the events of a recording in another format")                            \
	X(export, "count all the time, for Prometheus to fetch")                                   \
	X(calibrate, "measure what L1's accesses to its VMCS cost on this host")                  \
	X(advise, "say what shadowing VMCS fields would change, from a result")                   \
	X(compare, "say what got better or worse between two results")                            \
	X(bench, "how long exits take on this machine's KVM, and what that suggests")             \
	X(lab, "the same inside an emulated CPU: needs no VMX and no root")

#define X(name, text)                                                                              \
	extern const struct argp name##_argp;                                                      \
	int cmd_##name(int argc, char **argv);
NP_COMMANDS(X)
#undef X

#endif
