/* SPDX-License-Identifier: MIT */
/* server.h: the loopback HTTP server around the broker.
 * Sandbox; uses call, broker and libmicrohttpd.
 * Each connection has a thread of its own, so that one that waits holds up
 * no other. */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "sandbox/broker.h"

struct MHD_OptionItem;
struct server;

/* PEM texts, NULL: no TLS; GnuTLS's priority, NULL: its default. */
struct server_tls {
	const char *cert, *key, *priority;
};

/* Fills in the options by which a daemon of the library speaks it, or none. */
enum { SERVER_TLS_OPTIONS = 4 };
void server_tls_options(const struct server_tls *tls,
			struct MHD_OptionItem *item);

struct server_setup {
	struct broker *broker;  /* borrowed; must outlive the server */
	uint16_t port[SOURCES]; /* of 127.0.0.1; 0: any free one */
	struct server_tls tls;
	unsigned int connections_max;
	unsigned int idle_s; /* idle connections are closed; 0: never */
	int log_fd;          /* -1: no log */
	bool is_verbose;
};

/* Starts serving.
 * Errors: the port is taken, the certificate is no good. */
struct server *server_start(const struct server_setup *setup, struct err *err);

uint16_t server_get_port(const struct server *server, enum source source);

/* Ends what hangs, closes all connections, joins all threads, frees.
 * NULL is fine. */
void server_stop(struct server *server);

#endif
