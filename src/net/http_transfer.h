/* SPDX-License-Identifier: MIT */
/* http_transfer.h: one handle of libcurl's, its way to the server, and the wait
 * for it: what a call (http.h) and a WebSocket (ws.h) have in common.
 * Layer net; uses base, http_peer, http_failure. For these two alone.
 *
 * What both need is set here, once: HTTP/1.1, TLS 1.2 or later, no signals, the
 * CA file, our own resolver, and no further protocol. */
#ifndef NET_HTTP_TRANSFER_H
#define NET_HTTP_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include "base/err.h"
#include "net/http_peer.h"
#include "net/http_request.h"

struct stop;

struct http_transfer {
	CURL *easy;   /* owned */
	CURLM *multi; /* owned */
	char error[CURL_ERROR_SIZE];
	struct http_peer peer; /* to whom the connection goes */
	bool is_attached;      /* easy is in multi */
	bool has_connection;   /* a new one stands: to server or proxy */
	bool has_no_connect_limit;
	bool lacks_address; /* libcurl gave up for want of one */
	/* Of the whole of a run: */
	bool was_connected; /* to the server */
	bool was_sent;      /* set by the caller's callback: never begun anew */
	int64_t finished_ns; /* when it ended last */
};

/* Errors: SYSTEM; release it then, too. */
MUST_CHECK int http_transfer_init(struct http_transfer *t,
				  const struct http_config *config,
				  struct err *err);
void http_transfer_release(struct http_transfer *t);

/* Transfers once, with a connection to the URL's host or its proxy, as the other
 * options of easy say. Returns 0 and libcurl's result; easy stays attached.
 * Blocks: until the end, deadline_ns or stop.
 * Errors: CANCELED, TIMEOUT (deadline_ns), HOST, NETWORK (the resolver's),
 * SYSTEM. */
MUST_CHECK int http_transfer_run(struct http_transfer *t, const char *url,
				 struct stop *stop, int64_t deadline_ns,
				 CURLcode *rc, struct err *err);

/* Ends what run left: keeps a connection that can be kept. */
void http_transfer_detach(struct http_transfer *t);

/* Says what a result other than CURLE_OK means; over_cap: the cap that the body
 * passed, or 0. Returns -1. */
int http_transfer_fail(const struct http_transfer *t, CURLcode rc,
		       size_t over_cap, struct err *err);

#endif
