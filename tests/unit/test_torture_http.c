/* SPDX-License-Identifier: MIT */
/* The k-th allocation of libcurl fails, for k = 1, 2, ... until a whole round
 * goes through; once alone, and once with all after it. Each call then ends in
 * the right answer or in an error that says something, what is sent is never
 * less than it should be, libcurl holds no block afterwards, and memory that
 * comes back is enough to go on. And whatever else libcurl may refuse. */
/* wrap: getaddrinfo freeaddrinfo realloc curl_global_init curl_multi_perform curl_multi_poll curl_multi_info_read */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sync.h"
#define MEMORY_IS_ELSEWHERE
#include "fake_server.h"
#include "memory.h"
#include "names.h"
#include "net/http.h"

/* ---- what libcurl may refuse ---- */

static bool has_no_memory, has_no_global, cannot_go_on, cannot_wait;
static bool has_other_end, is_other_once;
static CURLcode other_end; /* of each transfer, if so */

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size) /* our own: the buffers' */
{
	return has_no_memory ? NULL : __real_realloc(old, size);
}

CURLcode __real_curl_global_init(long flags);
CURLcode __wrap_curl_global_init(long flags)
{
	return has_no_global ? CURLE_FAILED_INIT : __real_curl_global_init(flags);
}

CURLMcode __real_curl_multi_perform(CURLM *multi, int *running);
CURLMcode __wrap_curl_multi_perform(CURLM *multi, int *running)
{
	return cannot_go_on ? CURLM_INTERNAL_ERROR : __real_curl_multi_perform(multi, running);
}

CURLMcode __real_curl_multi_poll(CURLM *multi, struct curl_waitfd *fds, unsigned count, int ms,
				 int *ready);
CURLMcode __wrap_curl_multi_poll(CURLM *multi, struct curl_waitfd *fds, unsigned count, int ms,
				 int *ready)
{
	return cannot_wait ? CURLM_OUT_OF_MEMORY :
			     __real_curl_multi_poll(multi, fds, count, ms, ready);
}

CURLMsg *__real_curl_multi_info_read(CURLM *multi, int *left);
CURLMsg *__wrap_curl_multi_info_read(CURLM *multi, int *left)
{
	CURLMsg *msg = __real_curl_multi_info_read(multi, left);

	if (msg && has_other_end) {
		msg->data.result = other_end;
		has_other_end = !is_other_once;
	}
	return msg;
}

/* ---- libcurl's memory ---- */

static void *curl_malloc(size_t size)
{
	return memory_grants() ? memory_count(malloc(size)) : NULL;
}

static void *curl_calloc(size_t n, size_t size)
{
	return memory_grants() ? memory_count(calloc(n, size)) : NULL;
}

static void *curl_realloc(void *old, size_t size)
{
	void *grown = memory_grants() ? __real_realloc(old, size) : NULL;

	return old ? grown : memory_count(grown);
}

static char *curl_copy(const char *text)
{
	return memory_grants() ? memory_count(strdup(text)) : NULL;
}

static void curl_release(void *block)
{
	memory.live -= block != NULL;
	free(block);
}

/* ---- a server that says "ok" to all, and what it heard last ---- */

static enum then say_ok(struct fake_server *s, int fd, const char *request)
{
	(void)s, (void)request;
	fake_send_text(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
			   "Content-Length: 2\r\n\r\nok");
	return KEEP;
}

