/* SPDX-License-Identifier: MIT */
/* Unit tests of provider/kis: refusals, HTTP statuses, and how numbers are read. */
#define SOURCE "kis"
#include "provider_case.h"

#include "base/decimal.h"

static void ask_text(struct answer_case *c, int status, const char *body)
{
	case_ask(c, "005930", SINGLE, status, body, strlen(body));
}

/* ---- refusals ---- */

/* Every code of the broker's list, and the kind it is. */
static const struct {
	const char *code;
	enum err_kind kind;
} codes[] = {
	{ "EGW00001", ERR_SERVER },	 { "EGW00002", ERR_SERVER },
	{ "EGW00003", ERR_FORBIDDEN },	 { "EGW00004", ERR_FORBIDDEN },
	{ "EGW00101", ERR_AUTH },	 { "EGW00102", ERR_AUTH },
	{ "EGW00103", ERR_AUTH },	 { "EGW00104", ERR_AUTH },
	{ "EGW00105", ERR_AUTH },	 { "EGW00112", ERR_AUTH },
	{ "EGW00115", ERR_AUTH },	 { "EGW00116", ERR_AUTH },
	{ "EGW00117", ERR_AUTH },	 { "EGW00121", ERR_TOKEN },
	{ "EGW00122", ERR_TOKEN },	 { "EGW00123", ERR_TOKEN },
	{ "EGW00132", ERR_HTTP },	 { "EGW00133", ERR_AUTH },
	{ "EGW00201", ERR_RATE_LIMIT },	 { "EGW00202", ERR_SERVER },
	{ "EGW00203", ERR_SERVER },	 { "EGW00204", ERR_SERVER },
	{ "EGW00205", ERR_AUTH },	 { "EGW00206", ERR_FORBIDDEN },
	{ "EGW00207", ERR_AUTH },	 { "EGW00208", ERR_AUTH },
	{ "EGW00209", ERR_AUTH },	 { "EGW00210", ERR_UNSUPPORTED },
	{ "EGW00213", ERR_UNSUPPORTED }, { "EGW00215", ERR_SERVER },
	{ "EGW00300", ERR_SERVER },	 { "EGW00301", ERR_SERVER },
	{ "EGW00302", ERR_SERVER },	 { "EGW00303", ERR_AUTH },
	{ "EGW00304", ERR_AUTH },	 { "EGW02004", ERR_AUTH },
	{ "OPSQ0001", ERR_HTTP },	 { "OPSQ0002", ERR_UNSUPPORTED },
	{ "OPSQ0003", ERR_HTTP },	 { "OPSQ0011", ERR_HTTP },
	{ "OPSQ1002", ERR_SERVER },	 { "OPSQ2000", ERR_INPUT },
	{ "OPSQ2001", ERR_INPUT },	 { "OPSQ2002", ERR_INPUT },
};

/* The body's code decides, whatever the status, rt_cd and shape of the body. */
static void test_codes(void **state)
{
	static const int statuses[] = { 200, 400, 401, 403, 404, 429, 500, 503 };
	static const struct {
		const char *before, *after;
	} shapes[] = {
		{ "{\"rt_cd\":\"1\",\"msg_cd\":\"", "\",\"msg1\":\"text\"}" },
		{ "{\"rt_cd\":\"7\",\"msg_cd\":\" ",
		  " \",\"msg1\":\" text  \",\"output\":{\"stck_prpr\":\"1\"}}" },
		{ "{\"msg_cd\":\"", "\",\"msg1\":\"text\",\"output\":{\"stck_prpr\":\"1\"}}" },
		{ "{\"rt_cd\":\"0\",\"msg_cd\":\"",
		  "\",\"msg1\":\"text\",\"output\":{\"stck_prpr\":\"1\"}}" },
		{ "{\"error_code\":\"", "\",\"error_description\":\"text\"}" },
	};
	char body[200], expected[64];

	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		snprintf(expected, sizeof expected, "refused (%s): text", codes[i].code);
		for (size_t n = 0; n < COUNT(statuses) * COUNT(shapes); n++) {
			int status = statuses[n / COUNT(shapes)];
			struct answer_case c;

			snprintf(body, sizeof body, "%s%s%s", shapes[n % COUNT(shapes)].before,
				 codes[i].code, shapes[n % COUNT(shapes)].after);
			ask_text(&c, status, body);
			if (c.rc == 0 || c.err.kind != codes[i].kind)
				fail_msg("%d %s: %s", status, body, c.text);
			assert_string_equal(c.err.msg, expected);
			assert_int_equal(c.err.code, status);
			assert_string_equal(c.result->verdict.msg_cd, codes[i].code);
			assert_string_equal(c.result->verdict.msg1, "text");
			case_release(&c);
		}
	}
}

