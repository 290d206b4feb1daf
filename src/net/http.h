/* SPDX-License-Identifier: MIT */
/* http.h: one HTTP/1.1 exchange at a time over a kept connection.
 * Layer net; uses base, http_request, http_response, http_peer, http_failure.
 *
 * A struct http belongs to one worker for its life and keeps its connection
 * open between calls. It never follows a redirect (that would hand the keys
 * to another host), never asks for compression, never uses a protocol but
 * https, or http to a loopback address, and never sends twice for one call:
 * libcurl repeats a request by itself when a kept connection dies under it,
 * and that second send is vetoed here (CURLOPT_PREREQFUNCTION).
 *
 * A host's addresses are all tried, for two seconds at most, or for half of what
 * is left before the deadline; the handshake may take the rest. Proxies are those
 * of the environment, by the rules of route.h; none of the request's headers is
 * for them. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "net/http_request.h"
#include "net/http_response.h"

struct stop;

/* Once per process: before any thread, after the last. */
MUST_CHECK int http_global_init(struct err *err);
void http_global_cleanup(void);

struct http; /* opaque */

/* Reads https_proxy and no_proxy.
 * Errors: SYSTEM. Thread: the one that will use it. */
MUST_CHECK struct http *http_new(const struct http_config *config,
				 struct err *err);
void http_free(struct http *h);

/* Sends and waits for the whole answer. Any status is a success here: what
 * the answer means is the caller's to say. On failure response still says
 * whether the request was sent.
 * Blocks: until the answer, deadline_ns, or stop.
 * Errors: NETWORK (no connection, or it broke; no word from the name server; also
 * when the body ended early), HOST (no such name; a proxy that is none), AUTH (the
 * proxy lets us not through: a login, 407), TLS (also the CA file), HANDSHAKE,
 * TIMEOUT (at deadline_ns; when it has passed already, nothing is sent), HTTP
 * (too large, not HTTP), INPUT (the request is too long), CANCELED, SYSTEM. */
MUST_CHECK int http_perform(struct http *h, const struct http_request *request,
			    struct stop *stop, int64_t deadline_ns,
			    struct http_response *response, struct err *err);

#endif
