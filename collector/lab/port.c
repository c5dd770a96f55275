// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lab/port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/base/fsutil.h"

static int listen_on_loopback(struct port *p)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);

	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->listener < 0 || bind(p->listener, (void *)&a, sizeof(a)) < 0 ||
	    listen(p->listener, 1) < 0 || getsockname(p->listener, (void *)&a, &len) < 0)
		return -errno;
	p->number = ntohs(a.sin_port);
	return 0;
}

int port_open(struct port *p, const char *dir, int i, bool is_file)
{
	char path[NP_PATH];
	int err;

	*p = PORT_NONE;
	p->is_file = is_file;
	if (!is_file)
		return listen_on_loopback(p);
	err = fs_path(path, "%s/com%d", dir, i + 1);
	if (err)
		return err;
	p->connection = open(path, O_RDONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return p->connection < 0 ? -errno : 0;
}

static void accept_emulator(struct port *p)
{
	if (p->listener < 0)
		return;
	p->connection = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (p->connection >= 0) {
		close(p->listener);
		p->listener = -1;
	}
}

ssize_t port_take(struct port *p, char *buf, size_t size)
{
	ssize_t n;

	accept_emulator(p);
	if (p->connection < 0)
		return 0;
	n = read(p->connection, buf, size);
	if ((n == 0 && !p->is_file) || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(p->connection);
		p->connection = -1;
	}
	return n > 0 ? n : 0;
}

nfds_t port_fds(const struct port *p, struct pollfd fds[2])
{
	if (p->is_file)
		return 0;
	fds[0] = (struct pollfd){ p->listener, POLLIN, 0 };
	fds[1] = (struct pollfd){ p->connection, POLLIN, 0 };
	return 2;
}

void port_close(struct port *p)
{
	if (p->listener >= 0)
		close(p->listener);
	if (p->connection >= 0)
		close(p->connection);
	*p = PORT_NONE;
}
