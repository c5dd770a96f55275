// SPDX-License-Identifier: GPL-2.0-only
#include "exporter/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/export/options.h"
#include "collector/list.h"

#define BACKLOG 64

static const char *unix_path(const char *address)
{
	size_t n = strlen(EXPORT_UNIX);

	return strncmp(address, EXPORT_UNIX, n) ? NULL : address + n;
}

static int cannot(const char *address, int err)
{
	return fail(err == -EINVAL ? NP_EXIT_USAGE : NP_EXIT_FAILED, err,
		    "cannot listen on %s: %s%s", address, strerror(-err),
		    err == -EADDRINUSE ? "; give another with --listen" : "");
}

static int listening(int family, const struct sockaddr *address, socklen_t len)
{
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1, err;

	if (fd < 0)
		return -errno;
	if (family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, address, len) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* A name whose owner was killed: nobody answers there. */
static bool is_stale(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool stale = fd >= 0 && connect(fd, (const void *)a, sizeof(*a)) < 0 &&
		     errno == ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return stale;
}

static int listen_unix(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd;

	if (!path[0] || strlen(path) >= sizeof(a.sun_path))
		return -EINVAL;
	strcpy(a.sun_path, path);
	mask = umask(0117); /* its owner and group may connect */
	fd = listening(AF_UNIX, (void *)&a, sizeof(a));
	if (fd == -EADDRINUSE && is_stale(&a) && unlink(path) == 0)
		fd = listening(AF_UNIX, (void *)&a, sizeof(a));
	umask(mask);
	return fd;
}

/* "[::1]:9743" -> "::1", "9743" */
static int split(const char *address, char host[INET6_ADDRSTRLEN + 32], const char **port)
{
	const char *colon = strrchr(address, ':'), *begin = address, *end = colon;

	if (!colon || !colon[1] || colon[1 + strspn(colon + 1, "0123456789")])
		return -EINVAL;
	if (*begin == '[' && end > begin && end[-1] == ']') {
		begin++;
		end--;
	} else if (memchr(begin, ':', end - begin)) {
		return -EINVAL;
	}
	if (end - begin >= INET6_ADDRSTRLEN + 32 || end == begin)
		return -EINVAL;
	snprintf(host, INET6_ADDRSTRLEN + 32, "%.*s", (int)(end - begin), begin);
	*port = colon + 1;
	return 0;
}

static bool is_beyond(const struct addrinfo *a)
{
	if (a->ai_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)a->ai_addr;

		return ntohl(in->sin_addr.s_addr) >> 24 != 127;
	}
	return !IN6_IS_ADDR_LOOPBACK(
		&((const struct sockaddr_in6 *)(const void *)a->ai_addr)->sin6_addr);
}

static int listen_inet(const char *address, bool *beyond)
{
	static const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM
	};
	char host[INET6_ADDRSTRLEN + 32];
	struct addrinfo *found;
	const char *port;
	uint64_t number;
	int fd;

	if (split(address, host, &port) || number_parse(port, 1, UINT16_MAX, &number) ||
	    getaddrinfo(host, port, &hints, &found))
		return -EINVAL;
	*beyond = is_beyond(found);
	fd = listening(found->ai_family, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return fd;
}

int listen_on(const char *address, bool *beyond)
{
	const char *path = unix_path(address);
	int fd;

	*beyond = false;
	fd = path ? listen_unix(path) : listen_inet(address, beyond);
	return fd < 0 ? cannot(address, fd) : fd;
}

void listen_end(const char *address)
{
	const char *path = unix_path(address);

	if (path)
		unlink(path);
}
