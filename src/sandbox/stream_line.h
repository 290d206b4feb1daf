/* SPDX-License-Identifier: MIT */
/* stream_line.h: the bytes of a session, both ways.
 * Sandbox; uses wire, libwslay. Thread: the session's.
 *
 * Frames are made and read by libwslay, a reading of RFC 6455 that the client
 * does not share. Nothing here waits but stream_line_wait; what does not go
 * out at once is kept, without bound: whoever sends looks at
 * stream_line_pending. */
#ifndef SANDBOX_STREAM_LINE_H
#define SANDBOX_STREAM_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wslay/wslay.h>

#include "base/buf.h"
#include "base/err.h"
#include "sandbox/wire.h"

/* A message or a control frame has come. close_code: of a close frame; 0: none
 * was in it. */
typedef void stream_line_message_fn(void *owner, int opcode, const char *text,
				    size_t len, int close_code);

struct stream_line {
	const struct wire *wire;
	wslay_event_context_ptr ws;
	stream_line_message_fn *on_message;
	void *owner;
	struct buf out; /* on its way; sent says how far */
	size_t sent;
	struct buf held; /* to go out in one write */
	bool is_holding; /* frames go there */
	size_t piece;    /* bytes of a write; 0: no matter */
	bool is_mute;    /* what is to be sent is thrown away */
	bool is_deaf;    /* nothing is read */
	bool is_over;    /* the client has left, or the line broke */
};

/* Errors: SYSTEM (memory). stream_line_release also after an error. */
MUST_CHECK int stream_line_open(struct stream_line *line,
				const struct wire *wire,
				stream_line_message_fn *on_message, void *owner,
				struct err *err);
void stream_line_release(struct stream_line *line);

/* Makes a frame and keeps it to be sent. */
void stream_line_add(struct stream_line *line, int opcode, const char *text,
		     size_t len);
void stream_line_add_close(struct stream_line *line, int code);

/* Keeps bytes to be sent that libwslay would not make. */
void stream_line_add_raw(struct stream_line *line, const void *bytes,
			 size_t len);

/* Lets the held frames go. */
void stream_line_let_go(struct stream_line *line);

/* Sends what goes out without waiting. */
void stream_line_flush(struct stream_line *line);
size_t stream_line_pending(const struct stream_line *line);

/* Reads what there is; on_message hears of it. */
void stream_line_read(struct stream_line *line);

/* The client has said its last: a close frame, or what RFC 6455 forbids. */
bool stream_line_is_closed(const struct stream_line *line);

/* Waits until the client says something, takes something, or the time is
 * there (monotonic; CLOCK_NEVER: no end). False: the server stops. */
bool stream_line_wait(const struct stream_line *line, int64_t until_ns);

#endif
