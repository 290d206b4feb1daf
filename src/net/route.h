/* SPDX-License-Identifier: MIT */
/* route.h: to whom a call's connection is made: to the host itself, or to the
 * proxy that the environment names. Pure.
 * Layer net; uses base.
 *
 * The rules are those of curl(1), so that a machine set up for it works:
 *   https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY: the first that is set and
 *     not empty is [SCHEME://][USER:PASSWORD@]HOST[:PORT]; SCHEME is http (when
 *     there is none), https, socks4, socks4a, socks5 or socks5h, PORT else 1080
 *     (443 for https).
 *   no_proxy, NO_PROXY: hosts to go to without it, separated by commas or
 *     blanks: a name stands for itself and all below it, a leading dot does not
 *     matter, an address may have a prefix length (10.0.0.0/8), * is everyone.
 * One thing differs: a SOCKS proxy resolves the name, whatever its scheme, since
 * who needs a proxy often has no name server. */
#ifndef NET_ROUTE_H
#define NET_ROUTE_H

#include <stdbool.h>

#include "base/err.h"

enum {
	ROUTE_HOST_BYTES = 256,
	ROUTE_NAME_BYTES = ROUTE_HOST_BYTES + 8,
	ROUTE_PROXY_BYTES = 2048
};

struct route {
	char host[ROUTE_HOST_BYTES]; /* to connect to; without brackets; "":
					the URL names none */
	int port;
	char name[ROUTE_NAME_BYTES]; /* "host:port", for messages */
	bool is_address;             /* nothing to be resolved */
	bool is_proxy, is_socks;
	bool has_login;                    /* the proxy's, in proxy_url */
	char proxy_url[ROUTE_PROXY_BYTES]; /* in libcurl's form; "": none */
};

struct route_rules {
	const char *proxy;    /* borrowed; NULL: none */
	const char *no_proxy; /* likewise */
};

/* get: getenv, or a test's own. What it returns must outlive the rules. */
void route_rules_read(struct route_rules *rules,
		      char *(*get)(const char *name));

/* url: "https://host:port/..."; rules NULL: no proxy.
 * Errors: HOST when the proxy's text is none; its login is not in the message. */
MUST_CHECK int route_find(const char *url, const struct route_rules *rules,
			  struct route *out, struct err *err);

/* Whether no_proxy names the host (without brackets). */
bool route_is_exception(const char *no_proxy, const char *host);

#endif
