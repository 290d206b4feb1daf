/* SPDX-License-Identifier: MIT */
/* _GNU_SOURCE: ppoll() for waits finer than a millisecond, POLLRDHUP to see a
 * client leave, RTLD_DEFAULT to find the TLS library's own send. */
#define _GNU_SOURCE
#include "sandbox/wire.h"

#include "base/clock.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>

typedef ssize_t tls_send_fn(void *session, const void *bytes, size_t len);

/* libmicrohttpd has loaded GnuTLS already, and holds the session. Asking the
 * loader for the one function keeps GnuTLS out of what the build needs. */
static tls_send_fn *find_tls_send(void)
{
	void *symbol = dlsym(RTLD_DEFAULT, "gnutls_record_send");
	tls_send_fn *send_fn;

	_Static_assert(sizeof(send_fn) == sizeof(symbol), "as POSIX has it");
	memcpy(&send_fn, &symbol, sizeof(send_fn));
	return send_fn;
}

bool wire_can_encrypt(void)
{
	return find_tls_send() != NULL;
}

/* Waits for the events on the connection, or the stop, or the time.
 * Returns 1 for the connection, 0 for the time, -1 for the stop. */
static int wait_for(const struct wire *wire, short events, int64_t left_ns)
{
	struct timespec left = {
		.tv_sec = (time_t)(left_ns / NS_PER_SEC),
		.tv_nsec = (long)(left_ns % NS_PER_SEC),
	};
	struct pollfd fds[2] = {
		{ .fd = wire->stop_fd, .events = POLLIN },
		{ .fd = wire->fd, .events = events },
	};
	int ready =
		ppoll(fds, events ? 2 : 1, left_ns < 0 ? NULL : &left, NULL);

	if (ready > 0 && fds[0].revents)
		return -1;
	if (ready > 0 && fds[1].revents)
		return 1;
	return 0;
}

static ssize_t send_some(const struct wire *wire, tls_send_fn *tls_send,
			 const char *bytes, size_t len, bool has_more)
{
	enum { TLS_AGAIN = -28, TLS_INTERRUPTED = -52, TLS_CHUNK = 16384 };
	ssize_t sent;

	if (!wire->tls)
		return send(wire->fd, bytes, len,
			    MSG_NOSIGNAL | (has_more ? MSG_MORE : 0));
	if (!tls_send)
		return -1;
	sent = tls_send(wire->tls, bytes, len > TLS_CHUNK ? TLS_CHUNK : len);
	if (sent == TLS_AGAIN || sent == TLS_INTERRUPTED) {
		errno = EAGAIN;
		return -1;
	}
	if (sent < 0)
		errno = EPIPE;
	return sent;
}

int wire_send(const struct wire *wire, const void *bytes, size_t len,
	      bool has_more)
{
	tls_send_fn *tls_send = wire->tls ? find_tls_send() : NULL;
	const char *rest = bytes;

	while (len > 0) {
		ssize_t sent;

		errno = EPIPE;
		sent = send_some(wire, tls_send, rest, len, has_more);
		if (sent >= 0) {
			rest += sent;
			len -= (size_t)sent;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (wait_for(wire, POLLOUT, -1) < 0)
				return -1;
		} else if (errno != EINTR) {
			return -1;
		}
	}
	return 0;
}

bool wire_wait(const struct wire *wire, int64_t until_ns)
{
	int64_t left_ns;

	while ((left_ns = until_ns - clock_monotonic_ns()) > 0) {
		if (wait_for(wire, 0, left_ns) < 0)
			return false;
	}
	return true;
}

void wire_wait_for_end(const struct wire *wire)
{
	/* POLLRDHUP, not POLLIN: bytes that the client sends meanwhile are
	 * not its end. */
	while (wait_for(wire, POLLRDHUP, -1) == 0)
		continue;
}

void wire_reset(const struct wire *wire)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };
	struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

	/* The library says goodbye with a FIN before it closes, which would
	 * spoil the reset of SO_LINGER. Dissolving the association sends it
	 * at once (Linux); elsewhere the linger is what is left. */
	setsockopt(wire->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	if (connect(wire->fd, &nowhere, sizeof(nowhere)) != 0)
		shutdown(wire->fd, SHUT_RDWR);
}

void wire_cut(const struct wire *wire)
{
	shutdown(wire->fd, SHUT_RDWR);
}
