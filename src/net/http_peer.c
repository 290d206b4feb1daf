/* SPDX-License-Identifier: MIT */
#include "net/http_peer.h"

#include <stdlib.h>
#include <string.h>

#include "net/http_request.h"
#include "net/resolve.h"

enum { ENTRY_MAX_BYTES = ROUTE_NAME_BYTES + RESOLVE_MAX_BYTES };

int http_peer_init(struct http_peer *p, CURL *easy, bool is_proxy_allowed,
		   atomic_bool *has_stray_resolver, struct err *err)
{
	*p = (struct http_peer){ .easy = easy,
				 .is_proxy_allowed = is_proxy_allowed };
	buf_init(&p->origin, HTTP_URL_MAX_BYTES);
	buf_init(&p->addresses, RESOLVE_MAX_BYTES);
	buf_init(&p->entry, ENTRY_MAX_BYTES);
	route_rules_read(&p->rules, getenv);
	p->resolver = resolver_new(has_stray_resolver, err);
	if (!p->resolver)
		return -1;
	/* libcurl's own reading of the environment is off. */
	if (curl_easy_setopt(easy, CURLOPT_PROXY, "") ||
	    curl_easy_setopt(easy, CURLOPT_NOPROXY, ""))
		return err_no_memory(err);
	return 0;
}

void http_peer_release(struct http_peer *p)
{
	resolver_free(p->resolver);
	buf_release(&p->origin);
	buf_release(&p->addresses);
	buf_release(&p->entry);
}

/* To whom the connection goes; found anew only for another host. */
int http_peer_choose(struct http_peer *p, const char *url, struct err *err)
{
	const char *host = strstr(url, "://");
	size_t len = host ? (size_t)(host - url) + 3 : 0;

	len += strcspn(url + len, "/?#");
	if (p->origin.len == len && memcmp(buf_text(&p->origin), url, len) == 0)
		return 0;
	buf_clear(&p->origin);
	buf_clear(&p->addresses);
	p->round = 0;
	if (route_find(url, p->is_proxy_allowed ? &p->rules : NULL, &p->route,
		       err) < 0)
		return -1;
	if (curl_easy_setopt(p->easy, CURLOPT_PROXY, p->route.proxy_url))
		return err_no_memory(err);
	buf_append(&p->origin, url, len);
	return buf_check(&p->origin, ERR_INPUT, err);
}

/* ---- addresses --------------------------------------------------------- */

/* The next of a list "a,b,c"; NULL at its end. */
static const char *next_address(const char **at, size_t *len)
{
	const char *address = *at;

	*len = strcspn(address, ",");
	*at += *len + (address[*len] == ',');
	return *len > 0 ? address : NULL;
}

/* Appends the addresses of a round: one of each family, in their order. */
static void put_round(struct buf *out, const char *list, size_t round)
{
	size_t seen[2] = { 0, 0 }, len;
	const char *address;

	while ((address = next_address(&list, &len))) {
		bool is_v6 = memchr(address, ':', len);

		if (seen[is_v6]++ != round)
			continue;
		buf_putc(out, out->len > 0 ? ',' : ':');
		buf_append(out, address, len);
	}
}

/* Puts the round's addresses into libcurl's cache when the next transfer begins,
 * where they stay for its minute; none: takes out what is there. */
static bool load_round(struct http_peer *p)
{
	const struct route *r = &p->route;
	struct buf list;

	buf_init(&list, RESOLVE_MAX_BYTES + 1);
	put_round(&list, buf_text(&p->addresses), p->round);
	buf_clear(&p->entry);
	buf_printf(&p->entry, "%c%s:%d%s", list.len > 0 ? '+' : '-', r->host,
		   r->port, buf_text(&list));
	buf_release(&list);
	p->resolve = (struct curl_slist){ .data = p->entry.data };
	return !list.is_exhausted &&
	       buf_check(&p->entry, ERR_SYSTEM, NULL) == 0 &&
	       !curl_easy_setopt(p->easy, CURLOPT_RESOLVE, &p->resolve);
}

int http_peer_find(struct http_peer *p, struct stop *stop, int64_t deadline_ns,
		   struct err *err)
{
	p->round = 0;
	if (resolver_find(p->resolver, p->route.host, stop, deadline_ns,
			  &p->addresses, err) < 0)
		return p->route.is_proxy ? err_wrap(err, "proxy") : -1;
	return load_round(p) ? 0 : err_no_memory(err);
}

bool http_peer_has_next(const struct http_peer *p)
{
	const char *list = buf_text(&p->addresses), *address;
	size_t seen[2] = { 0, 0 }, len;

	while ((address = next_address(&list, &len)))
		if (seen[memchr(address, ':', len) != NULL]++ > p->round)
			return true;
	return false;
}

bool http_peer_next(struct http_peer *p)
{
	if (!http_peer_has_next(p))
		return false;
	p->round++;
	return load_round(p);
}

void http_peer_prefer_last(struct http_peer *p)
{
	const char *list = buf_text(&p->addresses), *at;
	char *first = p->addresses.data, *ip = NULL;
	size_t len;

	if (p->addresses.len == 0 ||
	    curl_easy_getinfo(p->easy, CURLINFO_PRIMARY_IP, &ip) || !ip)
		return;
	do
		at = next_address(&list, &len);
	while (at && (strlen(ip) != len || memcmp(at, ip, len) != 0));
	if (!at || at == first)
		return;
	memmove(first + len + 1, first, (size_t)(at - first) - 1);
	memcpy(first, ip, len);
	first[len] = ',';
	p->round = 0;
	(void)load_round(p); /* if it cannot: as before */
}

void http_peer_forget(struct http_peer *p)
{
	if (p->addresses.len == 0)
		return;
	buf_clear(&p->addresses);
	p->round = 0;
	(void)load_round(p);
}
