/* SPDX-License-Identifier: MIT */
/* Unit tests of provider/kis_token. */
#define SOURCE "kis"
#include "provider_case.h"

#include "base/clock.h"

#define NOW_MS INT64_C(1795223700000)	    /* 2026-11-21T10:15:00+09:00 */
#define DAY_MS (INT64_C(86400) * 1000) /* the fixture's date is tomorrow's */

/* What our clock says, and what the answer's Date; NULL: none. */
static int64_t now_ms = NOW_MS;
static const char *server_date;

static int parse(struct answer_body b, struct provider_token *out, struct err *err)
{
	struct http_response response;
	int rc;

	http_response_init(&response);
	response.status = b.status;
	buf_append(&response.body, b.text, b.len);
	free(b.text);
	if (server_date) {
		char line[80];
		int len = snprintf(line, sizeof line, "Date: %s\r\n", server_date);

		http_response_take_line(&response, line, (size_t)len);
	}
	err->kind = ERR_KINDS;
	rc = source()->parse_token(&response, now_ms, out, err);
	http_response_release(&response);
	assert_true((rc < 0) == (err->kind != ERR_KINDS));
	return rc;
}

static const struct provider_token untouched = { "untouched", 7 };

static void expect_failure(struct answer_body b, enum err_kind kind, const char *message)
{
	struct provider_token token = untouched;
	struct err err;

	assert_int_equal(parse(b, &token, &err), -1);
	assert_string_equal(err.msg, message);
	assert_int_equal(err.kind, kind);
	assert_string_equal(token.text, untouched.text);
	assert_int_equal(token.life_ms, untouched.life_ms);
}

