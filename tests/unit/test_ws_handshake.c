/* SPDX-License-Identifier: MIT */
/* Unit tests of net/ws_handshake: what is sent, and each answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "net/ws_handshake.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* RFC 6455, 1.3. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

#define STATUS "HTTP/1.1 101 Switching Protocols\r\n"
#define UPGRADE "Upgrade: websocket\r\n"
#define CONNECTION "Connection: Upgrade\r\n"
#define END "\r\n"
#define GOOD STATUS UPGRADE CONNECTION ACCEPT END

/* The text in a block of just its size. */
static ssize_t check(const char *text, size_t len, struct err *err)
{
	char *block = malloc(len ? len : 1);
	ssize_t rc;

	assert_non_null(block);
	memcpy(block, text, len);
	rc = ws_handshake_check(block, len, KEY, err);
	free(block);
	return rc;
}

static void test_request(void **state)
{
	char key[WS_KEY_BYTES];
	struct ws_url url;
	struct buf out;

	(void)state;
	buf_init(&out, 1024);
	ws_handshake_key((const unsigned char *)"the sample nonce", key);
	assert_string_equal(key, KEY);
	assert_int_equal(ws_handshake_read_url("ws://ops.example.com:21000/tryitout", &url, NULL), 0);
	ws_handshake_append(&out, &url, key, "quotefetch/1");
	assert_string_equal(buf_text(&out), "GET /tryitout HTTP/1.1\r\n"
					    "Host: ops.example.com:21000\r\n"
					    "User-Agent: quotefetch/1\r\n"
					    "Upgrade: websocket\r\n"
					    "Connection: Upgrade\r\n"
					    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
					    "Sec-WebSocket-Version: 13\r\n"
					    "\r\n");
	buf_release(&out);
}

