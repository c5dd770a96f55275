/* SPDX-License-Identifier: GPL-2.0-only */
/* Serial ports of an emulated machine, on this side: a socket, or a file that grows. */
#ifndef NESTPROF_PORT_H
#define NESTPROF_PORT_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { PORT_CONSOLE, PORT_RESULTS, PORTS };

struct port {
	int listener, connection;
	uint16_t number; /* where the listener is, on loopback */
	bool is_file;
};

#define PORT_NONE ((struct port){ .listener = -1, .connection = -1 })

/* The emulator connects to us, on whatever port is free; or it writes dir/com<i + 1>. */
int port_open(struct port *p, const char *dir, int i, bool is_file);
void port_close(struct port *p);

/* Bytes that are there now; 0 when there are none. */
ssize_t port_take(struct port *p, char *buf, size_t size);

/* What to wait for; none for a file: look at it now and then. */
nfds_t port_fds(const struct port *p, struct pollfd fds[2]);

#endif
