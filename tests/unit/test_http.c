/* SPDX-License-Identifier: MIT */
/* wrap: getaddrinfo freeaddrinfo */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sync.h"
#include "child.h"
#include "fake_server.h"
#include "names.h"
#include "net/http.h"

/* ---- a server that says what its table says, to the letter ---- */

/* By path. An answer of NULL: none at all. */
static const struct page {
	const char *path, *answer;
	enum then then;
} pages[] = {
	{ "/ok", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", KEEP },
	{ "/long", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nlong answer", KEEP },
	{ "/empty", "HTTP/1.1 204 None\r\n\r\n", KEEP },
	{ "/busy", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 3\r\n\r\n", KEEP },
	{ "/redirect", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n", KEEP },
	{ "/hints", "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n"
		    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", KEEP },
	{ "/chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		     "1\r\no\r\n1\r\nk\r\n0\r\n\r\n", KEEP },
	{ "/excess", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
		     "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", KEEP },
	{ "/zipped", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok",
	  KEEP },
	{ "/rated", "HTTP/1.1 103 Hints\r\nRemaining-Req: sec=1\r\nX-Early: 1\r\n\r\n"
		    "HTTP/1.1 429 Slow down\r\nTransfer-Encoding: chunked\r\n"
		    "Remaining-Req: group=ticker; sec=9\r\nDate: Thu, 01 Jan 1998 00:00:00 GMT\r\n"
		    "x-ratelimit-reset:  1700000000 \r\nRetry-After: 2\r\nX-Bad: \x1b[2J\r\n\r\n"
		    "2\r\nok\r\n0\r\nX-Late: 1\r\n\r\n", KEEP },
	{ "/until-close", "HTTP/1.1 200 OK\r\n\r\nok", CLOSE },
	{ "/short", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok", CLOSE },
	{ "/short-chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok", CLOSE },
	{ "/no-chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nok\r\n", CLOSE },
	{ "/greeting", "HELLO\r\n", CLOSE },
	{ "/die", NULL, CLOSE },
	{ "/hang", NULL, HANG },
	{ "/hang-in-headers", "HTTP/1.1 200 OK\r\nContent-", HANG },
	{ "/hang-in-body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok", HANG },
	/* as a proxy, by what CONNECT asks for */
	{ "open.test:443", "HTTP/1.1 200 OK\r\nX-Proxy: 1\r\n\r\n", KEEP },
	{ "login.test:443", "HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
			    "X-Proxy: 1\r\nContent-Length: 0\r\n\r\n", KEEP },
	{ "forbidden.test:443", "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno", CLOSE },
	{ "down.test:443", "HTTP/1.1 502 Down\r\nContent-Length: 0\r\n\r\n", CLOSE },
	{ "die.test:443", NULL, CLOSE },
	{ "hang.test:443", NULL, HANG },
};

/* c: while a request is under way. */
static struct {
	char retry_after[100];
	size_t body_bytes; /* of /body and /chunked-body */
} wishes;

static void send_body(int fd, size_t left, bool is_chunked)
{
	static const char piece[4096];
	char text[100];

	snprintf(text, sizeof text,
		 is_chunked ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" :
			      "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
		 left);
	fake_send(fd, text, strlen(text));
	while (left > 0) {
		size_t n = left < sizeof piece ? left : sizeof piece;

		snprintf(text, sizeof text, "%zx\r\n", n);
		if (is_chunked)
			fake_send(fd, text, strlen(text));
		fake_send(fd, piece, n);
		if (is_chunked)
			fake_send(fd, "\r\n", 2);
		left -= n;
	}
	if (is_chunked)
		fake_send(fd, "0\r\n\r\n", 5);
}

static void send_headers(int fd)
{
	static const char line[] = "x-filler: 0123456789012345678901234567890123456789\r\n";

	fake_send(fd, "HTTP/1.1 200 OK\r\n", 17);
	for (int i = 0; i < 10000; i++)
		fake_send(fd, line, sizeof line - 1);
	fake_send(fd, "Content-Length: 0\r\n\r\n", 21);
}

static enum then answer(struct fake_server *s, int fd, const char *request)
{
	const char *path = strchr(request, ' ') + 1;
	size_t len = strcspn(path, " ?");
	char text[300];

	(void)s;
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		const struct page *p = &pages[i];

		if (strlen(p->path) != len || memcmp(p->path, path, len) != 0)
			continue;
		if (p->answer)
			fake_send_text(fd, p->answer);
		return p->then;
	}
	if (strncmp(path, "/body", 5) == 0) {
		send_body(fd, wishes.body_bytes, false);
	} else if (strncmp(path, "/chunked-body", 13) == 0) {
		send_body(fd, wishes.body_bytes, true);
	} else if (strncmp(path, "/headers", 8) == 0) {
		send_headers(fd);
	} else { /* "/retry-after" */
		snprintf(text, sizeof text,
			 "HTTP/1.1 429 Slow down\r\nContent-Length: 0\r\nRetry-After: %s\r\n\r\n",
			 wishes.retry_after);
		fake_send_text(fd, text);
	}
	return KEEP;
}

static void start_server_at(struct fake_server *s, int host, int port)
{
	s->answer = answer;
	fake_server_start_at(s, host, port);
}

static void start_server(struct fake_server *s)
{
	start_server_at(s, 1, 0);
}

/* ---- a client for each test ---- */

struct client {
	struct fake_server server;
	char base[64];
	struct stop stop;
	atomic_bool has_stray_resolver;
	struct http *http;
	struct http_request request;
	struct http_response response;
	struct err err;
};

static void open_http(struct client *c, const char *ca_file, bool allows_plain)
{
	struct http_config config = { .ca_file = ca_file,
				      .user_agent = "quotefetch/test",
				      .allows_plain = allows_plain,
				      .has_stray_resolver = &c->has_stray_resolver };

	http_free(c->http);
	c->http = http_new(&config, &c->err);
	assert_non_null(c->http);
}

static int meet(void **state)
{
	struct client *c = calloc(1, sizeof *c);

	*state = c;
	start_names("127.0.0.1");
	start_server(&c->server);
	snprintf(c->base, sizeof c->base, "http://127.0.0.1:%d", c->server.port);
	http_request_init(&c->request);
	http_response_init(&c->response);
	open_http(c, NULL, true);
	return stop_init(&c->stop, &c->err);
}

static int part(void **state)
{
	struct client *c = *state;
	bool is_clean = !atomic_load(&c->has_stray_resolver);

	http_free(c->http);
	http_request_release(&c->request);
	http_response_release(&c->response);
	stop_destroy(&c->stop);
	fake_server_end(&c->server);
	end_names();
	free(c);
	return is_clean ? 0 : -1;
}

static int perform_until(struct client *c, int64_t deadline_ns)
{
	c->err = (struct err){ .kind = ERR_KINDS };
	return http_perform(c->http, &c->request, &c->stop, deadline_ns, &c->response, &c->err);
}

static int get_until(struct client *c, const char *path, int64_t deadline_ns)
{
	http_request_reset(&c->request);
	http_request_set_url(&c->request, c->base, path);
	return perform_until(c, deadline_ns);
}

static int get(struct client *c, const char *path)
{
	return get_until(c, path, CLOCK_NEVER);
}

static int post(struct client *c, const char *path, const char *body, bool is_unrepeatable)
{
	http_request_reset(&c->request);
	http_request_set_url(&c->request, c->base, path);
	c->request.is_post = true;
	c->request.is_unrepeatable = is_unrepeatable;
	buf_puts(&c->request.body, body);
	return perform_until(c, CLOCK_NEVER);
}

static void assert_seen(struct client *c, int connections, int requests)
{
	assert_int_equal(atomic_load(&c->server.connections), connections);
	assert_int_equal(atomic_load(&c->server.requests), requests);
}

static bool has_asked(struct client *c, const char *text)
{
	bool found;

	mutex_lock(&c->server.mu);
	found = strstr(c->server.request, text);
	mutex_unlock(&c->server.mu);
	return found;
}

/* ---- answers ---- */

static void answers_are_read(void **state)
{
	static const struct {
		const char *path;
		int want; /* the status, or minus the kind of error */
		const char *body;
	} rows[] = {
		{ "/ok", 200, "ok" },
		{ "/empty", 204, "" },
		{ "/busy", 503, "" },
		{ "/redirect", 302, "" }, /* and not followed */
		{ "/hints", 200, "ok" },
		{ "/chunks", 200, "ok" },
		{ "/zipped", 200, "ok" }, /* and not unpacked */
		{ "/until-close", 200, "ok" },
		{ "/short", -ERR_NETWORK, "ok" },
		{ "/short-chunks", -ERR_NETWORK, "ok" },
		{ "/no-chunks", -ERR_NETWORK, "" },
		{ "/die", -ERR_NETWORK, "" },
		{ "/greeting", -ERR_HTTP, "" },
		{ "/headers", -ERR_NETWORK, "" },
	};
	struct client *c = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		print_message("# %s\n", rows[i].path);
		open_http(c, NULL, true);
		atomic_store(&c->server.requests, 0);
		if (rows[i].want > 0) {
			assert_int_equal(get(c, rows[i].path), 0);
			assert_int_equal(c->response.status, rows[i].want);
			assert_int_equal(c->err.kind, ERR_KINDS);
		} else {
			assert_int_equal(get(c, rows[i].path), -1);
			assert_int_equal(c->err.kind, -rows[i].want);
			assert_true(c->err.msg[0]);
		}
		assert_string_equal(buf_text(&c->response.body), rows[i].body);
		assert_true(c->response.was_sent);
		assert_true(c->response.was_connected);
		assert_true(c->response.is_new_connection);
		assert_true(c->response.sent_ns > 0);
		assert_true(c->response.finished_ns >= c->response.sent_ns);
		assert_int_equal(atomic_load(&c->server.requests), 1);
	}
}

static void an_answer_leaves_no_trace(void **state)
{
	struct client *c = *state;

	assert_int_equal(get(c, "/busy"), 0);
	assert_int_equal(c->response.retry_after_ms, 3000);
	assert_int_equal(get_until(c, "/ok", 0), -1);
	assert_int_equal(c->response.status, 0);
	assert_int_equal(c->response.retry_after_ms, 0);
	assert_int_equal(c->response.sent_ns, 0);
	assert_int_equal(get(c, "/long"), 0);
	assert_int_equal(get(c, "/ok"), 0);
	assert_string_equal(buf_text(&c->response.body), "ok");
	assert_int_equal(get_until(c, "/ok", 0), -1);
	assert_int_equal(c->response.body.len, 0);
	/* A second answer that nobody asked for is not the next one's. */
	assert_int_equal(get(c, "/excess"), 0);
	assert_string_equal(buf_text(&c->response.body), "ok");
	assert_int_equal(get(c, "/long"), 0);
	assert_string_equal(buf_text(&c->response.body), "long answer");
}

static void bodies_have_a_cap(void **state)
{
	static const char *const paths[] = { "/body", "/chunked-body" };
	struct client *c = *state;

	for (size_t i = 0; i < 2; i++) {
		wishes.body_bytes = HTTP_BODY_MAX_BYTES;
		assert_int_equal(get(c, paths[i]), 0);
		assert_int_equal(c->response.body.len, HTTP_BODY_MAX_BYTES);
		wishes.body_bytes = HTTP_BODY_MAX_BYTES + 1;
		assert_int_equal(get(c, paths[i]), -1);
		assert_int_equal(c->err.kind, ERR_HTTP);
		assert_int_equal(get(c, "/ok"), 0);
	}
	/* A list of all symbols may be larger, and is held to that. */
	for (size_t i = 0; i < 2; i++) {
		static const size_t caps[] = { 1 << 20, 100 };

		for (size_t over = 0; over < 2; over++) {
			http_request_reset(&c->request);
			http_request_set_url(&c->request, c->base, paths[i]);
			c->request.answer_max_bytes = caps[i];
			wishes.body_bytes = caps[i] + over;
			assert_int_equal(perform_until(c, CLOCK_NEVER), over ? -1 : 0);
			if (over)
				assert_non_null(strstr(c->err.msg, i ? "than 100 bytes" :
								      "than 1048576 bytes"));
			else
				assert_int_equal(c->response.body.len, caps[i]);
		}
	}
	wishes.body_bytes = HTTP_BODY_MAX_BYTES + 1;
	assert_int_equal(get(c, "/body"), -1);
}

/* What a source says of its rate. */
static void headers_are_read(void **state)
{
	static const struct {
		const char *name, *want; /* NULL: none */
	} rows[] = {
		{ "Remaining-Req", "group=ticker; sec=9" },
		{ "date", "Thu, 01 Jan 1998 00:00:00 GMT" },
		{ "X-RateLimit-Reset", "1700000000" },
		{ "Retry-After", "2" },
		{ "X-RateLimit-Remaining", NULL },
		{ "X-Early", NULL },
		{ "X-Late", NULL },
		{ "X-Bad", NULL },
	};
	struct client *c = *state;

	for (int again = 0; again < 2; again++) {
		assert_int_equal(get(c, "/rated"), 0);
		assert_int_equal(c->response.status, 429);
		assert_string_equal(buf_text(&c->response.body), "ok");
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			const char *got = http_response_header(&c->response, rows[i].name);

			if (rows[i].want && got)
				assert_string_equal(got, rows[i].want);
			else if (rows[i].want || got)
				fail_msg("%s: '%s'", rows[i].name, got ? got : "none");
		}
		assert_int_equal(get(c, "/ok"), 0);
		assert_null(http_response_header(&c->response, "Remaining-Req"));
		assert_string_equal(http_response_header(&c->response, "Content-Length"), "2");
	}
	assert_int_equal(get(c, "/rated"), 0);
	assert_int_equal(get_until(c, "/ok", 0), -1);
	assert_null(http_response_header(&c->response, "Date"));
}

static void retry_after_is_clamped(void **state)
{
	static const struct {
		const char *text;
		int64_t want_ms;
	} rows[] = {
		{ "2", 2000 },
		{ "0", 0 },
		{ "-5", 0 },
		{ "abc", 0 },
		{ "3600", 3600 * 1000 },
		{ "3601", 3600 * 1000 },
		{ "99999999", 3600 * 1000 },
		{ "Thu, 01 Jan 1998 00:00:00 GMT", 0 },
		{ "Thu, 31 Dec 2099 00:00:00 GMT", 3600 * 1000 },
	};
	static const char *const absurd[] = { "1e20", "99999999999999999999", "1.5", "", "\x01" };
	struct client *c = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		print_message("# %s\n", rows[i].text);
		snprintf(wishes.retry_after, sizeof wishes.retry_after, "%s", rows[i].text);
		assert_int_equal(get(c, "/retry-after"), 0);
		assert_int_equal(c->response.status, 429);
		assert_int_equal(c->response.retry_after_ms, rows[i].want_ms);
	}
	for (size_t i = 0; i < sizeof absurd / sizeof *absurd; i++) {
		snprintf(wishes.retry_after, sizeof wishes.retry_after, "%s", absurd[i]);
		assert_int_equal(get(c, "/retry-after"), 0);
		assert_in_range(c->response.retry_after_ms, 0, 3600 * 1000);
	}
}

/* ---- connections ---- */

static void connection_is_kept(void **state)
{
	struct client *c = *state;

	for (int i = 0; i < 5; i++) {
		assert_int_equal(get(c, i % 2 ? "/busy" : "/ok"), 0);
		assert_int_equal(c->response.is_new_connection, i == 0);
		assert_true(c->response.min_rtt_ns >= 0);
	}
	assert_int_equal(post(c, "/ok", "body", false), 0);
	assert_seen(c, 1, 6);
}

/* libcurl would send it again by itself, and report one success. */
static void nothing_is_sent_twice(void **state)
{
	struct client *c = *state;

	assert_int_equal(get(c, "/ok"), 0);
	assert_int_equal(get(c, "/die"), -1);
	assert_int_equal(c->err.kind, ERR_NETWORK);
	assert_true(c->response.was_sent);
	assert_int_equal(atomic_load(&c->server.requests), 2);
	assert_int_equal(get(c, "/ok"), 0);
	assert_int_equal(post(c, "/die", "x", false), -1);
	assert_true(c->response.was_sent);
	assert_int_equal(atomic_load(&c->server.requests), 4);
	assert_int_equal(get(c, "/ok"), 0);
}

static void unrepeatable_has_its_own_connection(void **state)
{
	struct client *c = *state;

	assert_int_equal(get(c, "/ok"), 0);
	assert_int_equal(post(c, "/ok", "{\"a\":1}", true), 0);
	assert_true(has_asked(c, "POST /ok HTTP/1.1\r\n"));
	assert_true(has_asked(c, "\r\n\r\n{\"a\":1}"));
	assert_seen(c, 2, 2);
	assert_int_equal(get(c, "/ok"), 0); /* the first is kept */
	assert_seen(c, 2, 3);
	assert_int_equal(post(c, "/die", "x", true), -1);
	assert_seen(c, 3, 4);
	assert_int_equal(get(c, "/ok"), 0);
	assert_true(has_asked(c, "GET /ok"));
	assert_seen(c, 3, 5);
}

/* ---- the end ---- */

static int64_t soon(void)
{
	return clock_monotonic_ns() + 20 * NS_PER_MS;
}

static void the_deadline_ends_it(void **state)
{
	static const char *const paths[] = { "/hang", "/hang-in-headers", "/hang-in-body" };
	struct client *c = *state;

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		int64_t until_ns = soon();

		assert_int_equal(get_until(c, paths[i], until_ns), -1);
		assert_int_equal(c->err.kind, ERR_TIMEOUT);
		assert_true(c->response.was_sent);
		assert_true(c->response.finished_ns >= until_ns);
	}
	assert_int_equal(get(c, "/ok"), 0);
}

static void what_is_too_late_is_not_begun(void **state)
{
	struct client *c = *state;

	assert_int_equal(get_until(c, "/ok", 0), -1);
	assert_int_equal(c->err.kind, ERR_TIMEOUT);
	assert_false(c->response.was_sent);
	assert_int_equal(get(c, "/ok"), 0);
	assert_int_equal(get_until(c, "/ok", clock_monotonic_ns()), -1);
	assert_false(c->response.was_sent);
	stop_request(&c->stop, SIGINT);
	assert_int_equal(get(c, "/ok"), -1);
	assert_int_equal(c->err.kind, ERR_CANCELED);
	assert_false(c->response.was_sent);
	assert_true(c->response.finished_ns > 0);
	assert_seen(c, 1, 1);
}

static void *hang(void *arg)
{
	struct client *c = arg;
	int64_t far_ns = clock_monotonic_ns() + 3600 * NS_PER_SEC;

	return get_until(c, "/hang", far_ns) < 0 ? c : NULL;
}

static void stop_ends_it(void **state)
{
	struct client *c = *state;
	struct thread thread;
	struct err err;

	/* On a kept connection: a new one has timers of libcurl's own. */
	assert_int_equal(get(c, "/ok"), 0);
	assert_int_equal(thread_start(&thread, hang, c, &err), 0);
	while (atomic_load(&c->server.requests) < 2)
		sched_yield();
	for (int i = 0; i < 2000; i++)
		sched_yield(); /* so that it most likely waits by now */
	stop_request(&c->stop, SIGINT);
	thread_join(&thread);
	assert_int_equal(c->err.kind, ERR_CANCELED);
	assert_true(c->response.was_sent);
}

/* ---- what fails before anything is sent ---- */

static int port_of_nobody(void)
{
	struct fake_server brief = { .fd = -1 };

	start_server(&brief);
	fake_server_end(&brief);
	return brief.port;
}

static void unsent_is_told_apart(void **state)
{
	static const struct {
		const char *name, *base; /* without the port: ours, or nobody's */
		bool is_ours, allows_plain;
		const char *ca_file;
		enum err_kind want;
		bool is_reached;
	} rows[] = {
		{ "nobody there", "http://127.0.0.1:", false, true, NULL, ERR_NETWORK, false },
		{ "plain is not allowed", "http://127.0.0.1:", true, false, NULL, ERR_HTTP, false },
		{ "another protocol", "ftp://127.0.0.1:", true, true, NULL, ERR_HTTP, false },
		{ "a file", "file:///etc/passwd#", true, true, NULL, ERR_HTTP, false },
		{ "no TLS there", "https://127.0.0.1:", true, false, NULL, ERR_HANDSHAKE, true },
		{ "no CA file", "https://127.0.0.1:", true, false, "/nowhere", ERR_TLS, true },
		{ "no URL", "http://:::", true, true, NULL, ERR_HTTP, false },
	};
	struct client *c = *state;
	int nobody = port_of_nobody();

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		print_message("# %s\n", rows[i].name);
		snprintf(c->base, sizeof c->base, "%s%d", rows[i].base,
			 rows[i].is_ours ? c->server.port : nobody);
		open_http(c, rows[i].ca_file, rows[i].allows_plain);
		assert_int_equal(get_until(c, "/ok", clock_monotonic_ns() + 20 * NS_PER_SEC), -1);
		assert_int_equal(c->err.kind, rows[i].want);
		assert_false(c->response.was_sent);
		assert_int_equal(c->response.was_connected, rows[i].is_reached);
		assert_int_equal(c->response.status, 0);
		assert_true(c->response.finished_ns > 0);
	}
	assert_int_equal(atomic_load(&c->server.requests), 0);
}

/* A server that was there before and is not there now is not reached. */
static void each_call_says_what_it_reached(void **state)
{
	struct client *c = *state;
	struct fake_server brief = { .fd = -1 };
	char base[64];

	start_server(&brief);
	snprintf(base, sizeof base, "http://127.0.0.1:%d", brief.port);
	for (int is_there = 1; is_there >= 0; is_there--) {
		http_request_reset(&c->request);
		http_request_set_url(&c->request, base, "/ok");
		assert_int_equal(perform_until(c, CLOCK_NEVER), is_there ? 0 : -1);
		assert_int_equal(c->response.was_connected, is_there);
		if (is_there)
			fake_server_end(&brief);
	}
	assert_int_equal(get(c, "/ok"), 0);
	assert_true(c->response.was_connected);
	assert_int_equal(get_until(c, "/ok", 0), -1);
	assert_false(c->response.was_connected);
	assert_int_equal(get_until(c, "/hang", soon()), -1);
	assert_true(c->response.was_connected);
}

static void no_proxy_for_a_loopback_address(void **state)
{
	struct client *c = *state;

	setenv("http_proxy", "http://127.0.0.1:9", 1);
	setenv("all_proxy", "http://127.0.0.1:9", 1);
	assert_int_equal(get(c, "/ok"), 0);
	unsetenv("http_proxy");
	unsetenv("all_proxy");
}

/* ---- names and addresses ---- */

static void use_name(struct client *c, const char *host)
{
	snprintf(c->base, sizeof c->base, "http://%s:%d", host, c->server.port);
}

static int64_t late(void)
{
	return clock_monotonic_ns() + 60 * NS_PER_SEC;
}

static void names_are_ours_to_resolve(void **state)
{
	struct client *c = *state;

	use_name(c, "broker.test");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(get(c, "/ok"), 0);
		assert_int_equal(c->response.is_new_connection, i == 0);
	}
	assert_true(has_asked(c, "\r\nHost: broker.test:"));
	assert_int_equal(post(c, "/ok", "x", true), 0); /* on a connection of its own */
	assert_int_equal(atomic_load(&names.asked), 1);
	use_name(c, "other.test");
	assert_int_equal(get(c, "/ok"), 0);
	assert_int_equal(atomic_load(&names.asked), 2);
	use_name(c, "localhost");
	assert_int_equal(get(c, "/ok"), 0);
	use_name(c, "127.1");
	assert_int_equal(get(c, "/ok"), 0);
	assert_int_equal(atomic_load(&names.asked), 2);
}

