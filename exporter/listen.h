/* SPDX-License-Identifier: GPL-2.0-only */
/* The socket that scrapers connect to. */
#ifndef NESTPROF_EXPORTER_LISTEN_H
#define NESTPROF_EXPORTER_LISTEN_H

#include <stdbool.h>

/*
 * HOST:PORT, [HOST]:PORT or unix:PATH, HOST a number; bound, listening. Returns the
 * descriptor, or a negative errno and fail(). *beyond: other hosts can connect.
 */
int listen_on(const char *address, bool *beyond);

/* Takes the name of a unix socket away again. */
void listen_end(const char *address);

#endif
