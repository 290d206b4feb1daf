/* http.h: one HTTP/1.1 exchange at a time over a kept connection; the only
 * user of curl.
 * Layer net; uses base.
 *
 * A struct http belongs to one worker for its life and keeps its connection
 * open between calls. It never follows a redirect (that would hand the keys
 * to another host), never asks for compression, never uses a protocol but
 * https, or http to a loopback address, and never sends twice for one call:
 * libcurl repeats a request by itself when a kept connection dies under it,
 * and that second send is vetoed here (CURLOPT_PREREQFUNCTION). */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct stop;

enum {
	HTTP_BODY_MAX_BYTES = 256 * 1024,
	HTTP_HEADER_MAX = 12,
	HTTP_URL_MAX_BYTES = 8192
};

/* Once per process: before any thread, after the last. */
MUST_CHECK int http_global_init(struct err *err);
void http_global_cleanup(void);

/* What to send. Build it with the functions below; reuse it by reset. */
struct http_request {
	struct buf url;
	struct buf header[HTTP_HEADER_MAX]; /* "name: value" */
	size_t header_count;
	struct buf body; /* a POST when is_post */
	bool is_post;
	bool is_unrepeatable; /* a connection of its own: never resent */
	bool has_query;
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

/* Errors: INPUT when the value holds a control character (a CR LF would be a
 * header of its own). */
MUST_CHECK int http_request_add_header(struct http_request *r, const char *name,
				       const char *value, struct err *err);

struct http_response {
	int status;
	struct buf body;        /* at most HTTP_BODY_MAX_BYTES */
	int64_t retry_after_ms; /* 0: none or past; at most an hour */
	bool was_sent;          /* the request left, or may have left */
	bool is_new_connection;
	int64_t sent_ns;     /* monotonic: when it left; 0: never */
	int64_t finished_ns; /* monotonic: answer, failure or give-up */
	int64_t min_rtt_ns;  /* the kernel's least round trip of this
				      connection (tcpi_min_rtt); 0: unknown */
};

void http_response_init(struct http_response *r);
void http_response_release(struct http_response *r);

struct http_config {
	const char *ca_file; /* NULL: the system's */
	const char *user_agent;
	bool allows_plain; /* http:// and no proxy: the host is loopback */
	atomic_bool *has_stray_resolver; /* borrowed; set when a getaddrinfo
					    thread may outlive a call: libcurl
					    cannot end it, so the process should
					    leave by _exit */
};

struct http; /* opaque */

/* Errors: SYSTEM. Thread: the one that will use it. */
MUST_CHECK struct http *http_new(const struct http_config *config,
				 struct err *err);
void http_free(struct http *h);

/* Sends and waits for the whole answer. Any status is a success here: what
 * the answer means is the caller's to say. On failure response still says
 * whether the request was sent.
 * Blocks: until the answer, deadline_ns, or stop.
 * Errors: NETWORK (also when the body ended early), HOST, TLS (also the CA
 * file), HANDSHAKE, TIMEOUT (at deadline_ns; when it has passed already, nothing
 * is sent), HTTP (too large, not HTTP), INPUT (the request is too long),
 * CANCELED, SYSTEM. */
MUST_CHECK int http_perform(struct http *h, const struct http_request *request,
			    struct stop *stop, int64_t deadline_ns,
			    struct http_response *response, struct err *err);

#endif
