/* SPDX-License-Identifier: MIT */
/* http_request.h: what is sent: URL, headers, body; and by whom.
 * Layer net; uses base.
 *
 * Built by a provider, sent by http_perform. There is no Origin header, ever:
 * it is a browser's, and a source may take the caller for a web page then
 * (Upbit grants such a caller one call in ten seconds). */
#ifndef NET_HTTP_REQUEST_H
#define NET_HTTP_REQUEST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* As whom a program sends, and how: the same for all that it sends to a host. */
struct http_config {
	const char *ca_file; /* NULL: the system's */
	const char *user_agent;
	bool allows_plain; /* without TLS, and no proxy: the host is loopback */
	atomic_bool
		*has_stray_resolver; /* borrowed, or NULL; see resolver_new */
};

enum { HTTP_HEADER_MAX = 24, HTTP_URL_MAX_BYTES = 8192 };

/* Build it with the functions below; reuse it by reset. */
struct http_request {
	struct buf url;
	struct buf header[HTTP_HEADER_MAX]; /* "name: value" */
	size_t header_count;
	struct buf body; /* a POST when is_post */
	bool is_post;
	bool is_unrepeatable; /* a connection of its own: never resent, and not
				 sent in the last quarter of the time */
	bool has_query;
	size_t answer_max_bytes; /* of the answer's body; 0: HTTP_BODY_MAX_BYTES */
};

void http_request_init(struct http_request *r);
void http_request_release(struct http_request *r);
void http_request_reset(struct http_request *r);

/* Starts the URL: base ("https://host:port") and path. */
void http_request_set_url(struct http_request *r, const char *base,
			  const char *path);

/* Appends "?key=value" or "&key=value", percent-encoding the value. */
void http_request_add_query(struct http_request *r, const char *key,
			    const char *value);

/* At most HTTP_HEADER_MAX, no Origin: broken promises.
 * Errors: INPUT when the value holds a control character (a CR LF would be a
 * header of its own) or is too long. */
MUST_CHECK int http_request_add_header(struct http_request *r, const char *name,
				       const char *value, struct err *err);

#endif