static void failures_of_the_name_are_told_apart(void **state)
{
	static const struct {
		int rc;
		enum err_kind want;
	} rows[] = {
		{ EAI_AGAIN, ERR_NETWORK },
		{ EAI_NONAME, ERR_HOST },
		{ EAI_FAIL, ERR_NETWORK },
	};
	struct client *c = *state;

	use_name(c, "broker.test");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		names.rc = rows[i].rc;
		assert_int_equal(get(c, "/ok"), -1);
		assert_int_equal(c->err.kind, rows[i].want);
		assert_non_null(strstr(c->err.msg, "cannot resolve 'broker.test'"));
		assert_false(c->response.was_sent || c->response.was_connected);
		assert_true(c->response.finished_ns > 0);
		names.rc = 0;
		assert_int_equal(get(c, "/ok"), 0);
		open_http(c, NULL, true);
	}
}

static void a_stalled_name_ends_at_the_deadline(void **state)
{
	struct client *c = *state;

	use_name(c, "stall.test");
	do /* once the lookup is under way */
		assert_int_equal(get_until(c, "/ok", soon()), -1);
	while (atomic_load(&names.asked) < 1);
	assert_int_equal(get_until(c, "/ok", soon()), -1);
	assert_int_equal(c->err.kind, ERR_TIMEOUT);
	assert_false(c->response.was_sent || c->response.was_connected);
	assert_true(atomic_load(&c->has_stray_resolver));
	let_one_go();
	assert_int_equal(get(c, "/ok"), 0);
	assert_int_equal(atomic_load(&names.asked), 1);
	atomic_store(&c->has_stray_resolver, false); /* it came back */
}

