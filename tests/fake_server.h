/* SPDX-License-Identifier: MIT */
/* fake_server.h: a server on a loopback port, in a thread of its own, that
 * answers each request as its test says, to the letter. For unit tests.
 *
 * It serves some connections at once and speaks no TLS. */
#ifndef FAKE_SERVER_H
#define FAKE_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sync.h"

enum then { KEEP, CLOSE, HANG }; /* what becomes of the connection */

enum { FAKE_VISITORS = 16, FAKE_REQUEST_BYTES = 16384 };

struct fake_server {
	/* Answers a whole request by fake_send. Thread: the server's. */
	enum then (*answer)(struct fake_server *s, int fd, const char *request);
	void *arg; /* the test's */

	int fd, port, end[2]; /* c */
	struct thread thread;
	atomic_int requests, connections;
	struct mutex mu;
	char request[FAKE_REQUEST_BYTES]; /* l: the last one */
	struct fake_visitor {
		int fd;
		size_t len;
		char text[FAKE_REQUEST_BYTES];
	} visitor[FAKE_VISITORS];
};

static inline void fake_send(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		data += n;
		len -= (size_t)n;
	}
}

static inline void fake_send_text(int fd, const char *text)
{
	fake_send(fd, text, strlen(text));
}

/* Whether the text is a whole request. */
static inline bool fake_is_whole(const char *text, size_t len)
{
	const char *head = strstr(text, "\r\n\r\n");
	const char *length = strstr(text, "Content-Length: ");
	size_t body = length && length < head ? strtoul(length + 16, NULL, 10) : 0;

	return head && len >= (size_t)(head + 4 - text) + body;
}

static inline void fake_leave(struct fake_visitor *v)
{
	close(v->fd);
	v->fd = -1;
	v->len = 0;
}

static inline void fake_listen_to(struct fake_server *s, struct fake_visitor *v)
{
	ssize_t n = recv(v->fd, v->text + v->len, sizeof v->text - 1 - v->len, 0);

	if (n <= 0) {
		fake_leave(v);
		return;
	}
	v->len += (size_t)n;
	v->text[v->len] = '\0';
	if (v->text[0] == 0x16) { /* a TLS handshake: not here */
		fake_send_text(v->fd, "HTTP/1.1 400 Bad\r\n\r\n");
		fake_leave(v);
		return;
	}
	if (!fake_is_whole(v->text, v->len))
		return;
	mutex_lock(&s->mu);
	memcpy(s->request, v->text, v->len + 1);
	mutex_unlock(&s->mu);
	atomic_fetch_add(&s->requests, 1);
	v->len = 0;
	if (s->answer(s, v->fd, v->text) == CLOSE)
		fake_leave(v);
}

static inline void *fake_serve(void *arg)
{
	struct fake_server *s = arg;
	struct pollfd p[2 + FAKE_VISITORS];

	for (;;) {
		p[0] = (struct pollfd){ .fd = s->end[0], .events = POLLIN };
		p[1] = (struct pollfd){ .fd = s->fd, .events = POLLIN };
		for (int i = 0; i < FAKE_VISITORS; i++)
			p[2 + i] = (struct pollfd){ .fd = s->visitor[i].fd, .events = POLLIN };
		poll(p, 2 + FAKE_VISITORS, -1);
		if (p[0].revents)
			return NULL;
		for (int i = 0; i < FAKE_VISITORS; i++)
			if (p[2 + i].revents)
				fake_listen_to(s, &s->visitor[i]);
		for (int i = 0; p[1].revents && i < FAKE_VISITORS; i++)
			if (s->visitor[i].fd < 0) {
				s->visitor[i].fd = accept(s->fd, NULL, NULL);
				atomic_fetch_add(&s->connections, 1);
				break;
			}
	}
}

/* A socket that listens at 127.0.0.HOST; port 0: any. */
static inline int fake_open_port(int host, int port, int backlog)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons((in_port_t)port),
				  .sin_addr.s_addr = htonl(0x7f000000U | (unsigned)host) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

/* answer is set before. */
static inline void fake_server_start_at(struct fake_server *s, int host, int port)
{
	struct sockaddr_in at;
	socklen_t len = sizeof at;
	struct err err;

	s->fd = fake_open_port(host, port, FAKE_VISITORS);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
	s->port = ntohs(at.sin_port);
	for (int i = 0; i < FAKE_VISITORS; i++)
		s->visitor[i].fd = -1;
	assert_int_equal(pipe(s->end), 0);
	assert_int_equal(mutex_init(&s->mu, &err), 0);
	assert_int_equal(thread_start(&s->thread, fake_serve, s, &err), 0);
}

static inline void fake_server_start(struct fake_server *s)
{
	fake_server_start_at(s, 1, 0);
}

static inline void fake_server_end(struct fake_server *s)
{
	assert_int_equal(write(s->end[1], "", 1), 1);
	thread_join(&s->thread);
	for (int i = 0; i < FAKE_VISITORS; i++)
		if (s->visitor[i].fd >= 0)
			close(s->visitor[i].fd);
	mutex_destroy(&s->mu);
	close(s->fd);
	close(s->end[0]);
	close(s->end[1]);
}

#endif
