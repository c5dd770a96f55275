/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Errors. Inside, every function returns a negative errno. The place that
 * knows what went wrong also records one line for the user and the exit code
 * that goes with it; main() prints the line and exits with the code. The
 * first record wins: what fails later while cleaning up is a consequence.
 */
#ifndef NESTPROF_FAIL_H
#define NESTPROF_FAIL_H

/* The exit codes of nestprof. docs/exit-codes.md is made from this table. */
#define NP_EXIT_CODES(X)                                                       \
	X(OK, 0, "done")                                                       \
	X(FAILED, 1, "failed for a reason that has no code of its own")        \
	X(USAGE, 2, "the command line is wrong")                               \
	X(NO_VMX, 3, "this host's CPU or KVM cannot run the A/B: see doctor")  \
	X(BUSY, 4, "a virtual machine is running, or another nestprof ab")     \
	X(PRIVILEGE, 5, "a privilege is missing")                              \
	X(NO_BTF, 6, "this kernel lacks what the collector needs")             \
	X(MISSING, 7, "a file, package or program is missing or unreadable")   \
	X(NO_SPACE, 8, "no disk space, or the output cannot be written")       \
	X(MACHINE, 9, "the emulated machine died, hung or never got ready")    \
	X(L1, 10, "L1 died, panicked or never got ready")                      \
	X(MISMATCH, 11, "the collector and an independent count disagree")     \
	X(RESTORE, 12, "the host's module parameters could not be restored")   \
	X(TERMINAL, 13, "no terminal, or one that top cannot draw on")          \
	X(DAMAGED, 14, "a recording is damaged or was cut off; what came before was shown") \
	X(WORSE, 15, "compare: something got worse")                           \
	X(ONLY_LAB, 20, "doctor: lab could run here, ab could not")            \
	X(ONLY_AB, 21, "doctor: ab could run here, lab could not")             \
	X(NEITHER, 22, "doctor: neither ab nor lab could run here")            \
	X(INTERRUPTED, 130, "stopped by a signal")

enum np_exit {
#define X(name, code, text) NP_EXIT_##name = code,
	NP_EXIT_CODES(X)
#undef X
};

/*
 * Record why we fail: `err` is a negative errno, the text is one line without
 * a newline: what failed, on what, and what to do. Returns `err`.
 */
int fail(enum np_exit code, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What was recorded: its text (NULL when nothing was) and its exit code. */
const char *fail_text(void);
enum np_exit fail_code(void);
void fail_clear(void);

#endif