/* Where SYNs are dropped: a queue that is full. */
struct deaf {
	int fd, filler[4];
};

static void start_deaf(struct deaf *d, int host, int port)
{
	struct sockaddr_in at;
	socklen_t len = sizeof at;
	struct pollfd p;

	d->fd = fake_open_port(host, port, 0);
	assert_int_equal(getsockname(d->fd, (struct sockaddr *)&at, &len), 0);
	for (int i = 0; i < 4; i++) {
		d->filler[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(d->filler[i], (struct sockaddr *)&at, len);
	}
	p = (struct pollfd){ .fd = d->filler[0], .events = POLLOUT };
	assert_int_equal(poll(&p, 1, 10000), 1);
}

static void end_deaf(struct deaf *d)
{
	for (int i = 0; i < 4; i++)
		close(d->filler[i]);
	close(d->fd);
}

/* Alone it may have half of the address's share, not of the deadline. */
static void a_deaf_address_leaves_time_for_the_next(void **state)
{
	struct client *c = *state;
	struct deaf deaf;

	names.answer = "127.0.0.9 127.0.0.1";
	start_deaf(&deaf, 9, c->server.port);
	use_name(c, "broker.test");
	if (get_until(c, "/ok", late()) < 0)
		fail_msg("%s", c->err.msg);
	assert_true(c->response.was_connected);
	end_deaf(&deaf);
}

static void an_unanswered_connect_was_not_sent(void **state)
{
	struct client *c = *state;
	struct deaf deaf;

	names.answer = "127.0.0.9";
	start_deaf(&deaf, 9, c->server.port);
	use_name(c, "broker.test");
	assert_int_equal(get_until(c, "/ok", late()), -1);
	assert_int_equal(c->err.kind, ERR_NETWORK);
	assert_non_null(strstr(c->err.msg, "cannot connect to 'broker.test:"));
	assert_non_null(strstr(c->err.msg, ": no answer"));
	assert_false(c->response.was_sent || c->response.was_connected);
	end_deaf(&deaf);
	names.answer = "127.0.0.1"; /* the name has moved */
	assert_int_equal(get_until(c, "/ok", late()), 0);
	assert_int_equal(atomic_load(&names.asked), 2);
}

/* Its answer would come too late, and the minute until the next be lost. */
static void what_cannot_be_repeated_is_not_sent_late(void **state)
{
	static const char *const answers[] = { "127.0.0.9 127.0.0.8 127.0.0.7 127.0.0.1",
					       "127.0.0.1" };
	struct client *c = *state;
	struct deaf deaf[3];

	for (int i = 0; i < 3; i++)
		start_deaf(&deaf[i], 9 - i, c->server.port);
	use_name(c, "broker.test");
	for (int i = 0; i < 2; i++) {
		names.answer = answers[i];
		http_request_reset(&c->request);
		http_request_set_url(&c->request, c->base, "/ok");
		c->request.is_post = c->request.is_unrepeatable = true;
		open_http(c, NULL, true);
		/* The deaf ones have 7/8 of it. */
		assert_int_equal(perform_until(c, i ? late() : clock_monotonic_ns() +
								       1200 * NS_PER_MS),
				 i ? 0 : -1);
		assert_int_equal(c->response.was_sent, i);
		if (i == 0)
			assert_int_equal(c->err.kind, ERR_TIMEOUT);
		assert_int_equal(atomic_load(&c->server.requests), i);
	}
	for (int i = 0; i < 3; i++)
		end_deaf(&deaf[i]);
}

static void the_address_that_answered_comes_first(void **state)
{
	struct client *c = *state;
	struct fake_server other = { .fd = -1 };

	names.answer = "127.0.0.9 127.0.0.8 127.0.0.1 127.0.0.7";
	use_name(c, "broker.test");
	assert_int_equal(get(c, "/ok"), 0);
	start_server_at(&other, 9, c->server.port);
	assert_int_equal(post(c, "/ok", "x", true), 0); /* a new connection */
	assert_int_equal(atomic_load(&other.connections), 0);
	assert_seen(c, 2, 2);
	fake_server_end(&c->server);
	assert_int_equal(post(c, "/ok", "x", true), 0); /* the others are not lost */
	assert_int_equal(atomic_load(&other.connections), 0 + 1);
	assert_int_equal(atomic_load(&names.asked), 1);
	fake_server_end(&other);
	assert_int_equal(get(c, "/ok"), -1);
	start_server(&c->server);
}

static void an_unreached_name_is_asked_for_again(void **state)
{
	struct client *c = *state;

	names.answer = "127.0.0.9";
	use_name(c, "broker.test");
	assert_int_equal(get(c, "/ok"), -1);
	assert_int_equal(c->err.kind, ERR_NETWORK);
	assert_non_null(strstr(c->err.msg, "Connection refused"));
	names.answer = "127.0.0.1";
	assert_int_equal(get(c, "/ok"), 0);
	assert_int_equal(atomic_load(&names.asked), 2);
}

/* ---- proxies ---- */

static void set_proxy(struct client *c, const char *login)
{
	char url[100];

	snprintf(url, sizeof url, "http://%s127.0.0.1:%d", login, c->server.port);
	setenv("https_proxy", url, 1);
	open_http(c, NULL, false);
}

static int get_by_proxy(struct client *c, const char *base)
{
	http_request_reset(&c->request);
	http_request_set_url(&c->request, base, "/ok");
	assert_int_equal(http_request_add_header(&c->request, "appkey", "the key", NULL), 0);
	return perform_until(c, late());
}

static void a_proxy_that_opens_no_way_is_named(void **state)
{
	static const struct {
		const char *base, *login;
		enum err_kind want;
		int code;
		const char *says; /* of the proxy that is named */
	} rows[] = {
		{ "https://login.test", "", ERR_AUTH, 407, " wants a login" },
		{ "https://login.test", "me:hunter2@", ERR_AUTH, 407, " refuses the login" },
		{ "https://forbidden.test", "", ERR_AUTH, 403,
		  " refuses the way to https://forbidden.test: HTTP status 403" },
		{ "https://down.test", "", ERR_NETWORK, 502,
		  " finds no way to https://down.test: HTTP status 502" },
		{ "https://die.test", "", ERR_NETWORK, 0, ": " },
	};
	struct client *c = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char says[200];

		print_message("# %s\n", rows[i].base);
		atomic_store(&c->server.requests, 0);
		set_proxy(c, rows[i].login);
		assert_int_equal(get_by_proxy(c, rows[i].base), -1);
		snprintf(says, sizeof says, "the proxy '127.0.0.1:%d'%s", c->server.port,
			 rows[i].says);
		if (!strstr(c->err.msg, says))
			fail_msg("not '%s': %s", says, c->err.msg);
		assert_int_equal(c->err.kind, rows[i].want);
		if (rows[i].code)
			assert_int_equal(c->err.code, rows[i].code);
		assert_null(strstr(c->err.msg, "hunter2"));
		assert_false(c->response.was_sent || c->response.was_connected);
		assert_int_equal(c->response.status, 0); /* the server said nothing */
		assert_null(http_response_header(&c->response, "X-Proxy"));
		assert_true(has_asked(c, "CONNECT "));
		assert_false(has_asked(c, "the key"));
		assert_int_equal(atomic_load(&c->server.requests), 1);
	}
	assert_int_equal(atomic_load(&names.asked), 0);
	unsetenv("https_proxy");
}