/* Where the code is not known, the status tells. */
static void test_unknown_codes(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum err_kind kind;
		const char *message;
	} rows[] = {
		{ 200, "{\"rt_cd\":\"1\",\"msg_cd\":\"KIER2620\",\"msg1\":\"x\"}", ERR_INPUT,
		  "refused (KIER2620): x" },
		{ 200, "{\"rt_cd\":\"9\"}", ERR_INPUT, "refused (no code): no text" },
		{ 200, "{\"rt_cd\":\"\",\"output\":{}}", ERR_PARSE,
		  "the answer has no field 'rt_cd'" },
		{ 200, "{\"rt_cd\":\"00\",\"output\":{}}", ERR_INPUT, "refused (no code): no text" },
		{ 200, "{\"rt_cd\":\"7\",\"msg_cd\":\"KIOK0460\",\"msg1\":\"x\"}", ERR_NOT_FOUND,
		  "refused (KIOK0460): x" },
		{ 500, "{\"rt_cd\":\"7\",\"msg_cd\":\"KIOK0460\",\"msg1\":\"x\"}", ERR_NOT_FOUND,
		  "refused (KIOK0460): x" },
		{ 500, "{\"rt_cd\":\"1\",\"msg_cd\":\"EGW99999\",\"msg1\":\"x\"}", ERR_SERVER,
		  "refused (EGW99999): x" },
		{ 403, "{\"error_code\":\"EGW99999\"}", ERR_FORBIDDEN, "refused (EGW99999): no text" },
		{ 429, "{\"rt_cd\":\"1\"}", ERR_RATE_LIMIT, "refused (no code): no text" },
		{ 403, "{\"rt_cd\":\"1\",\"msg_cd\":\"EGW99999\"}", ERR_FORBIDDEN,
		  "refused (EGW99999): no text" },
		{ 401, "{\"rt_cd\":\"1\"}", ERR_FORBIDDEN, "refused (no code): no text" },
		{ 401, "{\"rt_cd\":\"1\",\"msg_cd\":\"EGW99999\"}", ERR_FORBIDDEN,
		  "refused (EGW99999): no text" },
		{ 404, "{\"rt_cd\":\"1\"}", ERR_HTTP, "refused (no code): no text" },
		{ 200, "{\"msg_cd\":\"MCA00000\",\"output\":{}}", ERR_PARSE,
		  "the answer has no field 'rt_cd'" },
		{ 200, "{\"error_code\":\"EGW99999\"}", ERR_PARSE,
		  "the answer has no field 'rt_cd'" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer_case c;

		ask_text(&c, rows[i].status, rows[i].body);
		assert_string_equal(c.err.msg, rows[i].message);
		assert_int_equal(c.err.kind, rows[i].kind);
		case_release(&c);
	}
}

/* A body that tells nothing is judged by its status; where that is good, the
 * body is at fault. */
