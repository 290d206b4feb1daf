/* SPDX-License-Identifier: MIT */
/* Unit tests of net/ws against a server of real sockets that says, to the byte,
 * what each test wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/sha1.h"
#include "base/sync.h"
#include "net/http.h"
#include "net/ws.h"
#include "ws_case.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- the server: one visitor at a time ---- */

enum manner {
	READ_ON,  /* until the client's close frame, or it is gone */
	SHUT,     /* close at once */
	RESET,    /* by force */
	DEAF      /* read nothing until the test is over */
};

struct server {
	int fd, port;
	int over[2]; /* a pipe: closed when the test is over */
	struct thread thread;
	/* Set before a visit: */
	const char *answer;     /* to the handshake; NULL: a good one */
	const char *script;     /* what is sent with it and behind it */
	enum manner manner;
	/* What came, each frame unmasked: "pong 'x'; close 1000; ..."; valid once
	 * the thread has ended. */
	struct buf told;
	struct buf request;
};

static struct server server;
static struct ws *ws;
static struct stop stop;

static void send_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		data += n;
		len -= (size_t)n;
	}
}

static void append_good_answer(struct buf *out)
{
	const char *at = strstr(buf_text(&server.request), "Sec-WebSocket-Key: ");
	unsigned char digest[SHA1_BYTES];
	char text[100], accept[BASE64_BYTES(SHA1_BYTES)];

	require(at);
	snprintf(text, sizeof text, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", at + 19);
	sha1(text, strlen(text), digest);
	base64_encode(digest, sizeof digest, accept);
	buf_printf(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
			"Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
}

/* Tells whole frames of the client's at the front of in. Returns whether one
 * was a close frame. */
static bool tell_frames(struct buf *in)
{
	for (;;) {
		unsigned char *p = (unsigned char *)in->data;
		size_t len, at = 6;

		if (in->len < 6)
			return false;
		require(p[0] & 0x80 && p[1] & 0x80);
		len = p[1] & 0x7f;
		require(len < 127);
		if (len == 126) {
			len = (size_t)p[2] << 8 | p[3];
			at = 8;
		}
		if (in->len < at + len)
			return false;
		for (size_t i = 0; i < len; i++)
			p[at + i] ^= p[at - 4 + i % 4];
		if (server.told.len > 0)
			buf_puts(&server.told, "; ");
		if ((p[0] & 15) == WS_CLOSE) {
			buf_printf(&server.told, "close %d", len ? p[at] << 8 | p[at + 1] : 0);
			return true;
		}
		buf_printf(&server.told, "%s '%.*s'",
			   (p[0] & 15) == WS_PONG ? "pong" :
			   (p[0] & 15) == WS_PING ? "ping" : "text",
			   (int)(len < 60 ? len : 60), (char *)p + at);
		buf_drop_front(in, at + len);
	}
}

static bool is_over(int timeout_ms)
{
	struct pollfd p = { .fd = server.over[0], .events = POLLIN };

	return poll(&p, 1, timeout_ms) > 0;
}

static void read_on(int fd)
{
	struct buf in;
	char piece[4096];
	ssize_t n;

	buf_init(&in, 1024 * 1024);
	for (;;) {
		struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
				       { .fd = server.over[0], .events = POLLIN } };

		poll(p, 2, -1);
		n = p[0].revents ? recv(fd, piece, sizeof piece, 0) : 0;
		if (n <= 0)
			break;
		buf_append(&in, piece, (size_t)n);
		if (tell_frames(&in))
			break;
	}
	buf_release(&in);
}

static void serve(int fd)
{
	struct linger by_force = { .l_onoff = 1 };
	struct buf out;
	char piece[4096];

	buf_clear(&server.request);
	while (!strstr(buf_text(&server.request), "\r\n\r\n")) {
		ssize_t n = recv(fd, piece, sizeof piece, 0);

		if (n <= 0)
			return;
		buf_append(&server.request, piece, (size_t)n);
	}
	buf_init(&out, 4 * 1024 * 1024);
	if (server.answer)
		buf_puts(&out, server.answer);
	else
		append_good_answer(&out);
	ws_case_build(server.script, &out);
	send_all(fd, buf_text(&out), out.len);
	buf_release(&out);
	if (server.manner == READ_ON)
		read_on(fd);
	else if (server.manner == DEAF)
		is_over(-1);
	else if (server.manner == RESET)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &by_force, sizeof by_force);
}

