/* SPDX-License-Identifier: MIT */
/* ws_frame.h: WebSocket frames, the client's side: bytes to events, payload to
 * masked frame.
 * Layer net; uses base.
 *
 * Pure: no socket, no clock, no randomness. The events are the same however
 * the bytes were cut on their way. A frame that lies whole in the caller's
 * buffer is read where it is; a large one, or a message in fragments, is put
 * together in memory of the reader's, which grows with what has arrived and
 * never by what a header claims.
 *
 * A client needs little of the RFC: it never unmasks, and it sends no
 * fragments, extensions or subprotocols.
 *
 * Source: RFC 6455, sections 5, 7.4 and 8.1. One departure: a text that is no
 * UTF-8 is told with its event and ends nothing here. What ends the line is for
 * its owner to say: a broker that answers a bad line by blocking the account
 * must not be redialled for one word in another character set. */
#ifndef NET_WS_FRAME_H
#define NET_WS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum ws_opcode {
	WS_CONTINUATION = 0x0,
	WS_TEXT = 0x1,
	WS_BINARY = 0x2,
	WS_CLOSE = 0x8,
	WS_PING = 0x9,
	WS_PONG = 0xa
};

/* The status codes of a close frame that this side sends (7.4.1). */
enum ws_status {
	WS_STATUS_NONE = 0, /* the frame is empty */
	WS_STATUS_NORMAL = 1000,
	WS_STATUS_GOING_AWAY = 1001,
	WS_STATUS_PROTOCOL = 1002,
	WS_STATUS_NOT_UTF8 = 1007,
	WS_STATUS_TOO_BIG = 1009,
	WS_STATUS_INTERNAL = 1011
};

enum {
	WS_CONTROL_MAX_BYTES = 125, /* payload of ping, pong, close */
	WS_HEADER_MAX_BYTES = 14,   /* with the mask */
	WS_MASK_BYTES = 4,
	/* A longer payload is taken by pieces, so the caller's buffer need hold no
	 * more than this and a header. */
	WS_PIECE_BYTES = 32 * 1024
};

struct ws_event {
	enum ws_opcode type; /* any but CONTINUATION */
	const char *data;    /* payload; of CLOSE: the reason. Not terminated;
				valid until the next call, and no longer than
				the bytes that the call was given */
	size_t len;
	bool is_utf8; /* of TEXT: whether it is valid */
	int status;   /* of CLOSE: the peer's code, or WS_STATUS_NONE */
};

struct ws_reader {
	struct buf message;    /* owned; what came of a message in pieces */
	enum ws_opcode type;   /* of that message */
	uint64_t payload_left; /* of a frame that is taken by pieces */
	bool is_in_message;    /* a fragment came, the last has not */
	bool is_in_payload;
	bool is_final; /* the frame taken by pieces ends its message */
	bool is_told;  /* message was an event: its bytes are done with */
	bool is_over;  /* closed or violated: what follows is dropped */
};

/* A message of more than message_max_bytes is a violation. */
void ws_reader_init(struct ws_reader *r, size_t message_max_bytes);
void ws_reader_release(struct ws_reader *r);

/* Reads the next event from the len bytes not used so far. *used is how many
 * are done with after this call, whatever it returns.
 * Returns 1 and an event, or 0 when more bytes are needed.
 * Errors: PARSE: the peer violates the protocol; code is the ws_status due to
 * it, and the reader takes nothing more. SYSTEM (memory, code is
 * WS_STATUS_INTERNAL). */
MUST_CHECK int ws_reader_next(struct ws_reader *r, const char *data, size_t len,
			      size_t *used, struct ws_event *event,
			      struct err *err);

/* Appends a frame. A control frame's payload is at most WS_CONTROL_MAX_BYTES. */
void ws_frame_append(struct buf *out, enum ws_opcode type, const char *payload,
		     size_t len, const unsigned char mask[WS_MASK_BYTES]);

/* Appends a close frame without a reason. */
void ws_frame_append_close(struct buf *out, enum ws_status status,
			   const unsigned char mask[WS_MASK_BYTES]);

#endif
