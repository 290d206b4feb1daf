/* SPDX-License-Identifier: MIT */
/* _GNU_SOURCE: accept4(), so that no child inherits a connection. */
#define _GNU_SOURCE
#include "sandbox/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* A socket bound to the port; -1, and errno says why. */
static int bind_to(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;

	if (fd < 0)
		return -1;
	/* Linux lets two such sockets share a port of which one listens. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		int errnum = errno;

		close(fd);
		errno = errnum;
		return -1;
	}
	return fd;
}

int listener_init(struct listener *listener, uint16_t port, struct err *err)
{
	struct sockaddr_in address = { 0 };
	socklen_t len = sizeof(address);

	*listener = (struct listener){ .fd = -1, .holder = bind_to(port) };
	if (listener->holder < 0 ||
	    getsockname(listener->holder, (struct sockaddr *)&address, &len))
		return err_set_errno(err, ERR_SYSTEM, errno,
				     "cannot serve on 127.0.0.1 port %u",
				     (unsigned int)port);
	listener->port = ntohs(address.sin_port);
	return 0;
}

void listener_release(struct listener *listener)
{
	listener_close(listener);
	if (listener->holder >= 0)
		close(listener->holder);
	listener->holder = -1;
}

int listener_open(struct listener *listener, struct err *err)
{
	if (listener->fd >= 0)
		return 0;
	listener->fd = bind_to(listener->port);
	if (listener->fd < 0 && errno == EADDRINUSE && listener->holder >= 0) {
		/* A system where they cannot share it. */
		close(listener->holder);
		listener->holder = -1;
		listener->fd = bind_to(listener->port);
	}
	if (listener->fd < 0 || listen(listener->fd, SOMAXCONN) != 0) {
		err_set_errno(err, ERR_SYSTEM, errno,
			      "cannot serve on 127.0.0.1 port %u",
			      (unsigned int)listener->port);
		listener_close(listener);
		return -1;
	}
	return 0;
}

void listener_close(struct listener *listener)
{
	if (listener->fd >= 0)
		close(listener->fd);
	listener->fd = -1;
}

int listener_accept(const struct listener *listener)
{
	return listener->fd < 0
		       ? -1
		       : accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
}
