/* SPDX-License-Identifier: MIT */
/* _GNU_SOURCE: ppoll() for waits finer than a millisecond, POLLRDHUP to see a
 * client leave, RTLD_DEFAULT to find the TLS library's own functions. */
#define _GNU_SOURCE
#include "sandbox/wire.h"

#include "base/clock.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

typedef ssize_t tls_send_fn(void *session, const void *bytes, size_t len);
typedef ssize_t tls_receive_fn(void *session, void *bytes, size_t cap);

/* libmicrohttpd has loaded GnuTLS already, and holds the session. Asking the
 * loader for the two functions keeps GnuTLS out of what the build needs. */
static bool find_tls(const char *name, void *function)
{
	void *symbol = dlsym(RTLD_DEFAULT, name);

	_Static_assert(sizeof(tls_send_fn *) == sizeof(symbol),
		       "as POSIX has it");
	memcpy(function, &symbol, sizeof(symbol));
	return symbol != NULL;
}

bool wire_can_encrypt(void)
{
	tls_send_fn *tls_send;

	return find_tls("gnutls_record_send", &tls_send);
}

/* Bytes, 0 for later, -1 for the end. */
static ssize_t judge(const struct wire *wire, ssize_t result)
{
	enum { TLS_AGAIN = -28, TLS_INTERRUPTED = -52 };

	if (wire->tls ? result == TLS_AGAIN || result == TLS_INTERRUPTED
		      : result < 0 && (errno == EAGAIN ||
				       errno == EWOULDBLOCK || errno == EINTR))
		return 0;
	return result > 0 ? result : -1;
}

ssize_t wire_try_send(const struct wire *wire, const void *bytes, size_t len,
		      bool has_more)
{
	enum { TLS_CHUNK = 16384 };
	tls_send_fn *tls_send;

	if (!wire->tls)
		return judge(wire, send(wire->fd, bytes, len,
					MSG_NOSIGNAL | MSG_DONTWAIT |
						(has_more ? MSG_MORE : 0)));
	if (!find_tls("gnutls_record_send", &tls_send))
		return -1;
	return judge(wire, tls_send(wire->tls, bytes,
				    len > TLS_CHUNK ? TLS_CHUNK : len));
}

ssize_t wire_try_receive(const struct wire *wire, void *bytes, size_t cap)
{
	tls_receive_fn *tls_receive;

	if (!wire->tls)
		return judge(wire, recv(wire->fd, bytes, cap, MSG_DONTWAIT));
	if (!find_tls("gnutls_record_recv", &tls_receive))
		return -1;
	return judge(wire, tls_receive(wire->tls, bytes, cap));
}

int wire_wait_for(const struct wire *wire, short events, int64_t until_ns)
{
	int64_t left_ns = later(until_ns - clock_monotonic_ns(), 0);
	struct timespec left = {
		.tv_sec = (time_t)(left_ns / NS_PER_SEC),
		.tv_nsec = (long)(left_ns % NS_PER_SEC),
	};
	struct pollfd fds[2] = {
		{ .fd = wire->stop_fd, .events = POLLIN },
		{ .fd = wire->fd, .events = events },
	};
	int ready = ppoll(fds, events ? 2 : 1,
			  until_ns == CLOCK_NEVER ? NULL : &left, NULL);

	if (ready > 0 && fds[0].revents)
		return -1;
	return ready > 0 && fds[1].revents;
}

int wire_send(const struct wire *wire, const void *bytes, size_t len,
	      bool has_more)
{
	const char *rest = bytes;

	while (len > 0) {
		ssize_t sent = wire_try_send(wire, rest, len, has_more);

		if (sent < 0 || (sent == 0 &&
				 wire_wait_for(wire, POLLOUT, CLOCK_NEVER) < 0))
			return -1;
		rest += sent;
		len -= (size_t)sent;
	}
	return 0;
}

bool wire_wait(const struct wire *wire, int64_t until_ns)
{
	while (clock_monotonic_ns() < until_ns) {
		if (wire_wait_for(wire, 0, until_ns) < 0)
			return false;
	}
	return true;
}

void wire_wait_for_end(const struct wire *wire)
{
	/* POLLRDHUP, not POLLIN: bytes that the client sends meanwhile are
	 * not its end. */
	while (wire_wait_for(wire, POLLRDHUP, CLOCK_NEVER) == 0)
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
