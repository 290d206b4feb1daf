/* SPDX-License-Identifier: MIT */
/* A URL, https_proxy and no_proxy, a line each: whatever they hold, a way is
 * found that libcurl can be told, or an error that shows no login. */
#include "net/route.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Cuts the first line off. */
static char *take_line(char **rest)
{
	char *line = *rest, *end = strchr(line, '\n');

	*rest = end ? end + 1 : line + strlen(line);
	if (end)
		*end = '\0';
	return line;
}

/* Of what stands before the last '@' nothing is shown but a scheme. */
static void check_login(const char *proxy, const struct err *err)
{
	const char *end = strrchr(proxy, '@'), *shown = strchr(err->msg, '\'');
	const char *mask;

	require(shown);
	shown++;
	if (!end || end == proxy || strlen(err->msg) + 8 > sizeof err->msg)
		return;
	mask = strstr(shown, "***@");
	require(mask);
	require(mask == shown ||
		(shown + strcspn(shown, ":@") == mask - 3 && strncmp(mask - 3, "://", 3) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *rest = text;
	struct route_rules rules;
	struct route r;
	struct err err;
	const char *url;

	require(text);
	memcpy(text, data, size);
	text[size] = '\0';
	url = take_line(&rest);
	rules.proxy = take_line(&rest);
	rules.no_proxy = take_line(&rest);
	if (route_find(url, &rules, &r, &err) < 0) {
		require(err.kind == ERR_HOST && strstr(err.msg, "proxy"));
		check_login(rules.proxy, &err);
	} else if (r.host[0]) {
		require(r.port > 0 && r.port <= 65535);
		require(strlen(r.name) < sizeof r.name && strstr(r.name, r.host));
		require(r.is_proxy == (r.proxy_url[0] != '\0'));
	} else {
		require(!r.is_proxy);
	}
	require(route_find(url, NULL, &r, NULL) == 0 && !r.is_proxy);
	free(text);
	return 0;
}
