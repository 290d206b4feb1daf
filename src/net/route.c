/* SPDX-License-Identifier: MIT */
#include "net/route.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum { PORT_MAX = 65535 };

static const char *first_set(char *(*get)(const char *),
			     const char *const names[])
{
	for (; *names; names++) {
		const char *value = get(*names);

		if (value && *value)
			return value;
	}
	return NULL;
}

void route_rules_read(struct route_rules *rules, char *(*get)(const char *))
{
	static const char *const proxy[] = { "https_proxy", "HTTPS_PROXY",
					     "all_proxy", "ALL_PROXY", NULL };
	static const char *const no_proxy[] = { "no_proxy", "NO_PROXY", NULL };

	rules->proxy = first_set(get, proxy);
	rules->no_proxy = first_set(get, no_proxy);
}

/* ---- no_proxy ---------------------------------------------------------- */

/* One address of a list, "10.0.0.0/8" or whole. */
static bool is_in_network(int family, const unsigned char *address,
			  const char *entry)
{
	unsigned char network[sizeof(struct in6_addr)];
	size_t bits = family == AF_INET ? 32 : 128, wanted = bits;
	const char *slash = strchr(entry, '/');
	char text[INET6_ADDRSTRLEN];
	size_t len = slash ? (size_t)(slash - entry) : strlen(entry);

	if (slash) {
		size_t digits = strspn(slash + 1, DIGITS);

		if (digits == 0 || digits > 3 || slash[1 + digits] != '\0')
			return false;
		wanted = strtoul(slash + 1, NULL, 10);
	}
	if (len >= sizeof text || wanted > bits)
		return false;
	memcpy(text, entry, len);
	text[len] = '\0';
	if (inet_pton(family, text, network) != 1 ||
	    memcmp(address, network, wanted / 8) != 0)
		return false;
	return wanted % 8 == 0 || (address[wanted / 8] ^ network[wanted / 8]) >>
						  (8 - wanted % 8) ==
					  0;
}

/* A domain and all below it; a dot at either end does not matter. */
static bool is_in_domain(const char *host, const char *entry, size_t len)
{
	size_t host_len = strlen(host);

	if (host_len > 0 && host[host_len - 1] == '.')
		host_len--;
	if (len > 0 && entry[len - 1] == '.')
		len--;
	if (len > 0 && entry[0] == '.')
		entry++, len--;
	if (len == 0 || len > host_len ||
	    strncasecmp(host + host_len - len, entry, len) != 0)
		return false;
	return len == host_len || host[host_len - len - 1] == '.';
}

bool route_is_exception(const char *no_proxy, const char *host)
{
	static const char separators[] = ", \t";
	unsigned char address[sizeof(struct in6_addr)];
	int family = inet_pton(AF_INET, host, address) == 1    ? AF_INET
		     : inet_pton(AF_INET6, host, address) == 1 ? AF_INET6
							       : AF_UNSPEC;
	char entry[ROUTE_HOST_BYTES];
	size_t len;

	for (; *no_proxy; no_proxy += len) {
		no_proxy += strspn(no_proxy, separators);
		len = strcspn(no_proxy, separators);
		if (len == 0 || len >= sizeof entry)
			continue;
		memcpy(entry, no_proxy, len);
		entry[len] = '\0';
		if (strcmp(entry, "*") == 0 ||
		    (family == AF_UNSPEC
			     ? is_in_domain(host, entry, len)
			     : is_in_network(family, address, entry)))
			return true;
	}
	return false;
}

/* ---- URLs -------------------------------------------------------------- */

/* libcurl resolves neither of these by a name server: an address (in whatever
 * spelling: the last label of a name is never a number), or this machine. */
static bool needs_no_lookup(const char *host)
{
	const char *dot = strrchr(host, '.');
	const char *last = dot ? dot + 1 : host;

	if (strchr(host, ':') || strcasecmp(host, "localhost") == 0)
		return true;
	if (last[0] == '0' && (last[1] == 'x' || last[1] == 'X'))
		return last[2 + strspn(last + 2, DIGITS "abcdefABCDEF")] ==
		       '\0';
	return last[0] != '\0' && last[strspn(last, DIGITS)] == '\0';
}

/* "HOST[:PORT]" of len bytes into host and port, which stays when there is
 * none. */