static void test_expiry(void **state)
{
	static const struct {
		const char *from, *to;
		int64_t life_sec;
	} rows[] = {
		{ "86400", "86400", 86400 },
		/* The date counts, whatever expires_in says. */
		{ "86400", "90000", 86400 },
		{ "2026-11-22 10:15:00", "2026-11-22 10:14:59", 86399 },
		{ "2026-11-22 10:15:00", " 2026-11-22 10:15:00 ", 86400 },
		{ "2026-11-22 10:15:00", "2026-11-22 05:15:00", 68400 },
		/* But for a date that cannot be: it is our clock that is wrong. */
		{ "2026-11-22 10:15:00", "2026-11-20 10:15:00", 86400 },
		{ "2026-11-22 10:15:00", "2026-11-24 10:15:00", 86400 },
		{ "2026-11-22 10:15:00\",\"token_type\":\"Bearer\",\"expires_in\":86400",
		  "2026-11-20 10:15:00\"", -86400 },
		/* No date: expires_in, as a number or as text. */
		{ "\"2026-11-22 10:15:00\"", "null", 86400 },
		{ "2026-11-22 10:15:00", "", 86400 },
		{ "2026-11-22 10:15:00", "  ", 86400 },
		{ "access_token_token_expired", "acess_token_token_expired", 86400 },
		{ "\"2026-11-22 10:15:00\",\"token_type\":\"Bearer\",\"expires_in\":86400",
		  "null,\"expires_in\":7776000", 7776000 },
		{ "\"2026-11-22 10:15:00\",\"token_type\":\"Bearer\",\"expires_in\":86400",
		  "null,\"expires_in\":\"3600\"", 3600 },
		/* Neither: an hour. */
		{ ",\"access_token_token_expired\":\"2026-11-22 10:15:00\",\"token_type\":\"Bearer\""
		  ",\"expires_in\":86400", "", 3600 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct provider_token token = untouched;
		struct err err;

		if (parse(case_replace("token.200.json", rows[i].from, rows[i].to), &token, &err) < 0)
			fail_msg("%s: %s", rows[i].to, err.msg);
		assert_int_equal(token.life_ms, rows[i].life_sec * 1000);
		assert_memory_equal(token.text, "eyJ0eXAi", 8);
	}
}

/* By how much our clock is wrong does not matter where the server says what time
 * it is, and only for tokens of some hours where it does not. */
static void test_clocks(void **state)
{
	static const int64_t wrong_hours[] = { 0, 1, -1, 3, -3, 24, -24, 10000, -10000 };
	static const struct {
		const char *server_date, *expiry;
		int64_t life_hours[sizeof wrong_hours / sizeof *wrong_hours];
	} rows[] = {
		{ "Sat, 21 Nov 2026 01:15:00 GMT", "2026-11-22 10:15:00",
		  { 24, 24, 24, 24, 24, 24, 24, 24, 24 } },
		{ "Sat, 21 Nov 2026 01:15:00 GMT", "2026-11-22 05:15:00",
		  { 19, 19, 19, 19, 19, 19, 19, 19, 19 } },
		{ "Sat, 21 Nov 2026 01:15:00 GMT", "2026-11-20 10:15:00",
		  { -24, -24, -24, -24, -24, -24, -24, -24, -24 } },
		{ NULL, "2026-11-22 10:15:00", { 24, 23, 25, 21, 24, 24, 24, 24, 24 } },
		{ NULL, "2026-11-22 05:15:00", { 19, 18, 20, 24, 22, 24, 24, 24, 24 } },
		{ "yesterday", "2026-11-22 10:15:00", { 24, 23, 25, 21, 24, 24, 24, 24, 24 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t k = 0; k < COUNT(wrong_hours); k++) {
			struct provider_token token;
			struct err err;

			print_message("# %zu %zu\n", i, k);
			server_date = rows[i].server_date;
			now_ms = NOW_MS + wrong_hours[k] * 3600 * 1000;
			assert_int_equal(parse(case_replace("token.200.json", "2026-11-22 10:15:00",
							   rows[i].expiry),
					       &token, &err),
					 0);
			assert_int_equal(token.life_ms, rows[i].life_hours[k] * 3600 * 1000);
		}
	}
	server_date = NULL;
	now_ms = NOW_MS;
}

/* A token goes into a header, and is nothing that could be more than that. */
static void test_texts(void **state)
{
	static char longest[TOKEN_BYTES], too_long[TOKEN_BYTES + 1];
	static const struct {
		const char *json, *text; /* NULL: refused */
	} rows[] = {
		{ "\"abc\"", "abc" },
		{ "\"AZaz09-._~+/==\"", "AZaz09-._~+/==" },
		{ "\"\\u0061\"", "a" },
		{ "\"a\\/b\"", "a/b" },
		{ longest, longest },
		{ too_long, NULL },
		{ "\"\"", NULL },
		{ "null", NULL },
		{ "\"a b\"", NULL },
		{ "\" abc\"", NULL },
		{ "\"abc\\r\\nx-evil: 1\"", NULL },
		{ "\"abc\\n\"", NULL },
		{ "\"abc\\u007f\"", NULL },
		{ "\"토큰\"", NULL },
		{ "\"a,b\"", NULL },
		{ "\"a\\\"b\"", NULL },
	};

	(void)state;
	memset(longest, 'x', sizeof longest - 1);
	memset(too_long, 'x', sizeof too_long - 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		static char body[TOKEN_BYTES + 64];
		const char *quote = rows[i].json[0] == 'x' ? "\"" : "";
		struct provider_token token = untouched;
		struct answer_body b = { .status = 200 };
		struct err err;

		snprintf(body, sizeof body, "{\"access_token\":%s%s%s,\"expires_in\":86400}", quote,
			 rows[i].json, quote);
		b.text = strdup(body);
		b.len = strlen(body);
		if (!rows[i].text) {
			expect_failure(b, ERR_PARSE, "the answer holds no fit 'access_token'");
			continue;
		}
		assert_int_equal(parse(b, &token, &err), 0);
		assert_string_equal(token.text, rows[i].text);
		assert_int_equal(token.life_ms, DAY_MS);
	}
}

static void test_changes(void **state)
{
	static const struct {
		const char *from, *to, *message;
	} rows[] = {
		{ "access_token\"", "accessToken\"", "the answer holds no fit 'access_token'" },
		{ "{\"access_token\":", "{\"access_token\":7,\"other\":",
		  "field 'access_token' is a number, not a string" },
		{ "\"2026-11-22 10:15:00\"", "20261122",
		  "field 'access_token_token_expired' is a number, not a string" },
		{ "2026-11-22 10:15:00", "2026-11-22T10:15:00",
		  "not a date and time (YYYY-MM-DD HH:MM:SS)" },
		{ "2026-11-22 10:15:00", "2026-13-22 10:15:00",
		  "not a date and time (YYYY-MM-DD HH:MM:SS)" },
		{ "\"2026-11-22 10:15:00\",\"token_type\":\"Bearer\",\"expires_in\":86400",
		  "null,\"expires_in\":-1",
		  "field 'expires_in' is '-1', not a whole number from 0 to 10368000" },
		{ "\"2026-11-22 10:15:00\",\"token_type\":\"Bearer\",\"expires_in\":86400",
		  "null,\"expires_in\":1e400",
		  "field 'expires_in' is '1e400', not a whole number from 0 to 10368000" },
		{ "\"2026-11-22 10:15:00\",\"token_type\":\"Bearer\",\"expires_in\":86400",
		  "null,\"expires_in\":9007199254740993",
		  "field 'expires_in' is '9007199254740993', not a whole number from 0 to 10368000" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_failure(case_replace("token.200.json", rows[i].from, rows[i].to), ERR_PARSE,
			       rows[i].message);
}

/* Both shapes of a refusal; whatever is final is a refusal of the login. */
static void test_refusals(void **state)
{
	static const struct {
		int status;
		const char *code;
		enum err_kind kind;
		int64_t retry_after_ms;
	} rows[] = {
		{ 403, "EGW00133", ERR_AUTH, 60000 },	{ 200, "EGW00133", ERR_AUTH, 60000 },
		{ 500, "EGW00133", ERR_AUTH, 60000 },	{ 403, "EGW00103", ERR_AUTH, 0 },
		{ 403, "EGW00105", ERR_AUTH, 0 },	{ 200, "EGW00105", ERR_AUTH, 0 },
		{ 403, "EGW00115", ERR_AUTH, 0 },	{ 500, "EGW00304", ERR_AUTH, 0 },
		{ 403, "EGW02004", ERR_AUTH, 0 },	{ 403, "EGW99999", ERR_AUTH, 0 },
		{ 500, "EGW00002", ERR_SERVER, 0 },	{ 403, "EGW00002", ERR_SERVER, 0 },
		{ 500, "EGW00201", ERR_RATE_LIMIT, 0 }, { 200, "EGW00201", ERR_RATE_LIMIT, 0 },
		/* What a quote call would take for another matter. */
		{ 500, "EGW00123", ERR_AUTH, 0 },	{ 500, "EGW00206", ERR_AUTH, 0 },
		{ 500, "EGW00213", ERR_AUTH, 0 },	{ 500, "OPSQ0002", ERR_AUTH, 0 },
		{ 200, "OPSQ2001", ERR_AUTH, 0 },	{ 401, "EGW99999", ERR_AUTH, 0 },
		{ 403, "EGW00004", ERR_AUTH, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows) * 2; i++) {
		static const char *const names[2][2] = { { "error_code", "error_description" },
							 { "msg_cd", "msg1" } };
		const char *const *name = names[i % 2];
		int status = rows[i / 2].status;
		struct provider_token token = untouched;
		struct answer_body b = { .status = status, .text = malloc(200) };
		char expected[64];
		struct err err;

		snprintf(b.text, 200, "{%s\"%s\":\"잠시 후\",\"%s\":\"%s\"}",
			 i % 2 ? "\"rt_cd\":\"1\"," : "", name[1], name[0], rows[i / 2].code);
		b.len = strlen(b.text);
		assert_int_equal(parse(b, &token, &err), -1);
		if (err.kind != rows[i / 2].kind || err.retry_after_ms != rows[i / 2].retry_after_ms)
			fail_msg("%d %s: %s: %s", status, rows[i / 2].code, err_kind_name(err.kind),
				 err.msg);
		snprintf(expected, sizeof expected, "refused (%s): 잠시 후", rows[i / 2].code);
		assert_string_equal(err.msg, expected);
		assert_int_equal(err.code, status);
		assert_string_equal(token.text, untouched.text);
	}
}

/* Half a refusal is judged by its status, and promises no time. */
static void test_half_refusal(void **state)
{
	static const char body[] = "{\"error_code\":\"EGW00133\",\"error_description\":1}";
	struct provider_token token;
	struct err err;

	(void)state;
	assert_int_equal(parse((struct answer_body){ 500, strlen(body), strdup(body), NULL }, &token, &err),
			 -1);
	assert_int_equal(err.kind, ERR_SERVER);
	assert_int_equal(err.retry_after_ms, 0);
}

static void test_fixtures(void **state)
{
	static const struct {
		const char *fixture;
		enum err_kind kind;
		const char *message;
	} rows[] = {
		{ "token_early.403.json", ERR_AUTH,
		  "refused (EGW00133): 접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)" },
		{ "token_early_as_quote.403.json", ERR_AUTH,
		  "refused (EGW00133): 접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)" },
		{ "token_bad_key.403.json", ERR_AUTH,
		  "refused (EGW00103): 유효하지 않은 AppKey입니다." },
		{ "token_bad_secret.403.json", ERR_AUTH,
		  "refused (EGW00105): 유효하지 않은 AppSecret입니다." },
		{ "token_server_error.500.json", ERR_SERVER,
		  "refused (EGW00002): 서버 에러가 발생했습니다." },
		{ "no_data.200.json", ERR_AUTH, "refused (KIOK0460): 조회할 자료가 없습니다" },
		{ "proxy_page.502.html", ERR_SERVER, "HTTP status 502" },
		{ "proxy_page.403.html", ERR_FORBIDDEN, "HTTP status 403" },
		{ "single.200.json", ERR_PARSE, "the answer holds no fit 'access_token'" },
	};
	struct provider_token token;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_failure(case_load(rows[i].fixture), rows[i].kind, rows[i].message);
	assert_int_equal(parse(case_load("token_no_date.200.json"), &token, &err), 0);
	assert_int_equal(token.life_ms, DAY_MS);
}

static void test_beginnings(void **state)
{
	struct answer_body whole = case_load("token.200.json");

	(void)state;
	while (whole.text[whole.len - 1] != '}')
		whole.len--;
	for (size_t n = 0; n < whole.len; n++) {
		struct answer_body b = { 200, n, malloc(n + 1), NULL };
		struct provider_token token = untouched;
		struct err err;

		memcpy(b.text, whole.text, n);
		assert_int_equal(parse(b, &token, &err), -1);
		assert_int_equal(err.kind, ERR_TRUNCATED);
		assert_string_equal(token.text, untouched.text);
	}
	free(whole.text);
}

static void test_build(void **state)
{
	struct provider_call call = case_call();
	struct http_request r;
	char text[128];

	(void)state;
	call.login.secret = "S\"E\\C/RET+=";
	call.token = NULL;
	http_request_init(&r);
	assert_int_equal(source()->build_token(&call, &r, NULL), 0);
	assert_string_equal(buf_text(&r.url), "https://h:1/oauth2/tokenP");
	assert_string_equal(buf_text(&r.body),
			    "{\"grant_type\":\"client_credentials\",\"appkey\":\"KEY\","
			    "\"appsecret\":\"S\\\"E\\\\C/RET+=\"}");
	case_tell_headers(&r, text, sizeof text);
	assert_string_equal(text, "content-type: application/json; charset=utf-8\n");
	assert_true(r.is_post);
	assert_true(r.is_unrepeatable);
	http_request_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expiry),	 cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_changes),	 cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_half_refusal), cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_beginnings), cmocka_unit_test(test_build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