/* Behind an open tunnel it is the server that fails. */
static void a_tunnel_reaches_the_server(void **state)
{
	struct client *c = *state;

	set_proxy(c, "me:hunter2@");
	assert_int_equal(get_by_proxy(c, "https://open.test"), -1);
	assert_true(has_asked(c, "CONNECT open.test:443 HTTP/1.1\r\n"));
	assert_true(has_asked(c, "\r\nProxy-Authorization: Basic bWU6aHVudGVyMg==\r\n"));
	assert_int_equal(c->err.kind, ERR_HANDSHAKE);
	assert_null(strstr(c->err.msg, "proxy"));
	assert_true(c->response.was_connected);
	assert_null(http_response_header(&c->response, "X-Proxy"));
	unsetenv("https_proxy");
}

static void a_proxy_that_is_not_there_is_named(void **state)
{
	struct client *c = *state;
	char url[64], want[100];
	int port = port_of_nobody();

	snprintf(url, sizeof url, "http://me:hunter2@127.0.0.1:%d", port);
	setenv("https_proxy", url, 1);
	open_http(c, NULL, false);
	assert_int_equal(get_by_proxy(c, "https://open.test"), -1);
	assert_int_equal(c->err.kind, ERR_NETWORK);
	snprintf(want, sizeof want,
		 "cannot connect to the proxy '127.0.0.1:%d': Connection refused", port);
	assert_string_equal(c->err.msg, want);
	assert_false(c->response.was_connected);

	names.rc = EAI_NONAME;
	setenv("https_proxy", "http://me:hunter2@gone.test:3128", 1);
	open_http(c, NULL, false);
	assert_int_equal(get_by_proxy(c, "https://open.test"), -1);
	assert_int_equal(c->err.kind, ERR_HOST);
	assert_string_equal(c->err.msg,
			    "proxy: cannot resolve 'gone.test': the name does not exist");

	setenv("https_proxy", "foo://me:hunter2@gone.test:3128", 1);
	open_http(c, NULL, false);
	assert_int_equal(get_by_proxy(c, "https://open.test"), -1);
	assert_int_equal(c->err.kind, ERR_HOST);
	assert_non_null(strstr(c->err.msg, "cannot use the proxy"));
	assert_null(strstr(c->err.msg, "hunter2"));
	unsetenv("https_proxy");
}

