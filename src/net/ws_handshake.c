/* SPDX-License-Identifier: MIT */
#include "net/ws_handshake.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/sha1.h"
#include "base/span.h"

/* RFC 6455, 1.3: what a server appends to the key, and others do not know. */
static const char salt[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

static const char version[] = "HTTP/1.1 ";

enum {
	ACCEPT_BYTES = BASE64_BYTES(SHA1_BYTES),
	SWITCHING_PROTOCOLS = 101,
	STATUS_LINE_BYTES = 12 /* "HTTP/1.1 101" */
};

/* What the answer's header says so far. */
struct answer {
	char accept[ACCEPT_BYTES]; /* what it must say */
	bool has_upgrade, has_connection, has_accept;
};

void ws_handshake_key(const unsigned char nonce[WS_NONCE_BYTES],
		      char out[WS_KEY_BYTES])
{
	base64_encode(nonce, WS_NONCE_BYTES, out);
}

int ws_handshake_read_url(const char *text, struct ws_url *out, struct err *err)
{
	const char *host;
	size_t len;

	out->is_plain = strncasecmp(text, "ws://", 5) == 0;
	if (!out->is_plain && strncasecmp(text, "wss://", 6) != 0)
		return err_set(err, ERR_USAGE,
			       "a stream's URL begins with wss:// or ws://");
	host = text + (out->is_plain ? 5 : 6);
	len = strcspn(host, "/?#");
	if (len == 0 || len >= sizeof out->host || memchr(host, '@', len))
		return err_set(err, ERR_USAGE, "the stream's URL has no host");
	for (const char *p = host; *p; p++)
		if (*p <= ' ' || *p > '~' || strchr("\\\"<>", *p) ||
		    *p == '#' || (*p == '?' && p < host + len + 1))
			return err_set(err, ERR_USAGE,
				       "the stream's URL has a character that "
				       "is none of a URL's");
	memcpy(out->host, host, len);
	out->host[len] = '\0';
	out->path = host[len] ? host + len : "/";
	return 0;
}

void ws_handshake_append(struct buf *out, const struct ws_url *url,
			 const char *key, const char *user_agent)
{
	buf_printf(out,
		   "GET %s HTTP/1.1\r\n"
		   "Host: %s\r\n"
		   "User-Agent: %s\r\n"
		   "Upgrade: websocket\r\n"
		   "Connection: Upgrade\r\n"
		   "Sec-WebSocket-Key: %s\r\n"
		   "Sec-WebSocket-Version: 13\r\n"
		   "\r\n",
		   url->path, url->host, user_agent, key);
}

static void find_accept(const char *key, char out[ACCEPT_BYTES])
{
	unsigned char digest[SHA1_BYTES];
	char text[WS_KEY_BYTES + sizeof salt];

	snprintf(text, sizeof text, "%s%s", key, salt);
	sha1(text, strlen(text), digest);
	base64_encode(digest, sizeof digest, out);
}

static int complain(const char *what, struct err *err)
{
	return err_set(err, ERR_HTTP, "not a WebSocket server: %s", what);
}

static enum err_kind kind_of_status(int status)
{
	if (status == 401)
		return ERR_AUTH;
	if (status == 403)
		return ERR_FORBIDDEN;
	if (status == 429)
		return ERR_RATE_LIMIT;
	return status >= 500 ? ERR_SERVER : ERR_HTTP;
}

/* "HTTP/1.1 101" and, behind a blank, a phrase that nobody reads. */
static int check_status_line(const char *line, size_t len, struct err *err)
{
	const char *digit = line + sizeof version - 1;
	int status = 0;

	if (len < STATUS_LINE_BYTES ||
	    (len > STATUS_LINE_BYTES && line[STATUS_LINE_BYTES] != ' '))
		return complain("the answer is no HTTP/1.1", err);
	for (; digit < line + STATUS_LINE_BYTES; digit++) {
		if (!is_digit(*digit))
			return complain("the answer is no HTTP/1.1", err);
		status = status * 10 + (*digit - '0');
	}
	if (status == SWITCHING_PROTOCOLS)
		return 0;
	err_set(err, kind_of_status(status), "HTTP status %d%s", status,
		status >= 300 && status < 400 ? " (redirects are not followed)"
					      : "");
	if (err)
		err->code = status;
	return -1;
}

static bool equals(struct span s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.text, word, s.len) == 0;
}