static void test_statuses(void **state)
{
	static const struct {
		int status;
		enum err_kind kind;
	} statuses[] = {
		{ 100, ERR_HTTP },   { 301, ERR_HTTP },	      { 302, ERR_HTTP },
		{ 307, ERR_HTTP },   { 400, ERR_HTTP },	      { 401, ERR_FORBIDDEN },
		{ 403, ERR_FORBIDDEN }, { 404, ERR_HTTP },	      { 429, ERR_RATE_LIMIT },
		{ 500, ERR_SERVER }, { 502, ERR_SERVER },     { 503, ERR_SERVER },
		{ 504, ERR_SERVER }, { 599, ERR_SERVER },
	};
	static const struct {
		const char *body;
		enum err_kind kind; /* with status 200 */
	} bodies[] = {
		{ "", ERR_TRUNCATED },
		{ " \r\n", ERR_TRUNCATED },
		{ "<html>Bad Gateway</html>", ERR_PARSE },
		{ "[]", ERR_PARSE },
		{ "null", ERR_PARSE },
		{ "\"text\"", ERR_PARSE },
		{ "\x1f\x8b\x08", ERR_PARSE },
		{ "{", ERR_TRUNCATED },
		{ "{}", ERR_PARSE },
		{ "{\"rt_cd\":1}", ERR_PARSE },
		{ "{\"rt_cd\":\"0\"}", ERR_PARSE },
		{ "{\"rt_cd\":\"0\",\"output\":null}", ERR_PARSE },
		{ "{\"error_code\":503}", ERR_PARSE },
		{ "{\"rt_cd\":\"1\",\"msg_cd\":201}", ERR_PARSE },
		{ "{\"status\":503,\"error\":\"Service Unavailable\"}", ERR_PARSE },
	};
	struct answer_case c;

	(void)state;
	for (size_t b = 0; b < COUNT(bodies); b++) {
		for (size_t i = 0; i < COUNT(statuses); i++) {
			char expected[64];

			snprintf(expected, sizeof expected, "HTTP status %d%s", statuses[i].status,
				 statuses[i].status / 100 == 3 ?
					 " (redirects are not followed)" : "");
			ask_text(&c, statuses[i].status, bodies[b].body);
			assert_int_equal(c.err.kind, statuses[i].kind);
			assert_int_equal(c.err.code, statuses[i].status);
			assert_string_equal(c.err.msg, expected);
			case_release(&c);
		}
		ask_text(&c, 200, bodies[b].body);
		assert_int_equal(c.err.kind, bodies[b].kind);
		case_release(&c);
	}
	/* A quote that comes with a bad status is none. */
	case_expect("005930", SINGLE,
		   (struct answer_body){ 503, strlen("{\"rt_cd\":\"0\",\"output\":{}}"),
				      strdup("{\"rt_cd\":\"0\",\"output\":{}}"), NULL },
		   "Http: HTTP status 503");
}