static void no_proxy_is_obeyed(void **state)
{
	struct client *c = *state;

	set_proxy(c, "");
	setenv("no_proxy", "10.0.0.0/8,.broker.test", 1);
	open_http(c, NULL, false);
	snprintf(c->base, sizeof c->base, "https://api.broker.test:%d", c->server.port);
	assert_int_equal(get_by_proxy(c, c->base), -1);
	assert_int_equal(c->err.kind, ERR_HANDSHAKE); /* the server speaks no TLS */
	assert_int_equal(atomic_load(&c->server.requests), 0);
	assert_int_equal(get_by_proxy(c, "https://login.test"), -1);
	assert_true(has_asked(c, "CONNECT login.test:443"));
	unsetenv("no_proxy");
	unsetenv("https_proxy");
}

/* ---- requests ---- */

static void url_is_encoded(void **state)
{
	struct client *c = *state;
	char slashed[80];

	snprintf(slashed, sizeof slashed, "%s/", c->base);
	http_request_set_url(&c->request, slashed, "/ok");
	http_request_add_query(&c->request, "a", "AZaz09-._~");
	http_request_add_query(&c->request, "b", "a&b=c?d#e/f %+\"");
	http_request_add_query(&c->request, "c", "\r\n\x7f\xc3\xa4");
	http_request_add_query(&c->request, "d", "");
	assert_int_equal(perform_until(c, CLOCK_NEVER), 0);
	assert_true(has_asked(c, "GET /ok?a=AZaz09-._~&b=a%26b%3Dc%3Fd%23e%2Ff%20%25%2B%22"
				 "&c=%0D%0A%7F%C3%A4&d= HTTP/1.1\r\n"));
	http_request_set_url(&c->request, c->base, "/ok");
	http_request_add_query(&c->request, "x", "y");
	assert_int_equal(perform_until(c, CLOCK_NEVER), 0);
	assert_true(has_asked(c, "GET /ok?x=y HTTP/1.1\r\n"));
}

