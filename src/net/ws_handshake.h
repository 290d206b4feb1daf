/* SPDX-License-Identifier: MIT */
/* ws_handshake.h: how a WebSocket opens: the text of the request, and the check
 * of the answer.
 * Layer net; uses base.
 *
 * Pure: randomness is a parameter, the caller sends and receives. Nothing
 * is offered (no extension, no subprotocol), so nothing may be accepted.
 *
 * Source: RFC 6455, sections 1.3 and 4.1. */
#ifndef NET_WS_HANDSHAKE_H
#define NET_WS_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/base64.h"
#include "base/err.h"

struct buf;

enum {
	WS_NONCE_BYTES = 16,
	WS_KEY_BYTES = BASE64_BYTES(WS_NONCE_BYTES),
	WS_HOST_BYTES = 256 + 8,
	WS_ANSWER_MAX_BYTES = 8 * 1024 /* of the answer's header */
};

/* The request's key from 16 random bytes. */
void ws_handshake_key(const unsigned char nonce[WS_NONCE_BYTES],
		      char out[WS_KEY_BYTES]);

/* What "wss://host:port/path" says. */
struct ws_url {
	bool is_plain;            /* ws:// */
	char host[WS_HOST_BYTES]; /* with the port, if it names one */
	const char *path;         /* in the text that was read; or "/" */
};

/* Errors: USAGE: another scheme, no host, a login in it, or a character that is
 * no URL's. */
MUST_CHECK int ws_handshake_read_url(const char *text, struct ws_url *out,
				     struct err *err);

/* Appends the request. */
void ws_handshake_append(struct buf *out, const struct ws_url *url,
			 const char *key, const char *user_agent);

/* Looks at the len bytes that have come so far.
 * Returns how many of them are the answer (what follows is the first frame), or
 * 0 when it is not whole yet.
 * Errors: HTTP: no WebSocket server, or a header of more than
 * WS_ANSWER_MAX_BYTES; with a status other than 101, in code, also AUTH (401),
 * FORBIDDEN (403), RATE_LIMIT (429) and SERVER (5xx). */
MUST_CHECK ssize_t ws_handshake_check(const char *text, size_t len,
				      const char *key, struct err *err);

#endif
