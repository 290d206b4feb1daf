/* SPDX-License-Identifier: MIT */
/* What libcurl's codes mean, by what had happened before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "net/http_failure.h"
#include "net/route.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct route direct = { .host = "broker.test", .name = "broker.test:443" };
static const struct route nameless = { .host = "", .name = "" };
static const struct route proxy = { .host = "proxy.test",
				    .name = "proxy.test:3128",
				    .is_proxy = true,
				    .proxy_url = "http://proxy.test:3128" };
static const struct route login = { .host = "proxy.test",
				    .name = "proxy.test:3128",
				    .is_proxy = true,
				    .has_login = true,
				    .proxy_url = "http://me:hunter2@proxy.test:3128" };

static void endings_have_kinds(void **state)
{
	enum { NOWHERE, AT_PROXY, AT_SERVER, SENT };
	static const struct {
		CURLcode rc;
		int errnum, tunnel_status, reached;
		const struct route *route;
		const char *text; /* libcurl's */
		enum err_kind kind;
		const char *says;
	} rows[] = {
		/* nobody was reached */
		{ CURLE_COULDNT_CONNECT, ECONNREFUSED, 0, NOWHERE, &direct, "Failed", ERR_NETWORK,
		  "cannot connect to 'broker.test:443': Connection refused" },
		{ CURLE_COULDNT_CONNECT, ETIMEDOUT, 0, NOWHERE, &direct, "Failed", ERR_NETWORK,
		  "cannot connect to 'broker.test:443': no answer" },
		{ CURLE_COULDNT_CONNECT, ECONNREFUSED, 0, NOWHERE, &nameless, "Failed", ERR_NETWORK,
		  "cannot connect to 'https://broker.test': Connection refused" },
		{ CURLE_COULDNT_CONNECT, 0, 0, NOWHERE, &direct, "Failed", ERR_NETWORK,
		  "cannot connect to 'broker.test:443'" },
		{ CURLE_OPERATION_TIMEDOUT, EINPROGRESS, 0, NOWHERE, &direct, "", ERR_NETWORK,
		  "cannot connect to 'broker.test:443': no answer" },
		{ CURLE_COULDNT_CONNECT, ECONNREFUSED, 0, NOWHERE, &proxy, "Failed", ERR_NETWORK,
		  "cannot connect to the proxy 'proxy.test:3128': Connection refused" },
		{ CURLE_OPERATION_TIMEDOUT, 0, 0, NOWHERE, &login, "", ERR_NETWORK,
		  "cannot connect to the proxy 'proxy.test:3128': no answer" },
		{ CURLE_COULDNT_RESOLVE_HOST, 0, 0, NOWHERE, &direct, "odd", ERR_HOST, "odd" },
		{ CURLE_COULDNT_RESOLVE_PROXY, 0, 0, NOWHERE, &login,
		  "Unsupported proxy syntax in 'http://me:hunter2", ERR_HOST,
		  "the proxy 'proxy.test:3128': Could" }, /* then curl's words, by version */
		{ CURLE_OUT_OF_MEMORY, 0, 0, NOWHERE, &direct, "", ERR_SYSTEM, "out of memory" },
		{ CURLE_URL_MALFORMAT, 0, 0, NOWHERE, &direct, "bad", ERR_HTTP, "bad" },
		{ CURLE_UNSUPPORTED_PROTOCOL, 0, 0, NOWHERE, &direct, "bad", ERR_HTTP, "bad" },
		/* a proxy was */
		{ CURLE_RECV_ERROR, 0, 407, AT_PROXY, &proxy, "x", ERR_AUTH,
		  "the proxy 'proxy.test:3128' wants a login" },
		{ CURLE_COULDNT_CONNECT, 0, 407, AT_PROXY, &login, "x", ERR_AUTH,
		  "the proxy 'proxy.test:3128' refuses the login" },
		{ CURLE_RECV_ERROR, 0, 405, AT_PROXY, &proxy, "x", ERR_AUTH,
		  "the proxy 'proxy.test:3128' refuses the way to https://broker.test: HTTP "
		  "status 405" },
		{ CURLE_RECV_ERROR, 0, 504, AT_PROXY, &proxy, "x", ERR_NETWORK,
		  "the proxy 'proxy.test:3128' finds no way to https://broker.test: HTTP status "
		  "504" },
		{ CURLE_RECV_ERROR, 0, 0, AT_PROXY, &proxy, "reset", ERR_NETWORK,
		  "the proxy 'proxy.test:3128': reset" },
		{ CURLE_PROXY, 0, 0, AT_PROXY, &proxy, "SOCKS", ERR_NETWORK,
		  "the proxy 'proxy.test:3128': SOCKS" },
		/* the server was */
		{ CURLE_OPERATION_TIMEDOUT, 0, 0, AT_SERVER, &direct, "late", ERR_TIMEOUT, "late" },
		{ CURLE_SSL_CONNECT_ERROR, 0, 0, AT_SERVER, &direct, "ssl", ERR_HANDSHAKE, "ssl" },
		{ CURLE_SSL_CONNECT_ERROR, 0, 200, AT_SERVER, &proxy, "ssl", ERR_HANDSHAKE, "ssl" },
		{ CURLE_PEER_FAILED_VERIFICATION, 0, 0, AT_SERVER, &direct, "has expired", ERR_TLS,
		  "has expired (or this machine's clock is wrong)" },
		{ CURLE_PEER_FAILED_VERIFICATION, 0, 0, AT_SERVER, &direct, "not yet valid",
		  ERR_TLS, "not yet valid (or this machine's clock is wrong)" },
		{ CURLE_PEER_FAILED_VERIFICATION, 0, 0, AT_SERVER, &direct, "self-signed", ERR_TLS,
		  "self-signed" },
		{ CURLE_SSL_CACERT_BADFILE, 0, 0, AT_SERVER, &direct, "file", ERR_TLS, "file" },
		{ CURLE_SSL_ISSUER_ERROR, 0, 0, AT_SERVER, &direct, "x", ERR_TLS, "x" },
		{ CURLE_ABORTED_BY_CALLBACK, 0, 0, AT_SERVER, &direct, "x", ERR_TIMEOUT,
		  "too little time was left to send it" },
		/* and the request left */
		{ CURLE_RECV_ERROR, 0, 0, SENT, &direct, "reset", ERR_NETWORK, "reset" },
		{ CURLE_GOT_NOTHING, 0, 0, SENT, &direct, "", ERR_NETWORK,
		  "Server returned nothing (no headers, no data)" },
		{ CURLE_ABORTED_BY_CALLBACK, 0, 0, SENT, &direct, "x", ERR_NETWORK,
		  "the kept connection was lost" },
		{ CURLE_COULDNT_RESOLVE_HOST, 0, 0, SENT, &direct, "x", ERR_NETWORK,
		  "the kept connection was lost" },
		{ CURLE_COULDNT_CONNECT, ECONNREFUSED, 0, SENT, &direct, "x", ERR_NETWORK,
		  "the kept connection was lost" },
		{ CURLE_OUT_OF_MEMORY, 0, 0, SENT, &direct, "", ERR_HTTP,
		  "the answer has an endless header line, or memory ran out" },
		{ CURLE_WEIRD_SERVER_REPLY, 0, 0, SENT, &direct, "odd", ERR_HTTP, "odd" },
		{ CURLE_WRITE_ERROR, 0, 0, SENT, &direct, "", ERR_SYSTEM, "out of memory" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct http_ending end = { .rc = rows[i].rc,
					   .text = rows[i].text,
					   .errnum = rows[i].errnum,
					   .tunnel_status = rows[i].tunnel_status,
					   .has_connection = rows[i].reached == AT_PROXY ||
							     rows[i].reached == AT_SERVER,
					   .was_connected = rows[i].reached >= AT_SERVER,
					   .was_sent = rows[i].reached == SENT,
					   .route = rows[i].route,
					   .origin = "https://broker.test" };
		struct err err;

		assert_int_equal(http_failure_set(&end, &err), -1);
		if (err.kind != rows[i].kind || strncmp(err.msg, rows[i].says, strlen(rows[i].says)) != 0)
			fail_msg("row %zu: kind %d: %s", i, (int)err.kind, err.msg);
		assert_int_equal(err.code, rows[i].reached == AT_PROXY && rows[i].tunnel_status ?
						   rows[i].tunnel_status :
						   (int)rows[i].rc);
		assert_int_equal(http_failure_set(&end, NULL), -1);
	}
}

static void a_body_over_its_cap(void **state)
{
	struct http_ending end = { .rc = CURLE_WRITE_ERROR,
				   .text = "Failed writing body",
				   .was_connected = true,
				   .was_sent = true,
				   .over_cap = 1000,
				   .route = &direct,
				   .origin = "https://broker.test" };
	struct err err;

	(void)state;
	assert_int_equal(http_failure_set(&end, &err), -1);
	assert_int_equal(err.kind, ERR_HTTP);
	assert_string_equal(err.msg, "the answer is larger than 1000 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endings_have_kinds),
		cmocka_unit_test(a_body_over_its_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