/* Any will do: the handshake ends before it is looked at. */
static const char ca[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBdzCCAR2gAwIBAgIUJWmInbVsbAAjq1+shM8lJ+zupD8wCgYIKoZIzj0EAwIw\n"
	"EDEOMAwGA1UEAwwFdGVzdHMwIBcNMjYxMTIxMDYyNTM1WhgPMjEyNjEwMjgwNjI1\n"
	"MzVaMBAxDjAMBgNVBAMMBXRlc3RzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n"
	"GFgYj0Y3Gid/wpdYWTVwvQno+O9bDrXJQhhJbcSR7O5eEU8e04DycttflV7rObFo\n"
	"+bpCWRshtG0NizVpqjXBnKNTMFEwHQYDVR0OBBYEFI6QX0wZ3CyRmhpSMg8DbBce\n"
	"RdUIMB8GA1UdIwQYMBaAFI6QX0wZ3CyRmhpSMg8DbBceRdUIMA8GA1UdEwEB/wQF\n"
	"MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgX7N9hb8Ljv5yJbWukg//yNyQuaqAQ8+r\n"
	"8bGTOLygqkgCIQCI+fEqDYyLWpAabOtvPMQHeOtnY7nwhs5A6v5yF7BBPQ==\n"
	"-----END CERTIFICATE-----\n";

/* ---- a round: a client's whole life ---- */

static const struct call {
	const char *path, *body; /* NULL: a GET */
	bool is_unrepeatable;
} calls[] = {
	{ "/first", NULL, false },	       /* on a new connection */
	{ "/second", "{\"a\":1}", false },     /* on the same */
	{ "/token", "{\"secret\":2}", true },  /* on one of its own */
	{ "/fourth", NULL, false },	       /* on the first again */
};

enum { CALLS = sizeof calls / sizeof *calls };

struct desk {
	struct fake_server server;
	const char *scheme, *host, *ca_file;
	struct stop stop;
	struct http_request request;
	struct http_response response;
	char want[CALLS][FAKE_REQUEST_BYTES]; /* what the server is to hear */
};

static void build(struct desk *d, const struct call *call)
{
	char base[64];

	snprintf(base, sizeof base, "%s://%s:%d", d->scheme, d->host, d->server.port);
	http_request_reset(&d->request);
	http_request_set_url(&d->request, base, call->path);
	http_request_add_query(&d->request, "code", "005930");
	assert_int_equal(http_request_add_header(&d->request, "appkey", "the key", NULL), 0);
	assert_int_equal(http_request_add_header(&d->request, "authorization", "Bearer x", NULL), 0);
	d->request.is_post = call->body;
	d->request.is_unrepeatable = call->is_unrepeatable;
	if (call->body)
		buf_puts(&d->request.body, call->body);
	assert_int_equal(buf_check(&d->request.url, ERR_HTTP, NULL), 0);
}

static void get_heard(struct desk *d, char out[FAKE_REQUEST_BYTES])
{
	mutex_lock(&d->server.mu);
	memcpy(out, d->server.request, FAKE_REQUEST_BYTES);
	mutex_unlock(&d->server.mu);
}

/* libcurl before 8.18.0 forgets the query where the copy of it finds no memory,
 * and sends the rest (lib/url.c: "(void)curl_url_get(uh, CURLUPART_QUERY"). */
static bool lacks_query(const char *heard, const char *want)
{
	const char *query = strchr(want, '?'), *rest = strstr(want, " HTTP/1.1\r\n");
	size_t len = (size_t)(query - want);

	return curl_version_info(CURLVERSION_NOW)->version_num < 0x081200 &&
	       strncmp(heard, want, len) == 0 && strcmp(heard + len, rest) == 0;
}

/* Nothing may have been left out of a request for want of memory. */
static void check_success(struct desk *d, int i)
{
	char heard[FAKE_REQUEST_BYTES];

	get_heard(d, heard);
	if (!d->want[i][0])
		memcpy(d->want[i], heard, sizeof heard);
	if (!memory_has_refused() || !lacks_query(heard, d->want[i]))
		assert_string_equal(heard, d->want[i]);
	assert_int_equal(d->response.status, 200);
	assert_string_equal(buf_text(&d->response.body), "ok");
}

static void check_failure(const struct err *err)
{
	assert_true(err->msg[0]);
	switch (err->kind) {
	case ERR_SYSTEM:
	case ERR_NETWORK:
	case ERR_HOST: /* libcurl has no other word for an address that it cannot keep */
	case ERR_TLS:
	case ERR_HANDSHAKE:
	case ERR_HTTP:
		break;
	default:
		fail_msg("kind %d: %s", (int)err->kind, err->msg);
	}
}

enum { NO_CLIENT = CALLS + 1 };

/* Returns how many calls failed. */
static int round_of_calls(struct desk *d, struct err *last)
{
	atomic_bool has_stray_resolver = false;
	struct http_config config = { .ca_file = d->ca_file,
				      .user_agent = "quotefetch/test",
				      .allows_plain = !d->ca_file,
				      .has_stray_resolver = &has_stray_resolver };
	int failures = 0;
	struct http *h;

	*last = (struct err){ .kind = ERR_KINDS };
	h = http_new(&config, last);
	if (!h) {
		check_failure(last);
		assert_int_equal(last->kind, ERR_SYSTEM);
		return NO_CLIENT;
	}
	for (int i = 0; i < CALLS; i++) {
		struct err err = { .kind = ERR_KINDS };

		build(d, &calls[i]);
		if (http_perform(h, &d->request, &d->stop, clock_monotonic_ns() + 60 * NS_PER_SEC,
				 &d->response, &err) == 0) {
			assert_int_equal(err.kind, ERR_KINDS);
			check_success(d, i);
			continue;
		}
		check_failure(&err);
		failures++;
		*last = err;
	}
	http_free(h);
	return failures;
}

/* ---- the torture ---- */

/* least: how many calls of a round fail in any case. */
static void torture(struct desk *d, int least, bool fails_for_good)
{
	long before, k, failures = 0;
	struct err err;

	memory_is_back();
	assert_int_equal(round_of_calls(d, &err), least);
	assert_int_equal(err.kind, least ? ERR_HANDSHAKE : ERR_KINDS);
	before = memory.live;
	for (k = 1;; k++) {
		int failed;

		memory_fail(k, fails_for_good);
		failed = round_of_calls(d, &err);
		memory_is_back();
		if (memory.live != before)
			fail_msg("allocation %ld: %ld blocks left: %s", k, memory.live - before,
				 err.msg);
		if (failed > least + 1 && failed != NO_CLIENT && !fails_for_good)
			fail_msg("allocation %ld: %d calls failed: %s", k, failed, err.msg);
		failures += failed > least;
		if (memory.asked < k)
			break;
	}
	assert_true(k > 50);
	print_message("# %s, %s: %ld allocations, %ld times more calls failed\n", d->scheme,
		      fails_for_good ? "all from one on" : "one", k - 1, failures);
}

static int set_up(void **state)
{
	struct desk *d = calloc(1, sizeof *d);
	struct err err;

	assert_non_null(d);
	start_names("127.0.0.1");
	d->host = "127.0.0.1";
	d->server.answer = say_ok;
	fake_server_start(&d->server);
	http_request_init(&d->request);
	http_response_init(&d->response);
	*state = d;
	return stop_init(&d->stop, &err);
}

static int tear_down(void **state)
{
	struct desk *d = *state;

	http_request_release(&d->request);
	http_response_release(&d->response);
	stop_destroy(&d->stop);
	fake_server_end(&d->server);
	end_names();
	free(d);
	return 0;
}

/* Up to where the server turns out to speak no TLS: a whole handshake would
 * need another library. */
static void refused_tls(void **state)
{
	const char *parent = getenv("TMPDIR");
	struct desk *d = *state;
	char path[256];
	int fd;

	snprintf(path, sizeof path, "%s/test_torture_http.XXXXXX", parent ? parent : "/tmp");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, ca, sizeof ca - 1), sizeof ca - 1);
	close(fd);
	d->scheme = "https";
	d->ca_file = path;
	torture(d, CALLS, false);
	torture(d, CALLS, true);
	unlink(path);
}

