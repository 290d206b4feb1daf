/* SPDX-License-Identifier: MIT */
/* stream_server.h: the sessions of the stream on a port of 127.0.0.1, as the
 * real broker has them on a host of their own.
 * Sandbox; uses stream_session and libmicrohttpd.
 *
 * The library takes the connection, speaks TLS and reads the request; the
 * session then has the connection for itself, in the thread that the library
 * has made for it. */
#ifndef SANDBOX_STREAM_SERVER_H
#define SANDBOX_STREAM_SERVER_H

#include <stdint.h>

#include "base/err.h"
#include "sandbox/server.h"
#include "sandbox/stream_session.h"

struct stream_server;

struct stream_server_setup {
	uint16_t port; /* 0: any free one */
	struct server_tls tls;
	unsigned int connections_max;
	struct stream_place place;
};

/* Starts to serve.
 * Errors: SYSTEM: the port is taken, the library refuses. */
MUST_CHECK struct stream_server *stream_server_start(
	const struct stream_server_setup *setup, struct err *err);

uint16_t stream_server_get_port(const struct stream_server *server);

/* Ends all sessions. NULL is fine. */
void stream_server_stop(struct stream_server *server);

#endif
