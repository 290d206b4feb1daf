/* SPDX-License-Identifier: MIT */
#include "sandbox/ws_upgrade.h"

#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/sha1.h"
#include "sandbox/request.h"

/* Is word one of the header's, "keep-alive, Upgrade", in either case? */
static bool header_has(const char *list, const char *word)
{
	return request_list_has(list, ", \t", word, strlen(word), strncasecmp);
}

/* Sixteen bytes in base64. */
static bool is_key(const char *key)
{
	return strlen(key) == 24 && strcmp(key + 22, "==") == 0 &&
	       strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "abcdefghijklmnopqrstuvwxyz0123456789+/") == 22;
}

static bool is_path(const char *path)
{
	return strcmp(path, "/") == 0 || strcmp(path, "/tryitout") == 0 ||
	       strncmp(path, "/tryitout/", 10) == 0;
}

int ws_upgrade_judge(const struct ws_upgrade *request, const char **why)
{
	*why = !is_path(request->path)                          ? "no such path"
	       : strcmp(request->method, "GET") != 0            ? "method"
	       : strcmp(request->http_version, "HTTP/1.1") != 0 ? "HTTP version"
	       : !request->host                                 ? "Host"
	       : !header_has(request->upgrade, "websocket")     ? "Upgrade"
	       : !header_has(request->connection, "upgrade")    ? "Connection"
	       : !request->version || strcmp(request->version, "13") != 0
		       ? "Sec-WebSocket-Version"
	       : !request->key || !is_key(request->key) ? "Sec-WebSocket-Key"
							: NULL;
	if (!*why)
		return 101;
	if (strcmp(*why, "no such path") == 0)
		return 404;
	return strcmp(*why, "Sec-WebSocket-Version") == 0 ? 426 : 400;
}

static void add_accept(struct buf *out, const char *key, bool is_wrong)
{
	static const char constant[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	unsigned char digest[SHA1_BYTES];
	char text[BASE64_BYTES(SHA1_BYTES)];
	struct buf joined;

	buf_init(&joined, 4096);
	buf_printf(&joined, "%s%s", key, constant);
	sha1(buf_text(&joined), joined.len, digest);
	buf_release(&joined);
	digest[7] ^= is_wrong;
	base64_encode(digest, sizeof(digest), text);
	buf_printf(out, "Sec-WebSocket-Accept: %s\r\n", text);
}

void ws_upgrade_add_answer(struct buf *out, const struct ws_upgrade *request,
			   const struct fault_rule *rule)
{
	enum fault fault = rule ? rule->fault : FAULTS;

	buf_puts(out, "HTTP/1.1 101 Switching Protocols\r\n");
	if (fault != STREAM_HS_NO_UPGRADE)
		buf_puts(out, "Upgrade: websocket\r\n");
	if (fault != STREAM_HS_NO_CONNECTION)
		buf_puts(out, "Connection: Upgrade\r\n");
	if (fault != STREAM_HS_NO_ACCEPT)
		add_accept(out, request->key, fault == STREAM_HS_ACCEPT);
	if (fault == STREAM_HS_TWO_ACCEPTS)
		add_accept(out, request->key, true);
	if (fault == STREAM_HS_EXTENSION)
		buf_puts(out, "Sec-WebSocket-Extensions: "
			      "permessage-deflate\r\n");
	if (fault == STREAM_HS_PROTOCOL)
		buf_puts(out, "Sec-WebSocket-Protocol: quotes\r\n");
	for (int64_t i = 0; fault == STREAM_HS_FLOOD && i < rule->number; i++) {
		static const char filler[] = "X-Flood: much ado about it\r\n";

		buf_putc(out, filler[i % (int64_t)(sizeof(filler) - 1)]);
	}
	/* A flood has no end. */
	if (fault != STREAM_HS_FLOOD)
		buf_puts(out, "\r\n");
}

void ws_upgrade_add_status(struct buf *out, int status)
{
	static const char page[] = "<html><body>no stream here</body></html>\n";

	buf_printf(out, "HTTP/1.1 %d Refused\r\n", status);
	if (status >= 300 && status < 400)
		buf_puts(out, "Location: ws://127.0.0.1:9/tryitout\r\n");
	if (status == 426)
		buf_puts(out, "Sec-WebSocket-Version: 13\r\n");
	buf_printf(out,
		   "Content-Type: text/html\r\nContent-Length: %zu\r\n"
		   "Connection: close\r\n\r\n%s",
		   sizeof(page) - 1, page);
}
