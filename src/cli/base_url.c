/* SPDX-License-Identifier: MIT */
#include "cli/base_url.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/digits.h"
#include "base/span.h"

enum { HOST_BYTES = 256, PORT_MAX = 65535 };

static bool is_name_char(char c)
{
	return is_digit(c) || is_letter(c) || c == '.' || c == '-';
}

/* The length of a host name, IPv4 or bracketed IPv6 address; 0: it is none. */
static size_t scan_host(const char *text, char host[HOST_BYTES])
{
	unsigned char address[16];
	size_t len = 0;

	if (text[0] == '[') {
		len = strcspn(text, "]");
		if (text[len] == '\0' || len >= HOST_BYTES)
			return 0;
		memcpy(host, text + 1, len - 1);
		host[len - 1] = '\0';
		return inet_pton(AF_INET6, host, address) == 1 ? len + 1 : 0;
	}
	while (len < HOST_BYTES && is_name_char(text[len]))
		len++;
	if (len == 0 || len == HOST_BYTES)
		return 0;
	memcpy(host, text, len);
	host[len] = '\0';
	return len;
}

/* By address, never by how a name begins: 127.0.0.1.example.com is not ours. */
static bool is_loopback(const char *host)
{
	unsigned char v4[4];
	struct in6_addr v6;

	if (inet_pton(AF_INET, host, v4) == 1)
		return v4[0] == 127;
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6);
	return strcasecmp(host, "localhost") == 0;
}

/* The length of ":PORT", 0 where there is none; false: it is no port. */
static bool scan_port(const char *text, size_t *len)
{
	int64_t port;

	*len = 0;
	if (text[0] != ':')
		return true;
	*len = 1 + digits_take(text + 1, SIZE_MAX, PORT_MAX, &port);
	return *len > 1 && port > 0;
}

int base_url_check(const char *url, size_t *len, struct err *err)
{
	static const char form[] =
		"https://host[:port], or http:// to this machine";
	bool is_plain = strncmp(url, "http://", 7) == 0;
	char host[HOST_BYTES];
	size_t at, n;

	if (strchr(url, '@'))
		return err_set(err, ERR_USAGE,
			       "takes %s: no user or password in it", form);
	if (!is_plain && strncmp(url, "https://", 8) != 0)
		return err_set(err, ERR_USAGE, "takes %s", form);
	at = is_plain ? 7 : 8;
	n = scan_host(url + at, host);
	if (n == 0)
		return err_set(err, ERR_USAGE, "takes %s: no host in it", form);
	at += n;
	if (!scan_port(url + at, &n))
		return err_set(err, ERR_USAGE, "takes %s: not a port number",
			       form);
	at += n;
	*len = at;
	if (url[at] == '/')
		at++;
	if (url[at] != '\0')
		return err_set(err, ERR_USAGE,
			       "takes %s: nothing may follow the host", form);
	if (is_plain && !is_loopback(host))
		return err_set(
			err, ERR_USAGE,
			"takes https: the keys would travel in clear by http");
	return 0;
}

void base_url_normalize(char *url, size_t len)
{
	const char *port = url[4] == 's' ? ":443" : ":80";
	size_t port_len = strlen(port), i;

	for (i = 0; i < len; i++)
		url[i] = to_lower(url[i]);
	if (len > port_len &&
	    strncmp(url + len - port_len, port, port_len) == 0)
		len -= port_len;
	url[len] = '\0';
}
