/* SPDX-License-Identifier: MIT */
/* stream_message.h: the JSON texts of the stream: what a client says, and the
 * broker's acks and heartbeats.
 * Sandbox, low; uses json_text, cJSON. Pure.
 * Source: the broker's sheets and list of OPSP codes; captured acks. */
#ifndef SANDBOX_STREAM_MESSAGE_H
#define SANDBOX_STREAM_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum stream_wish_kind {
	STREAM_REGISTER,
	STREAM_UNREGISTER,
	STREAM_HEARTBEAT, /* the answer to one */
	STREAM_UNFIT,     /* refused with code */
};

enum { STREAM_TEXT_BYTES = 64, STREAM_APPROVAL_BYTES = 512 };

/* What a client says. */
struct stream_wish {
	enum stream_wish_kind kind;
	const char *code; /* of the refusal; NULL: none */
	char approval[STREAM_APPROVAL_BYTES];
	char tr_id[STREAM_TEXT_BYTES], tr_key[STREAM_TEXT_BYTES];
};

void stream_message_read(const char *text, size_t len,
			 struct stream_wish *wish);

/* The broker's answer. A code that is about the session, or about a text that
 * could not be read, names no key: its tr_id is "(null)".
 * msg1: instead of the text that belongs to the code; or NULL.
 * random: for the iv and key that come with a success. */
void stream_message_add_ack(struct buf *out, const char *code,
			    const char *tr_id, const char *tr_key,
			    const char *msg1, uint64_t random);

/* {"header":{"tr_id":"PINGPONG","datetime":"20260401093000"}}
 * unix_s: wall clock. extra: more text before the last two braces; or "". */
void stream_message_add_heartbeat(struct buf *out, int64_t unix_s,
				  const char *extra);

#endif
