/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nestprof says while it works, on stderr. On a terminal a phase is one
 * line, rewritten as it goes on; elsewhere each phase and each note is a
 * plain line. Nothing here is a result: results go to stdout and to files.
 */
#ifndef NESTPROF_LOG_H
#define NESTPROF_LOG_H

#include <stdbool.h>

/* A line for the user; never rewritten. */
void log_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * A phase: "[ 12.3 s] boot L0". log_phase() ends the one before it.
 * log_phase_says() shows under way what was last heard (a guest's line).
 */
void log_phase(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_phase_says(const char *text);
void log_phase_end(void);

/* Colour codes only on a terminal and without NO_COLOR; "" otherwise. */
const char *log_bold(int fd);
const char *log_reset(int fd);

/* Monotonic seconds since the program started. */
double log_elapsed(void);

#endif
