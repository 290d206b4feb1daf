/* SPDX-License-Identifier: MIT */
/* http_failure.h: what a failed transfer means in our words.
 * Layer net; uses base, route. Pure. */
#ifndef NET_HTTP_FAILURE_H
#define NET_HTTP_FAILURE_H

#include <stdbool.h>
#include <stddef.h>

#include <curl/curl.h>

#include "base/err.h"

struct route;

/* How a transfer ended, as libcurl tells it. */
struct http_ending {
	CURLcode rc;
	const char *text;    /* libcurl's; "": none */
	int errnum;          /* of the last connect; 0: none */
	int tunnel_status;   /* the proxy's answer to CONNECT; 0: none */
	bool has_connection; /* to server or proxy */
	bool was_connected;  /* to the server, perhaps by an earlier call */
	bool was_sent;
	size_t over_cap; /* the cap that the body passed; 0: it did not */
	const struct route *route;
	const char *origin; /* "https://host:port" */
};

/* Returns -1. Kinds: as http_perform says. */
int http_failure_set(const struct http_ending *end, struct err *err);

#endif