static void plain_http(void **state)
{
	struct desk *d = *state;

	d->scheme = "http";
	torture(d, 0, false);
	torture(d, 0, true);
}

/* The first of its addresses is dead, so that the second is tried, and comes
 * first from then on. */
static void named_host(void **state)
{
	struct desk *d = *state;

	d->scheme = "http";
	d->host = "broker.test";
	names.answer = "127.0.0.9 127.0.0.1";
	torture(d, 0, false);
	torture(d, 0, true);
}

/* ---- refusals of other kinds ---- */

/* One call, during which *refuses is true, and a second, with a client of their
 * own. Returns what became of the first. */
static int call_refused(struct desk *d, bool *refuses, struct err *err)
{
	struct err second;
	struct http_config config = { .user_agent = "quotefetch/test", .allows_plain = true };
	struct http *h = http_new(&config, err);
	int rc;

	assert_non_null(h);
	build(d, &calls[0]);
	http_response_release(&d->response);
	http_response_init(&d->response);
	*err = (struct err){ .kind = ERR_KINDS };
	*refuses = true;
	rc = http_perform(h, &d->request, &d->stop, clock_monotonic_ns() + 60 * NS_PER_SEC,
			  &d->response, err);
	*refuses = false;
	if (http_perform(h, &d->request, &d->stop, CLOCK_NEVER, &d->response, &second) < 0)
		fail_msg("it does not get over it: %s", second.msg);
	http_free(h);
	return rc;
}