static void *run_server(void *arg)
{
	int *visits = arg;

	while (*visits > 0) {
		struct pollfd p[2] = { { .fd = server.fd, .events = POLLIN },
				       { .fd = server.over[0], .events = POLLIN } };
		int fd;

		poll(p, 2, -1);
		if (!p[0].revents)
			break;
		fd = accept(server.fd, NULL, NULL);
		if (fd < 0)
			break;
		--*visits;
		serve(fd);
		close(fd);
	}
	return NULL;
}

static int visits;
static bool is_running;

static void start(const char *answer, const char *script, enum manner manner, int times)
{
	server.answer = answer;
	server.script = script;
	server.manner = manner;
	visits = times;
	is_running = true;
	assert_int_equal(thread_start(&server.thread, run_server, &visits, NULL), 0);
}

/* Ends the server; what it heard is told. */
static const char *finish(void)
{
	ws_drop(ws);
	close(server.over[1]);
	server.over[1] = -1;
	thread_join(&server.thread);
	is_running = false;
	return buf_text(&server.told);
}

static int set_up(void **state)
{
	static const struct http_config config = { .user_agent = "test", .allows_plain = true };
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;

	(void)state;
	server.fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(server.fd >= 0);
	assert_int_equal(bind(server.fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(server.fd, 8), 0);
	assert_int_equal(getsockname(server.fd, (struct sockaddr *)&a, &len), 0);
	server.port = ntohs(a.sin_port);
	assert_int_equal(pipe(server.over), 0);
	buf_init(&server.told, 64 * 1024);
	buf_init(&server.request, 64 * 1024);
	ws = ws_new(&config, NULL);
	assert_non_null(ws);
	return stop_init(&stop, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	if (is_running) /* the test failed */
		finish();
	ws_free(ws);
	stop_destroy(&stop);
	close(server.fd);
	close(server.over[0]);
	if (server.over[1] >= 0)
		close(server.over[1]);
	buf_release(&server.told);
	buf_release(&server.request);
	return 0;
}

/* ---- the client ---- */

static int64_t in_sec(int sec)
{
	return clock_monotonic_ns() + sec * NS_PER_SEC;
}

static int open_line(bool *was_reached, struct err *err)
{
	char url[64];

	snprintf(url, sizeof url, "ws://127.0.0.1:%d/path?x=1", server.port);
	return ws_open(ws, url, &stop, in_sec(60), was_reached, err);
}

static void open_well(void)
{
	struct err err = { .msg = "" };
	bool was_reached;

	if (open_line(&was_reached, &err) < 0)
		fail_msg("%s", err.msg);
	assert_true(was_reached);
	assert_true(ws_fd(ws) >= 0);
}

/* Waits for the next event. */
static int next(struct ws_event *event, struct err *err)
{
	int rc;

	while ((rc = ws_receive(ws, event, err)) == 0) {
		struct pollfd p = { .fd = ws_fd(ws), .events = POLLIN };

		assert_int_equal(poll(&p, 1, 60000), 1);
	}
	return rc;
}

/* All events up to the end of the line, told; flushes after each. */
static const char *listen_to_end(struct err *err)
{
	static struct buf told;
	struct ws_event event;

	buf_release(&told);
	buf_init(&told, 4096);
	while (next(&event, err) > 0) {
		ws_case_tell_event(&event, &told);
		assert_true(ws_flush(ws, err) >= 0);
		if (event.type == WS_CLOSE)
			break;
	}
	return buf_text(&told);
}

static void test_request(void **state)
{
	char host[64];

	(void)state;
	start(NULL, "", READ_ON, 1);
	open_well();
	ws_end(ws, WS_STATUS_NORMAL, in_sec(60));
	assert_int_equal(ws_fd(ws), -1);
	assert_string_equal(finish(), "close 1000");
	snprintf(host, sizeof host, "\r\nHost: 127.0.0.1:%d\r\n", server.port);
	assert_memory_equal(buf_text(&server.request), "GET /path?x=1 HTTP/1.1\r\n", 24);
	assert_non_null(strstr(buf_text(&server.request), host));
	assert_non_null(strstr(buf_text(&server.request), "\r\nUser-Agent: test\r\n"));
}

/* Frames that come in the segment of the answer, and a long one behind them. */
static void test_frames(void **state)
{
	struct err err;

	(void)state;
	start(NULL, "81 05 'Hello' 81 7f 00*5 10 00 00 'a'*1048576 82 01 'b' 88 02 03 e9", READ_ON, 1);
	open_well();
	assert_string_equal(listen_to_end(&err),
			    "text 'Hello'; text 1048576 #ff722325; binary 'b'; close 1001 ''");
	ws_end(ws, WS_STATUS_NORMAL, in_sec(60));
	assert_string_equal(finish(), "close 1001"); /* once, with its own status */
}

/* Of pings that come together the last is answered, in front of nothing that
 * waits. */
static void test_pings(void **state)
{
	struct ws_event event;

	(void)state;
	start(NULL, "89 01 'a' 89 01 'b' 89 03 'c' 00 'd' 81 01 'x'", READ_ON, 1);
	open_well();
	assert_int_equal(ws_send(ws, WS_TEXT, "first", 5, NULL), 0);
	do
		assert_int_equal(next(&event, NULL), 1);
	while (event.type == WS_PING);
	assert_int_equal(event.type, WS_TEXT);
	assert_int_equal(ws_flush(ws, NULL), 1);
	assert_int_equal(ws_send(ws, WS_PING, "", 0, NULL), 0);
	assert_int_equal(ws_flush(ws, NULL), 1);
	ws_end(ws, WS_STATUS_GOING_AWAY, in_sec(60));
	assert_memory_equal(finish(), "text 'first'; pong 'c", 21);
	assert_non_null(strstr(buf_text(&server.told), "; ping ''; close 1001"));
}

static void test_violations(void **state)
{
	static const struct {
		const char *script, *told;
		int status;
	} rows[] = {
		{ "81 01 'a' 83 00", "text 'a'", 1002 },
		{ "81 7f 00*5 10 00 01", "", 1009 },
		{ "88 03 03 e8 ff 'xx'", "", 1007 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err;
		char expected[32];

		start(NULL, rows[i].script, READ_ON, 1);
		open_well();
		assert_string_equal(listen_to_end(&err), rows[i].told);
		assert_int_equal(err.kind, ERR_PARSE);
		assert_int_equal(err.code, rows[i].status);
		ws_end(ws, (enum ws_status)err.code, in_sec(60));
		snprintf(expected, sizeof expected, "close %d", rows[i].status);
		assert_string_equal(finish(), expected);
		tear_down(state);
		set_up(state);
	}
}

/* What is said after the close frame is dropped, and nothing is sent any more. */
static void test_after_close(void **state)
{
	struct ws_event event;

	(void)state;
	start(NULL, "88 02 03 e8 89 00 81 01 'x'", SHUT, 1);
	open_well();
	assert_int_equal(next(&event, NULL), 1);
	assert_int_equal(event.type, WS_CLOSE);
	assert_int_equal(event.status, 1000);
	assert_int_equal(ws_send(ws, WS_TEXT, "x", 1, NULL), 0);
	assert_int_equal(next(&event, NULL), -1);
	finish();
}

static void test_ends(void **state)
{
	static const struct {
		enum manner manner;
		const char *message;
	} rows[] = {
		{ SHUT, "the line was closed without a close frame" },
		{ RESET, "the line was " },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err;

		start(NULL, "81 01 'a' 81 05 'cut'", rows[i].manner, 1);
		open_well();
		listen_to_end(&err);
		assert_int_equal(err.kind, ERR_NETWORK);
		assert_memory_equal(err.msg, rows[i].message, strlen(rows[i].message));
		ws_end(ws, WS_STATUS_NORMAL, in_sec(60));
		finish();
		tear_down(state);
		set_up(state);
	}
}

static void test_refusals(void **state)
{
	static const struct {
		const char *answer;
		enum manner manner;
		enum err_kind kind;
		int code;
		const char *message;
	} rows[] = {
		{ "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", READ_ON, ERR_FORBIDDEN, 403,
		  "HTTP status 403" },
		{ "HTTP/1.1 301 x\r\nLocation: ws://127.0.0.1:1/\r\n\r\n", READ_ON, ERR_HTTP, 301,
		  "HTTP status 301 (redirects are not followed)" },
		{ "SSH-2.0-x\r\n", READ_ON, ERR_HTTP, 0,
		  "not a WebSocket server: the answer is no HTTP/1.1" },
		{ "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		  "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n", READ_ON, ERR_HTTP, 0,
		  "not a WebSocket server: its answer to the key is wrong" },
		{ "HTTP/1.1 101 x\r\n", SHUT, ERR_NETWORK, 0,
		  "the line was closed without a close frame" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { .msg = "" };
		bool was_reached = false;

		start(rows[i].answer, "", rows[i].manner, 1);
		assert_int_equal(open_line(&was_reached, &err), -1);
		assert_string_equal(err.msg, rows[i].message);
		assert_int_equal(err.kind, rows[i].kind);
		if (rows[i].code)
			assert_int_equal(err.code, rows[i].code);
		assert_true(was_reached);
		assert_int_equal(ws_fd(ws), -1);
		finish();
		tear_down(state);
		set_up(state);
	}
}

static void test_no_server(void **state)
{
	bool was_reached = true;
	struct err err;

	(void)state;
	close(server.fd);
	server.fd = -1;
	assert_int_equal(open_line(&was_reached, &err), -1);
	assert_int_equal(err.kind, ERR_NETWORK);
	assert_false(was_reached);
	assert_int_equal(ws_open(ws, "http://127.0.0.1/", &stop, in_sec(60), &was_reached, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
}

/* A server that says nothing, or little by little, has until the deadline. */
static void test_deadline(void **state)
{
	bool was_reached = false;
	struct err err;
	char url[64];

	(void)state;
	start("HTTP/1.1 101 ", "", DEAF, 1);
	snprintf(url, sizeof url, "ws://127.0.0.1:%d/", server.port);
	assert_int_equal(ws_open(ws, url, &stop, clock_monotonic_ns() + 200 * NS_PER_MS,
				 &was_reached, &err), -1);
	assert_int_equal(err.kind, ERR_TIMEOUT);
	finish();
}

static void *request_stop(void *arg)
{
	stop_sleep_until(arg, clock_monotonic_ns() + 100 * NS_PER_MS);
	stop_request(arg, STOP_INTERNAL);
	return NULL;
}

static void test_stop(void **state)
{
	struct thread thread;
	bool was_reached;
	struct err err;

	(void)state;
	start("HTTP/1.1 101 ", "", DEAF, 1);
	assert_int_equal(thread_start(&thread, request_stop, &stop, NULL), 0);
	assert_int_equal(open_line(&was_reached, &err), -1);
	assert_int_equal(err.kind, ERR_CANCELED);
	thread_join(&thread);
	finish();
}

/* A peer that reads nothing: the queue ends at its cap. */
static void test_deaf_peer(void **state)
{
	static char text[1000];
	size_t sent = 0;
	struct err err;
	int rc = 0;

	(void)state;
	start(NULL, "", DEAF, 1);
	open_well();
	memset(text, 'x', sizeof text);
	while (rc >= 0 && sent < 100000) {
		rc = ws_send(ws, WS_TEXT, text, sizeof text, &err);
		if (rc == 0)
			rc = ws_flush(ws, &err);
		sent++;
	}
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, ERR_NETWORK);
	assert_string_equal(err.msg, "the peer takes nothing that is sent");
	finish();
}

/* One struct ws, many lines; nothing of one is left in the next. */
static void test_again(void **state)
{
	struct ws_event event;

	(void)state;
	start(NULL, "81 01 'a' 01 05 'half a'", READ_ON, 3);
	for (int i = 0; i < 3; i++) {
		open_well();
		assert_int_equal(next(&event, NULL), 1);
		assert_int_equal(event.len, 1);
		assert_memory_equal(event.data, "a", 1);
		assert_int_equal(ws_send(ws, WS_TEXT, "unsent", 6, NULL), 0);
		ws_drop(ws);
	}
	assert_string_equal(finish(), "");
}

/* Many frames at once, far more than the buffer holds. */
static void test_many(void **state)
{
	static char script[20000 * 16 + 1];
	struct ws_event event;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < 20000; i++)
		memcpy(script + i * 16, "81 06 '012345'  ", 16);
	start(NULL, script, SHUT, 1);
	open_well();
	while (next(&event, NULL) > 0) {
		assert_int_equal(event.len, 6);
		assert_memory_equal(event.data, "012345", 6);
		count++;
	}
	assert_int_equal(count, 20000);
	finish();
}

static int set_up_all(void **state)
{
	(void)state;
	return http_global_init(NULL);
}

static int tear_down_all(void **state)
{
	(void)state;
	http_global_cleanup();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(test_request),  TEST(test_frames),	  TEST(test_pings),
		TEST(test_violations), TEST(test_after_close), TEST(test_ends),
		TEST(test_refusals), TEST(test_no_server), TEST(test_deadline),
		TEST(test_stop),     TEST(test_deaf_peer), TEST(test_again),
		TEST(test_many),
	};

	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
