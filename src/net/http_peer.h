/* SPDX-License-Identifier: MIT */
/* http_peer.h: to whom a call's connection goes, the host itself or a proxy, and
 * at which addresses: what libcurl has to know before it connects.
 * Layer net; uses base, route, resolve.
 *
 * libcurl is given one address of each family at a time, a round, and tries them
 * side by side; where neither answers, the next round is due. (Given all at once,
 * it has no share of time for the later ones that can be set, and 7.88 sleeps
 * through their answers.) It keeps a round for its minute. The address that
 * answered goes to the front, so that a dead one before it costs its time only
 * once; where nobody answered, all are forgotten and looked up anew. */
#ifndef NET_HTTP_PEER_H
#define NET_HTTP_PEER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/err.h"
#include "net/route.h"

struct resolver;
struct stop;

struct http_peer {
	CURL *easy; /* borrowed */
	struct route_rules rules;
	bool is_proxy_allowed;
	struct buf origin; /* "https://host:port" that route is of */
	struct route route;
	struct resolver *resolver; /* owned */
	struct buf addresses;      /* of route's host; empty: to be found */
	size_t round;              /* which of them libcurl has */
	struct buf entry;          /* the same for libcurl's cache of names */
	struct curl_slist resolve; /* over entry */
};

/* The environment's rules for proxies are read here.
 * Errors: SYSTEM; release it then, too. */
MUST_CHECK int http_peer_init(struct http_peer *p, CURL *easy,
			      bool is_proxy_allowed,
			      atomic_bool *has_stray_resolver, struct err *err);
void http_peer_release(struct http_peer *p);

/* Before a call; looks anew only for another host.
 * Errors: HOST (no usable proxy), SYSTEM. */
MUST_CHECK int http_peer_choose(struct http_peer *p, const char *url,
				struct err *err);

/* Finds the host's addresses for the next transfer.
 * Blocks, Errors: as resolver_find. */
MUST_CHECK int http_peer_find(struct http_peer *p, struct stop *stop,
			      int64_t deadline_ns, struct err *err);

/* After a transfer that reached nobody: whether there are further addresses; and
 * gives them to the next transfer. false: there are none. */
bool http_peer_has_next(const struct http_peer *p);
bool http_peer_next(struct http_peer *p);

/* After the last transfer of a call, which connected, or reached nobody. */
void http_peer_prefer_last(struct http_peer *p);
void http_peer_forget(struct http_peer *p);

#endif
