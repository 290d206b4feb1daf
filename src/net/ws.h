/* SPDX-License-Identifier: MIT */
/* ws.h: one WebSocket: libcurl's connection, our frames over it.
 * Layer net; uses base, http_transfer, ws_frame, ws_handshake.
 *
 * libcurl connects (names, addresses, TLS, proxy, CA file: as for every call)
 * and then only moves bytes, the same in every version of it. The rest is ours:
 * a receive buffer of one size, a send queue with a cap, masks from the kernel,
 * pings answered by themselves.
 *
 *	open -> (receive until 0 -> flush -> poll fd) ... -> end or drop
 *
 * Always receive until it returns 0 before polling: TLS keeps bytes back that
 * poll does not see. A struct ws has one owner at a time and is opened again
 * and again; nothing here starts a thread or catches a signal. */
#ifndef NET_WS_H
#define NET_WS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/ws_frame.h"

struct http_config;
struct stop;
struct ws; /* opaque */

enum {
	WS_MESSAGE_MAX_BYTES = 1024 * 1024,
	WS_SEND_MAX_BYTES = 16 * 1024 /* that the peer has not taken yet */
};

/* It reads https_proxy and no_proxy, too. Errors: SYSTEM. */
MUST_CHECK struct ws *ws_new(const struct http_config *config, struct err *err);
void ws_free(struct ws *ws);

/* Connects and shakes hands. *was_reached: a connection to the server stood,
 * even if nothing came of it.
 * Blocks: until it is open, deadline_ns or stop.
 * Errors: as http_perform; those of ws_handshake_check, with the answer's
 * status in code; NETWORK (closed or cut in the handshake). */
MUST_CHECK int ws_open(struct ws *ws, const char *url, struct stop *stop,
		       int64_t deadline_ns, bool *was_reached, struct err *err);

/* The socket to poll, for reading and, while ws_flush returns 0, writing. */
int ws_fd(const struct ws *ws);

/* Reads the next event; its text is valid until the next call. A ping will be
 * answered, and a close echoed, by the next flush.
 * Returns 1, or 0 when there is none for now.
 * Errors: NETWORK (closed without a close frame, or cut), PARSE (the peer
 * violates the protocol: code is the status for ws_end), SYSTEM. */
MUST_CHECK int ws_receive(struct ws *ws, struct ws_event *event,
			  struct err *err);

/* Whether anything was read from the socket since this was asked last: else an
 * event had come before. */
bool ws_take_read(struct ws *ws);

/* Puts a message into the send queue; nothing is sent before flush.
 * Errors: NETWORK: the peer has not taken WS_SEND_MAX_BYTES; SYSTEM. */
MUST_CHECK int ws_send(struct ws *ws, enum ws_opcode type, const char *data,
		       size_t len, struct err *err);

/* Sends what the socket takes. Of many pings the last is answered.
 * Returns 1 when all is sent, 0 when some is left.
 * Errors: NETWORK, SYSTEM. */
MUST_CHECK int ws_flush(struct ws *ws, struct err *err);

/* Closes in order: a close frame with the status, what the peer still sends is
 * read and dropped, until it closes, or deadline_ns. Then drops the line. */
void ws_end(struct ws *ws, enum ws_status status, int64_t deadline_ns);

/* Closes the connection, if one is open. */
void ws_drop(struct ws *ws);

#endif