static void headers_are_sent(void **state)
{
	struct client *c = *state;

	http_request_set_url(&c->request, c->base, "/ok");
	assert_int_equal(http_request_add_header(&c->request, "appkey", "k e:y", NULL), 0);
	assert_int_equal(http_request_add_header(&c->request, "x-empty", "", NULL), 0);
	assert_int_equal(http_request_add_header(&c->request, "x-utf8", "\xc3\xa4", NULL), 0);
	assert_int_equal(perform_until(c, CLOCK_NEVER), 0);
	assert_true(has_asked(c, "\r\nappkey: k e:y\r\n"));
	assert_true(has_asked(c, "\r\nx-empty:\r\n"));
	assert_true(has_asked(c, "\r\nx-utf8: \xc3\xa4\r\n"));
	assert_true(has_asked(c, "\r\nUser-Agent: quotefetch/test\r\n"));
	assert_false(has_asked(c, "Accept-Encoding"));
	assert_false(has_asked(c, "Origin"));
	assert_int_equal(get(c, "/ok"), 0);
	assert_false(has_asked(c, "appkey"));
}

static void no_header_within_a_header(void **state)
{
	static const char *const values[] = { "a\r\nb: c", "\n", "\r", "\t", "\x01", "\x7f",
					      "Bearer x\n" };
	struct client *c = *state;

	http_request_set_url(&c->request, c->base, "/ok");
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		assert_int_equal(http_request_add_header(&c->request, "x-bad", values[i], &c->err),
				 -1);
		assert_int_equal(c->err.kind, ERR_INPUT);
		assert_non_null(strstr(c->err.msg, "'x-bad'"));
		assert_null(strstr(c->err.msg, "Bearer"));
	}
	assert_int_equal(c->request.header_count, 0);
	assert_int_equal(perform_until(c, CLOCK_NEVER), 0);
	assert_false(has_asked(c, "x-bad"));
}