static void test_fixtures(void **state)
{
	static const struct {
		const char *fixture;
		enum err_kind kind;
		const char *msg_cd, *msg1;
	} rows[] = {
		{ "rate_limit.500.json", ERR_RATE_LIMIT, "EGW00201", "초당 거래건수를 초과하였습니다." },
		{ "rate_limit.200.json", ERR_RATE_LIMIT, "EGW00201", "초당 거래건수를 초과하였습니다." },
		{ "ledger_limit.500.json", ERR_SERVER, "EGW00215",
		  "원장에서 허용 가능한 초당 거래건수를 초과하였습니다." },
		{ "token_invalid.500.json", ERR_TOKEN, "EGW00121", "유효하지 않은 token 입니다." },
		{ "token_expired.500.json", ERR_TOKEN, "EGW00123", "기간이 만료된 token 입니다." },
		{ "token_expired.200.json", ERR_TOKEN, "EGW00123", "기간이 만료된 token 입니다." },
		{ "not_on_paper.500.json", ERR_UNSUPPORTED, "EGW00213",
		  "모의투자에서 제공하지 않는 TR 입니다." },
		{ "unknown_service.500.json", ERR_UNSUPPORTED, "OPSQ0002", "없는 서비스 코드 입니다." },
		{ "bad_division.200.json", ERR_INPUT, "OPSQ2001",
		  "ERROR : INPUT INVALID_CHECK_MRKT_DIV_CODE" },
		{ "no_data.200.json", ERR_NOT_FOUND, "KIOK0460", "조회할 자료가 없습니다" },
		{ "proxy_page.502.html", ERR_SERVER, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer_case c;

		case_ask_body(&c, "005930 000660", 0, case_load(rows[i].fixture));
		assert_int_equal(c.rc, -1);
		assert_int_equal(c.err.kind, rows[i].kind);
		if (rows[i].msg_cd) {
			assert_string_equal(c.result->verdict.msg_cd, rows[i].msg_cd);
			assert_string_equal(c.result->verdict.msg1, rows[i].msg1);
		} else {
			assert_null(c.result->verdict.msg_cd);
			assert_null(strstr(c.err.msg, "<"));
		}
		case_release(&c);
	}
}

/* The server's wish to wait goes along with any refusal. */
static void test_retry_after(void **state)
{
	static const char *const bodies[] = {
		"", "{\"rt_cd\":\"1\",\"msg_cd\":\"EGW00201\"}", "{\"error_code\":\"EGW00002\"}"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct result *result = result_new(case_request("005930", SINGLE));
		struct provider_call call = case_call();
		struct http_response response;
		struct err err;

		http_response_init(&response);
		response.status = 503;
		response.retry_after_ms = 2500;
		buf_puts(&response.body, bodies[i]);
		assert_int_equal(answer_parse(source(), &call, &response, result, &err), -1);
		assert_int_equal(err.retry_after_ms, 2500);
		http_response_release(&response);
		result_free(result);
	}
}

/* A text of any length fits into the message, and the verdict keeps it whole. */
static void test_long_text(void **state)
{
	static char body[20100], text[20001];
	struct answer_case c;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	snprintf(body, sizeof body, "{\"rt_cd\":\"1\",\"msg_cd\":\"EGW00201\",\"msg1\":\"%s\"}", text);
	ask_text(&c, 500, body);
	assert_int_equal(c.err.kind, ERR_RATE_LIMIT);
	assert_int_equal(strlen(c.err.msg), ERR_MSG_BYTES - 1);
	assert_string_equal(c.result->verdict.msg1, text);
	case_release(&c);
}

/* ---- numbers ---- */

static const char digits46[] = "1234567890123456789012345678901234567890123456";

static void test_numbers(void **state)
{
	static const struct {
		const char *written;
		const char *price; /* NULL: no trade; "!": no number */
	} rows[] = {
		{ "57800", "57800" },	   { " 57800 ", "57800" },   { "+57800", "57800" },
		{ " +57800", "57800" },	   { "57,800", "57800" },    { "0057800", "57800" },
		{ "1091.2600", "1091.2600" }, { ".5", "0.5" },	     { "00.10", "0.10" },
		{ digits46, digits46 },	   { "", NULL },	     { "   ", NULL },
		{ "0", NULL },		   { "0.0000", NULL },	     { "-0", NULL },
		{ "+0", NULL },		   { "-", "!" },	     { "+", "!" },
		{ "1e5", "!" },		   { "NaN", "!" },	     { "inf", "!" },
		{ "0x10", "!" },	   { "１２", "!" },	     { "5.", "!" },
		{ "1.2.3", "!" },	   { "5,78,00", "!" },	     { "- 5", "!" },
		{ "--5", "!" },		   { "57800원", "!" },	     { "57 800", "!" },
		{ "N/A", "!" },		   { "57800\\n", "!" },	     { "\\u0007", "!" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *price = rows[i].price;
		char field[80];
		struct answer_case c;

		snprintf(field, sizeof field, "\"stck_prpr\":\"%s\"", rows[i].written);
		case_ask_body(&c, "005930", SINGLE,
			     case_replace("single.200.json", "\"stck_prpr\":\"57800\"", field));
		assert_int_equal(c.rc, 0);
		if (!price) {
			assert_non_null(strstr(c.text, "005930 NoTrade: no trade yet"));
		} else if (strcmp(price, "!") == 0) {
			assert_non_null(strstr(c.text, "005930 Parse: field 'stck_prpr': "
						       "not a decimal number: '"));
		} else {
			assert_true(c.result->outcome[0].has_quote);
			assert_true(decimal_is_valid(price));
			assert_string_equal(c.result->outcome[0].quote.number[QUOTE_PRICE], price);
		}
		case_release(&c);
	}
}

static void test_odd_prices(void **state)
{
	char digits[401], field[420];

	(void)state;
	case_expect("005930", SINGLE,
		   case_replace("single.200.json", "\"57800\"", "\"-57800\""),
		   "005930 Parse: the price is negative: '-57800'");
	memset(digits, '7', sizeof digits - 1);
	digits[sizeof digits - 1] = '\0';
	snprintf(field, sizeof field, "\"%s\"", digits);
	case_expect("005930", SINGLE, case_replace("single.200.json", "\"57800\"", field),
		   "005930 Parse: field 'stck_prpr': too many digits: '777777777777777777777777...'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes),	     cmocka_unit_test(test_unknown_codes),
		cmocka_unit_test(test_statuses),     cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_retry_after),  cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_numbers),	     cmocka_unit_test(test_odd_prices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
