/* SPDX-License-Identifier: MIT */
/* http_response.h: what came back, and what is known of a call that failed.
 * Layer net; uses base. */
#ifndef NET_HTTP_RESPONSE_H
#define NET_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	HTTP_BODY_MAX_BYTES =
		256 * 1024, /* unless the request says otherwise */
	HTTP_RESPONSE_HEADER_MAX_BYTES = 8192
};

struct http_response {
	int status; /* 0: none came */
	struct buf body;
	int64_t retry_after_ms; /* 0: none or past; at most an hour */
	bool was_connected;     /* a connection to the server stood, whatever
				   became of it. Through a proxy: the proxy
				   says so (SOCKS: once the request left) */
	bool was_sent;          /* the request left, or may have left */
	bool is_new_connection;
	int64_t sent_ns;     /* monotonic: when it left; 0: never */
	int64_t finished_ns; /* monotonic: answer, failure or give-up */
	int64_t min_rtt_ns;  /* the kernel's least round trip of this
				      connection (tcpi_min_rtt); 0: unknown */
	struct buf header;   /* names and values, each with its NUL */
	bool is_head_over;   /* what comes now are trailers */
};

void http_response_init(struct http_response *r);
void http_response_release(struct http_response *r);

/* Forgets the last answer, and keeps its memory for the next one.
 * body_max_bytes: 0 for HTTP_BODY_MAX_BYTES. */
void http_response_reset(struct http_response *r, size_t body_max_bytes);

/* The value of a header of the answer, without the blanks around it; of several
 * with one name, the first. The name's case does not matter. NULL: none.
 * Only the final answer's count: none of a 1xx, a proxy or a trailer. A line
 * that holds anything but printable ASCII, is continued on the next, or comes
 * after HTTP_RESPONSE_HEADER_MAX_BYTES of others, is not kept.
 * Valid until the response is used again. */
const char *http_response_header(const struct http_response *r,
				 const char *name);

/* Takes one line of an answer's head, status line and blank line included, in
 * the order of the wire. */
void http_response_take_line(struct http_response *r, const char *line,
			     size_t len);

#endif
