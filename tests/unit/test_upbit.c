/* SPDX-License-Identifier: MIT */
/* Unit tests of provider/upbit. */
/* wrap: arena_copy */
#define SOURCE "upbit"
#include "provider_case.h"
#include "provider_memory.h"

#define BTC                                                                             \
	"KRW-BTC UPBIT - KRW price 162876000 change -282000 percent -0.1728386 "        \
	"open 163248000 high 163708000 low 162248000 close 163158000 "                  \
	"volume 844.94369319 turnover 137728155832.9616 high52 166800000 low52 72100000 " \
	"at 2025-07-31T02:03:15.076+09:00"
#define ETH                                                                             \
	"KRW-ETH UPBIT - KRW price 5252000 change 0 percent 0 "                         \
	"open 5252000 high 5286000 low 5189000 close 5252000 "                          \
	"volume 33157.31864212 turnover 173631118966.89932 high52 5900000 low52 2096000 " \
	"at 2025-07-31T02:03:12.075+09:00"
#define NOT_FOUND " NotFound: no such symbol"

static void test_answers(void **state)
{
	static const struct {
		const char *fixture, *symbols, *expected;
	} rows[] = {
		{ "two.200.json", "KRW-BTC.UPBIT KRW-ETH.UPBIT", BTC "\n" ETH },
		{ "two.200.json", "KRW-ETH.UPBIT KRW-BTC.UPBIT", ETH "\n" BTC },
		{ "two.200.json", "KRW-XRP.UPBIT KRW-ETH.UPBIT KRW-BTC.UPBIT",
		  "KRW-XRP" NOT_FOUND "\n" ETH "\n" BTC },
		{ "two.200.json", "KRW-BTC.UPBIT",
		  "Parse: the answer names 'KRW-ETH', which was not asked" },
		{ "exponent.200.json", "KRW-BTC.UPBIT",
		  "KRW-BTC UPBIT - KRW price 9559000 change -47000 percent -0.48927753 "
		  "open 9606000 high 9842000 low 9390000 close 9606000 volume 4374.96152979 "
		  "turnover 42471738001.24926 high52 9907000 low52 3562000 "
		  "at 2019-05-16T14:08:20.000+09:00" },
		{ "unknown.404.json", "KRW-BTC.UPBIT KRW-ETH.UPBIT",
		  "NotFound: refused: Code not found" },
		{ "no_route.404.json", "KRW-BTC.UPBIT",
		  "Http: refused: no Route matched with those values" },
		{ "no_markets.400.json", "KRW-BTC.UPBIT",
		  "Input: refused: Missing request parameter error. *" },
		{ "too_many.429.json", "KRW-BTC.UPBIT",
		  "RateLimit: refused: Too many API requests." },
		{ "page.502.html", "KRW-BTC.UPBIT", "Http: HTTP status 502" },
		{ "page.403.html", "KRW-BTC.UPBIT", "Auth: HTTP status 403" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		case_expect(rows[i].symbols, 0, case_load(rows[i].fixture), rows[i].expected);
}

/* Which kind an error is where its name does not show it. */
static void test_kinds(void **state)
{
	static const struct {
		const char *fixture;
		enum err_kind kind;
	} rows[] = {
		{ "unknown.404.json", ERR_NOT_FOUND },	{ "no_route.404.json", ERR_SERVER },
		{ "no_markets.400.json", ERR_INPUT },	{ "too_many.429.json", ERR_RATE_LIMIT },
		{ "page.502.html", ERR_SERVER },	{ "page.403.html", ERR_FORBIDDEN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer_case c;

		case_ask_body(&c, "KRW-BTC.UPBIT", 0, case_load(rows[i].fixture));
		assert_int_equal(c.err.kind, rows[i].kind);
		assert_int_equal(c.err.retry_after_ms, 0);
		assert_int_equal(c.result->verdict.culprit, -1);
		case_release(&c);
	}
}

/* A block says what it is by its status alone. */
static void test_block(void **state)
{
	static const char *const bodies[] = {
		"", "<html></html>", "{\"error\":{\"name\":\"too_many\",\"message\":\"blocked\"}}",
		"{\"name\":418,\"message\":\"blocked for 60 seconds\"}"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct answer_case c;

		case_ask(&c, "KRW-BTC.UPBIT", 0, 418, bodies[i], strlen(bodies[i]));
		assert_int_equal(c.err.kind, ERR_RATE_LIMIT);
		assert_int_equal(c.err.code, 418);
		assert_int_equal(c.err.retry_after_ms, 30000);
		case_release(&c);
	}
}

static void test_limit_header(void **state)
{
	static const struct {
		const char *headers;
		int left;
	} rows[] = {
		{ NULL, -1 },
		{ "remaining-req: group=ticker; min=600; sec=9\n", 9 },
		{ "Remaining-Req: group=ticker; min=600; sec=0\n", 0 },
		{ "Remaining-Req: sec=12\n", 12 },
		{ "Remaining-Req: group=ticker; min=600\n", -1 },
		{ "Remaining-Req: group=ticker; min=600; sec=\n", -1 },
		{ "Remaining-Req: group=ticker; min=600; sec=-1\n", -1 },
		{ "Remaining-Req: sec=99999999999999999999\n", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows) * 2; i++) {
		struct answer_body b = case_load(i % 2 ? "two.200.json" : "too_many.429.json");
		struct answer_case c;

		b.headers = rows[i / 2].headers;
		case_ask_body(&c, "KRW-BTC.UPBIT KRW-ETH.UPBIT", 0, b);
		assert_int_equal(c.result->verdict.calls_left, rows[i / 2].left);
		assert_int_equal(c.result->verdict.resets_after_ms,
				 rows[i / 2].left < 0 ? 0 : 1000);
		case_release(&c);
	}
}

static void test_changes(void **state)
{
	static const struct {
		const char *from, *to, *expected;
	} rows[] = {
		{ "[{\"market\"", "{\"rows\":[{\"market\"", "Parse: *" },
		{ "\"KRW-BTC\"", "\"KRW-ETH\"", "Parse: the answer names 'KRW-ETH' twice" },
		{ "\"KRW-BTC\"", "7", "Parse: field 'market' is a number, not a string" },
		{ "\"market\":\"KRW-BTC\",", "", "Parse: a row has no field 'market'" },
		{ "\"KRW-BTC\"", "\" \"", "Parse: a row has no field 'market'" },
		{ "162876000.00000000", "\"162876000\"",
		  "KRW-BTC Parse: field 'trade_price' is a string, not a number\n*" },
		{ "162876000.00000000", "-1",
		  "KRW-BTC Parse: the price is negative: '-1'\n*" },
		{ "162876000.00000000", "1e99",
		  "KRW-BTC Parse: field 'trade_price': too many digits: '1e99'\n*" },
		{ "162876000.00000000", "0",
		  "KRW-BTC NoTrade: no trade yet (halted, or before the first) UPBIT - KRW "
		  "open 163248000 high 163708000 low 162248000 close 163158000 "
		  "volume 844.94369319 turnover 137728155832.9616 high52 166800000 low52 72100000\n*" },
		{ "162876000.00000000", "null", "KRW-BTC NoTrade: *" },
		{ "\"trade_price\"", "\"price\"", "KRW-BTC NoTrade: *" },
		{ "-0.0017283860", "-1.7283860e-3", BTC "\n*" },
		{ "-0.0017283860", "-1234567890123456789012345678901234567890123456",
		  "KRW-BTC Parse: field 'signed_change_rate': cannot calculate: *" },
		{ "1753894995076", "17538949950760000", "KRW-BTC Parse: field 'trade_timestamp' *" },
		{ "1753894995076", "-1", "KRW-BTC Parse: field 'trade_timestamp' *" },
		{ "1753894995076", "1.5", "KRW-BTC Parse: field 'trade_timestamp' *" },
		{ "\"trade_timestamp\":1753894995076,", "\"timestamp\":1753894995076,", "Parse: *" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		case_expect("KRW-BTC.UPBIT KRW-ETH.UPBIT", 0,
			    case_replace("two.200.json", rows[i].from, rows[i].to),
			    rows[i].expected);
	case_expect("KRW-BTC.UPBIT", 0, case_replace("exponent.200.json", "KRW-BTC", "BTC-ETH"),
		    "Parse: the answer names 'BTC-ETH', which was not asked");
	case_expect("BTC-ETH.UPBIT", 0, case_replace("exponent.200.json", "KRW-BTC", "BTC-ETH"),
		    "BTC-ETH UPBIT - BTC price *");
	case_expect("USDT-ETH.UPBIT", 0,
		    (struct answer_body){ 200, 2, strdup("[]"), NULL }, "USDT-ETH" NOT_FOUND);
	case_expect("USDT-ETH.UPBIT", 0,
		    (struct answer_body){ 200, 2, strdup("{}"), NULL },
		    "Parse: the answer is not an array");
	case_expect("USDT-ETH.UPBIT", 0,
		    (struct answer_body){ 200, 6, strdup("[null]"), NULL },
		    "Parse: a row is not an object");
}

static void test_raw_and_beginnings(void **state)
{
	struct answer_case c;

	(void)state;
	case_ask_body(&c, "KRW-BTC.UPBIT KRW-ETH.UPBIT", RAW, case_load("two.200.json"));
	assert_non_null(strstr(c.result->outcome[0].raw, "\"trade_price\":162876000.00000000,"));
	assert_null(c.result->outcome[0].rt_cd);
	case_release(&c);
	case_expect_no_beginning("KRW-BTC.UPBIT KRW-ETH.UPBIT", 0, "two.200.json", 1);
}

static void test_build(void **state)
{
	struct provider_call call = case_call();
	struct request *request = case_request("KRW-BTC.UPBIT usdt-1inch.upbit", 0);
	struct http_request r;

	(void)state;
	call.login = (struct provider_login){ NULL, NULL };
	call.token = NULL;
	http_request_init(&r);
	assert_int_equal(source()->build_quote(&call, request, &r, NULL), 0);
	assert_string_equal(buf_text(&r.url),
			    "https://h:1/v1/ticker?markets=KRW-BTC%2CUSDT-1INCH");
	assert_int_equal(r.header_count, 0);
	http_request_release(&r);
	request_free(request);
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_true(count_texts("KRW-BTC.UPBIT", RAW, "exponent.200.json") > 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),	     cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_block),	     cmocka_unit_test(test_limit_header),
		cmocka_unit_test(test_changes),	     cmocka_unit_test(test_raw_and_beginnings),
		cmocka_unit_test(test_build),	     cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