static int add_too_many(void *arg)
{
	struct http_request *r = arg;

	hush();
	for (int i = 0; i <= HTTP_HEADER_MAX; i++)
		if (http_request_add_header(r, "x", "y", NULL) < 0)
			return 1;
	return 0;
}

static int add_an_origin(void *arg)
{
	hush();
	return http_request_add_header(arg, "origin", "https://x", NULL) < 0;
}

static void as_many_headers_as_promised(void **state)
{
	struct client *c = *state;
	char name[20], want[40];

	http_request_set_url(&c->request, c->base, "/ok");
	for (int i = 0; i < HTTP_HEADER_MAX; i++) {
		snprintf(name, sizeof name, "x-%d", i);
		assert_int_equal(http_request_add_header(&c->request, name, "y", NULL), 0);
	}
	assert_int_equal(perform_until(c, CLOCK_NEVER), 0);
	for (int i = 0; i < HTTP_HEADER_MAX; i++) {
		snprintf(want, sizeof want, "\r\nx-%d: y\r\n", i);
		assert_true(has_asked(c, want));
	}
	http_request_reset(&c->request);
	assert_int_equal(in_child(add_too_many, &c->request), CHILD_ABORTED);
	assert_int_equal(in_child(add_an_origin, &c->request), CHILD_ABORTED);
}