static bool split_host(const char *text, size_t len, struct route *out)
{
	const char *host = text, *end = text + len, *after;
	size_t host_len;

	if (len > 0 && text[0] == '[') {
		host++;
		after = memchr(text, ']', len);
		if (!after)
			return false;
		host_len = (size_t)(after++ - host);
	} else {
		after = memchr(text, ':', len);
		if (!after)
			after = end;
		host_len = (size_t)(after - host);
	}
	if (host_len == 0 || host_len >= sizeof out->host)
		return false;
	memcpy(out->host, host, host_len);
	out->host[host_len] = '\0';
	if (after == end)
		return true;
	len = (size_t)(end - after) - 1;
	if (*after != ':' || len == 0 || len > 5 ||
	    strspn(after + 1, DIGITS) < len)
		return false;
	out->port = (int)strtoul(after + 1, NULL, 10);
	return out->port > 0 && out->port <= PORT_MAX;
}

static void name_it(struct route *out)
{
	bool is_v6 = strchr(out->host, ':');

	snprintf(out->name, sizeof out->name, is_v6 ? "[%s]:%d" : "%s:%d",
		 out->host, out->port);
	out->is_address = needs_no_lookup(out->host);
}

static bool has_only_name_characters(const char *host)
{
	return host[strspn(host, LETTERS DIGITS ".:-_%")] == '\0';
}

/* The proxy in place of the host that out holds. */
static bool set_proxy(const char *text, struct route *out)
{
	static const struct {
		const char *given, *used; /* by libcurl */
		int port;
		bool is_socks;
	} schemes[] = {
		{ "http", "http", 1080, false },
		{ "https", "https", 443, false },
		{ "socks4", "socks4a", 1080, true },
		{ "socks4a", "socks4a", 1080, true },
		{ "socks5", "socks5h", 1080, true },
		{ "socks5h", "socks5h", 1080, true },
	};
	const char *rest = strstr(text, "://"), *login_end, *host;
	size_t scheme_len = rest ? (size_t)(rest - text) : 0, len, i = 0;
	int n;

	if (rest) {
		for (i = 0; i < sizeof schemes / sizeof *schemes; i++)
			if (strlen(schemes[i].given) == scheme_len &&
			    strncasecmp(text, schemes[i].given, scheme_len) ==
				    0)
				break;
		if (i == sizeof schemes / sizeof *schemes)
			return false;
		rest += 3;
	} else {
		rest = text;
	}
	len = strcspn(rest, "/?#");
	/* A '/' in the password would make a host of a part of it. */
	if (strchr(rest + len, '@'))
		return false;
	login_end = rest + len;
	while (login_end > rest && *login_end != '@')
		login_end--;
	host = *login_end == '@' ? login_end + 1 : rest;
	out->port = schemes[i].port;
	out->is_proxy = true;
	out->is_socks = schemes[i].is_socks;
	out->has_login = host > rest;
	n = snprintf(out->proxy_url, sizeof out->proxy_url, "%s://%.*s",
		     schemes[i].used, (int)len, rest);
	return n > 0 && (size_t)n < sizeof out->proxy_url &&
	       split_host(host, (size_t)(rest + len - host), out) &&
	       has_only_name_characters(out->host);
}

/* Shows the text, but of what stands before its last '@' the scheme alone. */
static int fail_proxy(const char *text, struct err *err)
{
	const char *scheme_end = text + strspn(text, LETTERS DIGITS);
	const char *login_end = strrchr(text, '@');
	int scheme_len = 0;

	if (!login_end)
		login_end = text;
	else if (strncmp(scheme_end, "://", 3) == 0 && scheme_end < login_end)
		scheme_len = (int)(scheme_end - text) + 3;
	return err_set(err, ERR_HOST,
		       "cannot use the proxy '%.*s%s%s': not "
		       "[SCHEME://][USER:PASSWORD@]HOST[:PORT]",
		       scheme_len, text, login_end > text ? "***" : "",
		       login_end);
}

int route_find(const char *url, const struct route_rules *rules,
	       struct route *out, struct err *err)
{
	const char *host = strstr(url, "://");

	*out = (struct route){ .port = strncmp(url, "https:", 6) == 0 ? 443
								      : 80 };
	if (!host || !split_host(host + 3, strcspn(host + 3, "/?#"), out)) {
		out->host[0] = '\0';
		out->is_address = true;
		return 0;
	}
	if (rules && rules->proxy &&
	    !(rules->no_proxy &&
	      route_is_exception(rules->no_proxy, out->host)) &&
	    !set_proxy(rules->proxy, out)) {
		return fail_proxy(rules->proxy, err);
	}
	name_it(out);
	return 0;
}