/* Whether a comma-separated list has the word. */
static bool has_word(struct span list, const char *word)
{
	for (;;) {
		const char *comma = memchr(list.text, ',', list.len);
		size_t len = comma ? (size_t)(comma - list.text) : list.len;

		if (equals(span_trim((struct span){ list.text, len }), word))
			return true;
		if (!comma)
			return false;
		list = span_skip(list, len + 1);
	}
}

static int check_field(struct answer *a, struct span name, struct span value,
		       struct err *err)
{
	if (equals(name, "Upgrade")) {
		if (a->has_upgrade || !equals(value, "websocket"))
			return complain("its Upgrade is another", err);
		a->has_upgrade = true;
	} else if (equals(name, "Connection")) {
		a->has_connection |= has_word(value, "Upgrade");
	} else if (equals(name, "Sec-WebSocket-Accept")) {
		if (a->has_accept || value.len != strlen(a->accept) ||
		    memcmp(value.text, a->accept, value.len) != 0)
			return complain("its answer to the key is wrong", err);
		a->has_accept = true;
	} else if (equals(name, "Sec-WebSocket-Extensions")) {
		return complain("an extension that was not offered", err);
	} else if (equals(name, "Sec-WebSocket-Protocol")) {
		return complain("a subprotocol that was not offered", err);
	}
	return 0;
}

static bool has_control(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)line[i] < ' ' && line[i] != '\t') ||
		    line[i] == 0x7f)
			return true;
	return false;
}

/* "name: value". A name is letters, digits and some signs: a blank in it or
 * before it (a folded line) is none. */
static int check_line(struct answer *a, const char *line, size_t len,
		      struct err *err)
{
	const char *colon = memchr(line, ':', len);
	size_t name_len = colon ? (size_t)(colon - line) : 0;
	struct span all = { line, len };

	if (name_len == 0 || memchr(line, ' ', name_len) ||
	    memchr(line, '\t', name_len))
		return complain("a header line without a name", err);
	return check_field(a, (struct span){ line, name_len },
			   span_trim(span_skip(all, name_len + 1)), err);
}

static int check_header(const char *text, const char *end, const char *key,
			struct err *err)
{
	struct answer a = { .has_upgrade = false };
	bool is_first = true;

	find_accept(key, a.accept);
	while (text < end) {
		const char *line_end = text;
		size_t len;

		while (line_end[0] != '\r' || line_end[1] != '\n')
			line_end++;
		len = (size_t)(line_end - text);
		if (has_control(text, len))
			return complain("a control character in its header",
					err);
		if (is_first ? check_status_line(text, len, err) < 0
			     : check_line(&a, text, len, err) < 0)
			return -1;
		is_first = false;
		text = line_end + 2;
	}
	if (!a.has_upgrade || !a.has_connection)
		return complain("it does not upgrade", err);
	return a.has_accept ? 0 : complain("no answer to the key", err);
}

/* Just behind the blank line, or NULL. */
static const char *find_end(const char *text, size_t len)
{
	static const char blank_line[] = "\r\n\r\n";
	size_t n = sizeof blank_line - 1;

	for (size_t i = 0; i + n <= len; i++)
		if (memcmp(text + i, blank_line, n) == 0)
			return text + i + n;
	return NULL;
}

ssize_t ws_handshake_check(const char *text, size_t len, const char *key,
			   struct err *err)
{
	size_t seen = len < WS_ANSWER_MAX_BYTES ? len : WS_ANSWER_MAX_BYTES;
	size_t begun = len < sizeof version - 1 ? len : sizeof version - 1;
	const char *end = find_end(text, seen);

	/* Said at once: what speaks another protocol may never end its header. */
	if (memcmp(text, version, begun) != 0)
		return complain("the answer is no HTTP/1.1", err);
	if (!end)
		return seen < WS_ANSWER_MAX_BYTES
			       ? 0
			       : complain("its header does not end", err);
	if (check_header(text, end - 2, key, err) < 0)
		return -1;
	return end - text;
}