static void a_refusal_is_said(void **state)
{
	static const struct {
		bool *refuses;
		const char *want;
	} rows[] = {
		{ &has_no_memory, "out of memory" },
		{ &cannot_go_on, "libcurl cannot go on" },
		{ &cannot_wait, "libcurl cannot wait" },
	};
	struct desk *d = *state;
	struct err err;

	d->scheme = "http";
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(call_refused(d, rows[i].refuses, &err), -1);
		assert_int_equal(err.kind, ERR_SYSTEM);
		assert_string_equal(err.msg, rows[i].want);
	}
	has_no_global = true;
	err.kind = ERR_KINDS;
	assert_int_equal(http_global_init(&err), -1);
	assert_int_equal(err.kind, ERR_SYSTEM);
	has_no_global = false;
}

static void its_codes_have_kinds(void **state)
{
	static const struct {
		CURLcode code;
		enum err_kind want;
	} rows[] = {
		{ CURLE_COULDNT_CONNECT, ERR_NETWORK },
		{ CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT },
		{ CURLE_SSL_CONNECT_ERROR, ERR_HANDSHAKE },
		{ CURLE_PEER_FAILED_VERIFICATION, ERR_TLS },
		{ CURLE_SSL_CACERT_BADFILE, ERR_TLS },
		{ CURLE_SSL_ISSUER_ERROR, ERR_TLS },
		{ CURLE_ABORTED_BY_CALLBACK, ERR_NETWORK },
		{ CURLE_UNSUPPORTED_PROTOCOL, ERR_HTTP },
		{ CURLE_WEIRD_SERVER_REPLY, ERR_HTTP },
		{ CURLE_URL_MALFORMAT, ERR_HTTP },
		{ CURLE_OUT_OF_MEMORY, ERR_HTTP }, /* or an endless header line */
		{ CURLE_RECV_ERROR, ERR_NETWORK },
	};
	struct desk *d = *state;
	struct err err;

	d->scheme = "http";
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		other_end = rows[i].code;
		assert_int_equal(call_refused(d, &has_other_end, &err), -1);
		assert_int_equal(err.kind, rows[i].want);
		assert_int_equal(err.code, rows[i].code);
		assert_true(err.msg[0]);
	}
}

/* A slow machine may load its certificates for longer than a connection may
 * take, in one turn of libcurl: then the handshake has another chance. */
static void a_limit_is_no_judge_of_handshakes(void **state)
{
	struct http_config config = { .user_agent = "quotefetch/test" };
	struct desk *d = *state;
	struct http *h;
	struct err err;

	d->scheme = "https";
	h = http_new(&config, &err);
	assert_non_null(h);
	build(d, &calls[0]);
	other_end = CURLE_OPERATION_TIMEDOUT;
	has_other_end = is_other_once = true;
	assert_int_equal(http_perform(h, &d->request, &d->stop,
				      clock_monotonic_ns() + 60 * NS_PER_SEC, &d->response, &err),
			 -1);
	assert_false(has_other_end);
	is_other_once = false;
	assert_int_equal(err.kind, ERR_HANDSHAKE);
	http_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(plain_http, set_up, tear_down),
		cmocka_unit_test_setup_teardown(named_host, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refused_tls, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_refusal_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(its_codes_have_kinds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_limit_is_no_judge_of_handshakes, set_up, tear_down),
	};
	struct err err;
	int failed;

	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, curl_malloc, curl_release, curl_realloc,
				 curl_copy, curl_calloc) ||
	    http_global_init(&err) < 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	http_global_cleanup();
	curl_global_cleanup();
	return failed || memory.live != 0;
}