static void too_long_is_refused(void **state)
{
	static char value[HTTP_URL_MAX_BYTES + 1];
	struct client *c = *state;

	memset(value, 'x', sizeof value - 1);
	assert_int_equal(http_request_add_header(&c->request, "x", value, &c->err), -1);
	assert_int_equal(c->err.kind, ERR_INPUT);
	assert_int_equal(c->request.header_count, 0);
	http_request_set_url(&c->request, c->base, "/ok");
	http_request_add_query(&c->request, "a", value);
	assert_int_equal(perform_until(c, CLOCK_NEVER), -1);
	assert_int_equal(c->err.kind, ERR_INPUT);
	assert_int_equal(post(c, "/ok", value, false), 0);
	http_request_reset(&c->request);
	http_request_set_url(&c->request, c->base, "/ok");
	c->request.is_post = true;
	buf_puts(&c->request.body, value);
	buf_putc(&c->request.body, 'x');
	assert_int_equal(perform_until(c, CLOCK_NEVER), -1);
	assert_int_equal(c->err.kind, ERR_INPUT);
	assert_false(c->response.was_sent);
	assert_int_equal(atomic_load(&c->server.requests), 1);
}

#define WITH_CLIENT(f) cmocka_unit_test_setup_teardown(f, meet, part)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CLIENT(answers_are_read),
		WITH_CLIENT(an_answer_leaves_no_trace),
		WITH_CLIENT(bodies_have_a_cap),
		WITH_CLIENT(headers_are_read),
		WITH_CLIENT(retry_after_is_clamped),
		WITH_CLIENT(connection_is_kept),
		WITH_CLIENT(nothing_is_sent_twice),
		WITH_CLIENT(unrepeatable_has_its_own_connection),
		WITH_CLIENT(the_deadline_ends_it),
		WITH_CLIENT(what_is_too_late_is_not_begun),
		WITH_CLIENT(stop_ends_it),
		WITH_CLIENT(unsent_is_told_apart),
		WITH_CLIENT(each_call_says_what_it_reached),
		WITH_CLIENT(no_proxy_for_a_loopback_address),
		WITH_CLIENT(names_are_ours_to_resolve),
		WITH_CLIENT(failures_of_the_name_are_told_apart),
		WITH_CLIENT(a_stalled_name_ends_at_the_deadline),
		WITH_CLIENT(a_deaf_address_leaves_time_for_the_next),
		WITH_CLIENT(an_unanswered_connect_was_not_sent),
		WITH_CLIENT(what_cannot_be_repeated_is_not_sent_late),
		WITH_CLIENT(the_address_that_answered_comes_first),
		WITH_CLIENT(an_unreached_name_is_asked_for_again),
		WITH_CLIENT(a_proxy_that_opens_no_way_is_named),
		WITH_CLIENT(a_tunnel_reaches_the_server),
		WITH_CLIENT(a_proxy_that_is_not_there_is_named),
		WITH_CLIENT(no_proxy_is_obeyed),
		WITH_CLIENT(url_is_encoded),
		WITH_CLIENT(headers_are_sent),
		WITH_CLIENT(no_header_within_a_header),
		WITH_CLIENT(as_many_headers_as_promised),
		WITH_CLIENT(too_long_is_refused),
	};
	struct err err;
	int failed;

	if (http_global_init(&err) < 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	http_global_cleanup();
	return failed;
}