static void test_urls(void **state)
{
	static const struct {
		const char *text, *told; /* NULL: refused */
	} rows[] = {
		{ "ws://h", "plain h /" },
		{ "wss://h:1/", "h:1 /" },
		{ "WSS://h/a/b?c=d", "h /a/b?c=d" },
		{ "ws://[::1]:8080/x", "plain [::1]:8080 /x" },
		{ "http://h", NULL },
		{ "wsx://h", NULL },
		{ "ws:/h", NULL },
		{ "", NULL },
		{ "ws://", NULL },
		{ "wss:///x", NULL },
		{ "wss://user:word@h/", NULL },
		{ "wss://h?x", NULL },
		{ "wss://h#x", NULL },
		{ "wss://h/a#x", NULL },
		{ "wss://h/a b", NULL },
		{ "wss://h/a\r\nX: y", NULL },
		{ "wss://h/a\x7f", NULL },
		{ "wss://h/\xc3\xa9", NULL },
		{ "wss://h\\x/", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { .kind = ERR_KINDS };
		struct ws_url url;
		char told[400] = "";

		if (ws_handshake_read_url(rows[i].text, &url, &err) == 0)
			snprintf(told, sizeof told, "%s%s %s", url.is_plain ? "plain " : "",
				 url.host, url.path);
		assert_string_equal(told, rows[i].told ? rows[i].told : "");
		assert_int_equal(err.kind, rows[i].told ? ERR_KINDS : ERR_USAGE);
	}
}

static void test_good(void **state)
{
	static const char *const rows[] = {
		GOOD,
		/* In any order and case, with blanks or none, among others. */
		STATUS ACCEPT "Server: x\r\n" CONNECTION "Date:\r\n" UPGRADE END,
		STATUS "UPGRADE:WebSocket\r\nconnection:upgrade\r\n" ACCEPT END,
		STATUS "Upgrade: \t websocket \t\r\n" CONNECTION ACCEPT END,
		STATUS UPGRADE "Connection: keep-alive, Upgrade\r\n" ACCEPT END,
		STATUS UPGRADE "Connection: close\r\n" CONNECTION ACCEPT END,
		STATUS UPGRADE "Connection: ,upgrade ,\r\n" ACCEPT END,
		STATUS UPGRADE CONNECTION "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" END,
		STATUS UPGRADE CONNECTION ACCEPT "X: a\tb: c\r\n" END,
		"HTTP/1.1 101\r\n" UPGRADE CONNECTION ACCEPT END,
		"HTTP/1.1 101 \r\n" UPGRADE CONNECTION ACCEPT END,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len = strlen(rows[i]);
		struct err err = { .msg = "" };
		char *early = malloc(len + 2);

		if (check(rows[i], len, &err) != (ssize_t)len)
			fail_msg("%s: %s", rows[i], err.msg);
		/* Every beginning waits; the first frame is left alone. */
		for (size_t n = 0; n < len; n++)
			assert_int_equal(check(rows[i], n, &err), 0);
		assert_non_null(early);
		memcpy(early, rows[i], len);
		memcpy(early + len, "\x89", 2);
		assert_int_equal(check(early, len + 2, &err), len);
		free(early);
	}
}

static void test_bad(void **state)
{
	static const struct {
		const char *text;
		enum err_kind kind;
		int code;
		const char *message;
	} rows[] = {
#define NOT_WS ERR_HTTP, 0, "not a WebSocket server: "
		{ STATUS CONNECTION ACCEPT END, NOT_WS "it does not upgrade" },
		{ STATUS UPGRADE ACCEPT END, NOT_WS "it does not upgrade" },
		{ STATUS UPGRADE CONNECTION END, NOT_WS "no answer to the key" },
		{ STATUS END, NOT_WS "it does not upgrade" },
		{ STATUS "Upgrade: h2c\r\n" CONNECTION ACCEPT END, NOT_WS "its Upgrade is another" },
		{ STATUS "Upgrade: websocket, h2c\r\n" CONNECTION ACCEPT END,
		  NOT_WS "its Upgrade is another" },
		{ STATUS "Upgrade: websocketx\r\n" CONNECTION ACCEPT END,
		  NOT_WS "its Upgrade is another" },
		{ STATUS UPGRADE UPGRADE CONNECTION ACCEPT END, NOT_WS "its Upgrade is another" },
		{ STATUS UPGRADE "Connection: Upgraded\r\n" ACCEPT END,
		  NOT_WS "it does not upgrade" },
		{ STATUS UPGRADE "Connection: no upgrade\r\n" ACCEPT END,
		  NOT_WS "it does not upgrade" },
		{ STATUS UPGRADE CONNECTION "Sec-WebSocket-Accept:\r\n" END,
		  NOT_WS "its answer to the key is wrong" },
		{ STATUS UPGRADE CONNECTION "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo\r\n" END,
		  NOT_WS "its answer to the key is wrong" },
		{ STATUS UPGRADE CONNECTION "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" END,
		  NOT_WS "its answer to the key is wrong" },
		{ STATUS UPGRADE CONNECTION "Sec-WebSocket-Accept: " KEY "\r\n" END,
		  NOT_WS "its answer to the key is wrong" },
		{ STATUS UPGRADE CONNECTION ACCEPT ACCEPT END,
		  NOT_WS "its answer to the key is wrong" },
		{ STATUS UPGRADE CONNECTION ACCEPT
		  "Sec-WebSocket-Extensions: permessage-deflate\r\n" END,
		  NOT_WS "an extension that was not offered" },
		{ STATUS UPGRADE CONNECTION ACCEPT "Sec-WebSocket-Protocol: chat\r\n" END,
		  NOT_WS "a subprotocol that was not offered" },
		{ STATUS UPGRADE CONNECTION "Sec-WebSocket-Accept : s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" END,
		  NOT_WS "a header line without a name" },
		{ STATUS UPGRADE CONNECTION ACCEPT "X: a\r\n\tfolded: b\r\n" END,
		  NOT_WS "a header line without a name" },
		{ STATUS UPGRADE CONNECTION ACCEPT "X: a\r\n folded\r\n" END,
		  NOT_WS "a header line without a name" },
		{ STATUS UPGRADE CONNECTION ACCEPT "no colon\r\n" END,
		  NOT_WS "a header line without a name" },
		{ STATUS UPGRADE CONNECTION ACCEPT ": no name\r\n" END,
		  NOT_WS "a header line without a name" },
		{ STATUS UPGRADE CONNECTION ACCEPT "X: a\nY: b\r\n" END,
		  NOT_WS "a control character in its header" },
		{ STATUS UPGRADE CONNECTION ACCEPT "X: a\rb\r\n" END,
		  NOT_WS "a control character in its header" },
		{ STATUS UPGRADE CONNECTION ACCEPT "X: \x7f\r\n" END,
		  NOT_WS "a control character in its header" },
		/* Other protocols: said with the first byte that differs. */
		{ "HTTP/1.0 101 x\r\n" UPGRADE CONNECTION ACCEPT END,
		  NOT_WS "the answer is no HTTP/1.1" },
		{ "SSH-2.0-OpenSSH_9.2\r\n", NOT_WS "the answer is no HTTP/1.1" },
		{ "\r\n" GOOD, NOT_WS "the answer is no HTTP/1.1" },
		{ "\x81\x05Hello", NOT_WS "the answer is no HTTP/1.1" },
		{ "HTTP/1.1 1O1 x\r\n" END, NOT_WS "the answer is no HTTP/1.1" },
		{ "HTTP/1.1 10\r\n" END, NOT_WS "the answer is no HTTP/1.1" },
		{ "HTTP/1.1 1011\r\n" END, NOT_WS "the answer is no HTTP/1.1" },
		{ "HTTP/1.1  101\r\n" END, NOT_WS "the answer is no HTTP/1.1" },
		/* Other statuses. */
		{ "HTTP/1.1 200 OK\r\n" END, ERR_HTTP, 200, "HTTP status 200" },
		{ "HTTP/1.1 100 Continue\r\n" END, ERR_HTTP, 100, "HTTP status 100" },
		{ "HTTP/1.1 301 x\r\nLocation: http://evil/\r\n" END, ERR_HTTP, 301,
		  "HTTP status 301 (redirects are not followed)" },
		{ "HTTP/1.1 400 x\r\n" END, ERR_HTTP, 400, "HTTP status 400" },
		{ "HTTP/1.1 401 x\r\n" END, ERR_AUTH, 401, "HTTP status 401" },
		{ "HTTP/1.1 403 x\r\n" END, ERR_FORBIDDEN, 403, "HTTP status 403" },
		{ "HTTP/1.1 404 x\r\n" END, ERR_HTTP, 404, "HTTP status 404" },
		{ "HTTP/1.1 429 x\r\n" END, ERR_RATE_LIMIT, 429, "HTTP status 429" },
		{ "HTTP/1.1 503 x\r\n" END, ERR_SERVER, 503, "HTTP status 503" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { .msg = "" };

		if (check(rows[i].text, strlen(rows[i].text), &err) != -1)
			fail_msg("taken: %s", rows[i].text);
		assert_string_equal(err.msg, rows[i].message);
		assert_int_equal(err.kind, rows[i].kind);
		if (rows[i].code)
			assert_int_equal(err.code, rows[i].code);
	}
}

static void test_nul(void **state)
{
	static const char field[] = STATUS UPGRADE CONNECTION ACCEPT "X: a\0b\r\n" END;
	static const char phrase[] = "HTTP/1.1 101 Swit\0ching\r\n" UPGRADE CONNECTION ACCEPT END;
	static const char expected[] =
		"not a WebSocket server: a control character in its header";
	struct err err;

	(void)state;
	assert_int_equal(check(field, sizeof field - 1, &err), -1);
	assert_string_equal(err.msg, expected);
	assert_int_equal(check(phrase, sizeof phrase - 1, &err), -1);
	assert_string_equal(err.msg, expected);
}

/* 8 KiB with the blank line, and not a byte more. */
static void test_length(void **state)
{
	static const char begin[] = STATUS UPGRADE CONNECTION ACCEPT "X: ";
	static char text[WS_ANSWER_MAX_BYTES + 100];
	struct err err;

	(void)state;
	memset(text, 'x', sizeof text);
	memcpy(text, begin, sizeof begin - 1);
	memcpy(text + WS_ANSWER_MAX_BYTES - 4, "\r\n\r\n", 4);
	assert_int_equal(check(text, WS_ANSWER_MAX_BYTES - 1, &err), 0);
	assert_int_equal(check(text, sizeof text, &err), WS_ANSWER_MAX_BYTES);
	memset(text + WS_ANSWER_MAX_BYTES - 4, 'x', 4);
	memcpy(text + WS_ANSWER_MAX_BYTES - 3, "\r\n\r\n", 4);
	assert_int_equal(check(text, WS_ANSWER_MAX_BYTES - 1, &err), 0);
	assert_int_equal(check(text, WS_ANSWER_MAX_BYTES, &err), -1);
	assert_string_equal(err.msg, "not a WebSocket server: its header does not end");
	assert_int_equal(err.kind, ERR_HTTP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request), cmocka_unit_test(test_urls), cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),	cmocka_unit_test(test_nul),
		cmocka_unit_test(test_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
