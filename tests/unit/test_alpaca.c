/* SPDX-License-Identifier: MIT */
/* Unit tests of provider/alpaca and alpaca_snapshot. */
/* wrap: arena_copy */
#define SOURCE "alpaca"
#include "provider_case.h"
#include "provider_memory.h"

/* The official example: 06:18 at New York, the bar is the day before's. */
#define AAPL                                                                   \
	"AAPL - - USD price 172.61 change -0.42 percent -0.24 close 173.03 "   \
	"bid 172.6 ask 172.7 at 2022-08-17T10:18:24.114694956Z pre"
#define TSLA                                                                   \
	"TSLA - - USD price 911.99 change -7.70 percent -0.84 close 919.69 "   \
	"bid 911.31 ask 911.75 at 2022-08-17T10:13:12.952851456Z pre"
#define NOT_FOUND " NotFound: no such symbol"
#define NO_TRADE " NoTrade: no trade yet (halted, or before the first) - - USD"

static void test_answers(void **state)
{
	static const struct {
		const char *fixture, *symbols, *expected;
	} rows[] = {
		{ "two.200.json", "AAPL TSLA", AAPL "\n" TSLA },
		{ "two.200.json", "TSLA.NAS MSFT AAPL.US AAPL.NAS",
		  TSLA "\nMSFT" NOT_FOUND "\n" AAPL "\n" AAPL },
		{ "two.200.json", "MSFT KO", "Parse: the answer names 'AAPL', which was not asked" },
		{ "two.200.json", "AAPL KO", "Parse: the answer names 'TSLA', which was not asked" },
		{ "none.200.json", "MSFT KO", "MSFT" NOT_FOUND "\nKO" NOT_FOUND },
		{ "null.200.json", "KUBTY", "KUBTY NoTrade: no trade in this feed - - USD" },
		{ "invalid_symbol.400.json", "AAPL ANG-PD.NYS",
		  "Input: refused: code=400, message=invalid symbol: ANG-PD" },
		{ "no_sip.403.json", "AAPL",
		  "Auth: feed 'iex': refused: subscription does not permit querying recent SIP "
		  "data" },
		{ "page.502.html", "AAPL", "Http: HTTP status 502" },
		{ "page.403.html", "AAPL", "Auth: feed 'iex': HTTP status 403" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		case_expect(rows[i].symbols, 0, case_load(rows[i].fixture), rows[i].expected);
}

/* A class of shares has a point, however it was asked for. */
static void test_classes(void **state)
{
	static const char *const asked[] = { "BRK.B TSLA", "BRK-B TSLA", "brk/b TSLA",
					     "BRK.B.NYS TSLA" };
	char expected[100];

	(void)state;
	for (size_t i = 0; i < COUNT(asked); i++) {
		snprintf(expected, sizeof expected, "BRK%c%s", i == 1 ? '-' : i == 2 ? '/' : '.',
			 "B - - USD price 172.61 *");
		case_expect(asked[i], 0, case_replace("two.200.json", "AAPL", "BRK.B"), expected);
	}
}

static void test_refusals(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum err_kind kind;
		int culprit;
	} rows[] = {
		{ 400, "{\"message\":\"code=400, message=invalid symbol: ANG-PD\"}", ERR_INPUT, -1 },
		{ 400, "{\"message\":\"invalid symbol: ANG.PD\"}", ERR_NOT_FOUND, 1 },
		{ 400, "{\"message\":\"code=400, message=invalid symbol: AAPL\"}", ERR_NOT_FOUND, 0 },
		{ 400, "{\"message\":\"invalid symbol: AAP\"}", ERR_INPUT, -1 },
		{ 400, "{\"message\":\"invalid symbol: AAPL,ANG.PD\"}", ERR_INPUT, -1 },
		{ 400, "{\"message\":\"invalid feed: boats\"}", ERR_INPUT, -1 },
		{ 422, "{\"message\":\"invalid symbol: AAPL\"}", ERR_INPUT, -1 },
		{ 400, "{}", ERR_HTTP, -1 },
		{ 400, "", ERR_HTTP, -1 },
		{ 401, "{\"message\":\"unauthorized.\"}", ERR_AUTH, -1 },
		{ 403, "{\"message\":\"forbidden.\"}", ERR_AUTH, -1 },
		{ 401, "", ERR_FORBIDDEN, -1 },
		{ 401, "{\"message\":7}", ERR_FORBIDDEN, -1 },
		{ 403, "{\"error\":\"blocked\"}", ERR_FORBIDDEN, -1 },
		{ 404, "{\"message\":\"not found\"}", ERR_HTTP, -1 },
		{ 429, "{\"message\":\"too many requests.\"}", ERR_RATE_LIMIT, -1 },
		{ 429, "", ERR_RATE_LIMIT, -1 },
		{ 500, "{\"message\":\"internal server error occurred\"}", ERR_SERVER, -1 },
		{ 504, "upstream request timeout", ERR_SERVER, -1 },
		{ 302, "", ERR_HTTP, -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer_case c;

		case_ask(&c, "AAPL ANG.PD.NYS", 0, rows[i].status, rows[i].body,
			 strlen(rows[i].body));
		assert_int_equal(c.rc, -1);
		if (c.err.kind != rows[i].kind || c.result->verdict.culprit != rows[i].culprit)
			fail_msg("%d %s: %s, culprit %d", rows[i].status, rows[i].body, c.text,
				 c.result->verdict.culprit);
		assert_int_equal(c.err.code, rows[i].status);
		assert_int_equal(c.err.retry_after_ms, 0);
		case_release(&c);
	}
}

/* The window ends by the source's own clock. */
static void test_limit_headers(void **state)
{
#define DATE "Date: Sat, 21 Nov 2026 18:05:34 GMT\n" /* 1795284334 */
	static const struct {
		const char *headers;
		int left;
		int64_t resets_after_ms;
	} rows[] = {
		{ NULL, -1, 0 },
		{ DATE "X-RateLimit-Limit: 200\n", -1, 0 },
		{ DATE "X-RateLimit-Limit: 0\nX-RateLimit-Remaining: 0\n"
		       "X-RateLimit-Reset: 1795284394\n", -1, 0 },
		{ DATE "X-RateLimit-Limit: 200\nX-RateLimit-Remaining: 0\n"
		       "X-RateLimit-Reset: 1795284345\n", 0, 11000 },
		{ DATE "X-RateLimit-Remaining: 199\nX-RateLimit-Reset: 1795284345\n", 199, 11000 },
		{ DATE "x-ratelimit-remaining: 0\nx-ratelimit-reset: 1795284345\n", 0, 11000 },
		{ DATE "X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1795284334\n", 0, 0 },
		{ DATE "X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1795284333\n", 0, 0 },
		{ DATE "X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1795289999\n", 0, 60000 },
		{ DATE "X-RateLimit-Remaining: 0\nX-RateLimit-Reset: soon\n", 0, 60000 },
		{ DATE "X-RateLimit-Remaining: 0\n", 0, 60000 },
		{ "X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1795284345\n", 0, 60000 },
		{ DATE "X-RateLimit-Remaining: -1\n", -1, 0 },
		{ DATE "X-RateLimit-Remaining: 5x\n", -1, 0 },
		{ DATE "X-RateLimit-Remaining: 99999999999\n", 1000000, 60000 },
		{ DATE "X-RateLimit-Remaining: 9999999999999999999999\n", -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		static const char refused[] = "{\"message\":\"too many requests.\"}";
		struct answer_body b = case_load("two.200.json");
		struct answer_case c;

		b.headers = rows[i].headers;
		case_ask_body(&c, "AAPL TSLA", 0, b);
		assert_int_equal(c.rc, 0);
		assert_int_equal(c.result->verdict.calls_left, rows[i].left);
		assert_int_equal(c.result->verdict.resets_after_ms, rows[i].resets_after_ms);
		case_release(&c);
		b = (struct answer_body){ 429, sizeof refused - 1, strdup(refused), rows[i].headers };
		case_ask_body(&c, "AAPL TSLA", 0, b);
		assert_int_equal(c.err.kind, ERR_RATE_LIMIT);
		assert_int_equal(c.err.retry_after_ms, rows[i].resets_after_ms);
		case_release(&c);
	}
}

/* One share, its blocks as given. */
static void expect_row(const char *row, const char *expected)
{
	struct answer_body b = { .status = 200, .text = malloc(4096) };

	b.len = (size_t)snprintf(b.text, 4096, "{\"KO\":%s}", row);
	case_expect("KO", 0, b, expected);
}

#define TRADE(time, more) "{\"latestTrade\":{\"t\":\"" time "\",\"p\":60.5" more "}"
#define BAR(time) ",\"dailyBar\":{\"t\":\"" time "\",\"o\":60,\"h\":61,\"l\":59,\"c\":60.4,\"v\":1200}"
#define BEFORE ",\"prevDailyBar\":{\"t\":\"2026-06-01T04:00:00Z\",\"c\":55}"

#define WITH_DAY "change 5.5 percent 10.00 open 60 high 61 low 59 close 55 volume 1200"
#define WITH_CLOSE "change 0.1 percent 0.17 close 60.4"

/* Which close is the previous one. */
static void test_days(void **state)
{
	static const struct {
		const char *row, *expected;
	} rows[] = {
		/* summer: a day begins at 04:00 UTC */
		{ TRADE("2026-07-15T18:00:00Z", "") BAR("2026-07-15T04:00:00Z") BEFORE "}",
		  WITH_DAY " at 2026-07-15T18:00:00Z" },
		{ TRADE("2026-07-16T03:59:59Z", "") BAR("2026-07-15T04:00:00Z") BEFORE "}",
		  WITH_DAY " at 2026-07-16T03:59:59Z" },
		{ TRADE("2026-07-16T04:00:00Z", "") BAR("2026-07-15T04:00:00Z") BEFORE "}",
		  WITH_CLOSE " at 2026-07-16T04:00:00Z" },
		/* winter: at 05:00 UTC */
		{ TRADE("2026-01-16T04:59:59Z", "") BAR("2026-01-15T05:00:00Z") BEFORE "}",
		  WITH_DAY " at 2026-01-16T04:59:59Z" },
		{ TRADE("2026-01-16T05:00:00Z", "") BAR("2026-01-15T05:00:00Z") BEFORE "}",
		  WITH_CLOSE " at 2026-01-16T05:00:00Z" },
		/* across a change of the clock */
		{ TRADE("2026-03-09T04:00:00Z", "") BAR("2026-03-06T05:00:00Z") BEFORE "}",
		  WITH_CLOSE " at 2026-03-09T04:00:00Z" },
		/* a trade that is older than the bar */
		{ TRADE("2026-07-14T18:00:00Z", "") BAR("2026-07-15T04:00:00Z") BEFORE "}",
		  "at 2026-07-14T18:00:00Z" },
		/* blocks that are not there, or null */
		{ TRADE("2026-07-15T18:00:00Z", "") BEFORE "}", "at 2026-07-15T18:00:00Z" },
		{ TRADE("2026-07-15T18:00:00Z", "") "}", "at 2026-07-15T18:00:00Z" },
		{ TRADE("2026-07-15T18:00:00Z", "") BAR("2026-07-15T04:00:00Z") "}",
		  "open 60 high 61 low 59 volume 1200 at 2026-07-15T18:00:00Z" },
		{ TRADE("2026-07-15T18:00:00Z", "") ",\"latestQuote\":null,\"dailyBar\":null}",
		  "at 2026-07-15T18:00:00Z" },
		/* zero is no offer */
		{ TRADE("2026-07-15T18:00:00Z", "") ",\"latestQuote\":{\"bp\":0,\"ap\":60.6}}",
		  "ask 60.6 at 2026-07-15T18:00:00Z" },
		/* the session, where the conditions tell it */
		{ TRADE("2026-07-15T12:00:00Z", ",\"c\":[\"@\",\"T\"]") "}",
		  "at 2026-07-15T12:00:00Z pre" },
		{ TRADE("2026-07-15T20:00:01Z", ",\"c\":[\" \",\"U\",\"I\"]") "}",
		  "at 2026-07-15T20:00:01Z after" },
		{ TRADE("2026-07-15T18:00:00Z", ",\"c\":[\"@\"]") "}",
		  "at 2026-07-15T18:00:00Z regular" },
		{ TRADE("2026-07-15T18:00:00Z", ",\"c\":null") "}", "at 2026-07-15T18:00:00Z" },
	};
	char expected[200];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(expected, sizeof expected, "KO - - USD price 60.5 %s", rows[i].expected);
		expect_row(rows[i].row, expected);
	}
}

static void test_changes(void **state)
{
	static const struct {
		const char *row, *expected;
	} rows[] = {
		{ "7", "KO Parse: it is not an object" },
		{ "{}", "KO" NO_TRADE },
		{ "{\"latestTrade\":null" BAR("2026-07-15T04:00:00Z") BEFORE "}",
		  "KO" NO_TRADE " close 60.4" },
		{ "{\"latestTrade\":null" BEFORE "}", "KO" NO_TRADE " close 55" },
		{ "{\"latestTrade\":[]}", "KO Parse: field 'latestTrade' is not an object" },
		{ "{\"latestTrade\":{\"t\":\"2026-07-15T18:00:00Z\",\"p\":0}" BAR("2026-07-15T04:00:00Z")
		  BEFORE "}", "KO" NO_TRADE " open 60 high 61 low 59 close 55 volume 1200" },
		{ "{\"latestTrade\":{\"t\":\"2026-07-15T18:00:00Z\"}}", "KO" NO_TRADE },
		{ "{\"latestTrade\":{\"t\":\"2026-07-15T18:00:00Z\",\"p\":-1}}",
		  "KO Parse: the price is negative: '-1'" },
		{ "{\"latestTrade\":{\"t\":\"2026-07-15T18:00:00Z\",\"p\":\"1\"}}",
		  "KO Parse: latestTrade: field 'p' is a string, not a number" },
		{ "{\"latestTrade\":{\"p\":60.5}}", "KO Parse: latestTrade: field 't' is not a time" },
		{ "{\"latestTrade\":{\"t\":1,\"p\":60.5}}",
		  "KO Parse: latestTrade: field 't' is a number, not a string" },
		{ TRADE("2026-07-15", "") "}", "KO Parse: latestTrade: field 't' is not a time" },
		{ TRADE("2026-07-15T18:00:00Z", "") ",\"dailyBar\":{\"c\":1}}",
		  "KO Parse: dailyBar: field 't' is not a time" },
		{ TRADE("2026-07-15T18:00:00Z", "") ",\"prevDailyBar\":7}",
		  "KO Parse: field 'prevDailyBar' is not an object" },
		{ TRADE("2026-07-15T18:00:00Z", "") ",\"latestQuote\":{\"bp\":true}}",
		  "KO Parse: latestQuote: field 'bp' is true or false, not a number" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_row(rows[i].row, rows[i].expected);
	case_expect("AAPL TSLA", 0, case_replace("two.200.json", "172.61", "1.7261e2"),
		    AAPL "\n" TSLA);
	case_expect("AAPL TSLA", 0, case_replace("two.200.json", "{\"AAPL\"", "[{\"AAPL\""),
		    "Parse: *");
}

static void test_raw_and_beginnings(void **state)
{
	struct answer_case c;

	(void)state;
	case_ask_body(&c, "AAPL TSLA KO", RAW, case_load("two.200.json"));
	assert_memory_equal(c.result->outcome[0].raw, "{\"latestTrade\":{\"t\":\"2022", 24);
	assert_null(c.result->outcome[2].raw);
	assert_null(c.result->outcome[0].rt_cd);
	assert_int_equal(c.result->outcome[0].exchange, MARKET_NONE);
	case_release(&c);
	case_expect_no_beginning("AAPL TSLA", 0, "two.200.json", 1);
}

static void test_delay(void **state)
{
	const struct provider_account *delayed = provider_find_account(source(), "delayed_sip");
	struct provider_call call = case_call();
	struct answer_body b = case_load("two.200.json");
	struct result *result = result_new(case_request("AAPL TSLA", 0));
	struct http_response response;

	(void)state;
	assert_non_null(delayed);
	call.account = delayed;
	http_response_init(&response);
	response.status = 200;
	buf_append(&response.body, b.text, b.len);
	assert_int_equal(answer_parse(source(), &call, &response, result, NULL), 0);
	assert_int_equal(result->outcome[0].quote.delayed_minutes, 15);
	http_response_release(&response);
	result_free(result);
	free(b.text);
}

static void test_build(void **state)
{
	static const struct {
		const char *account, *symbols, *query;
	} rows[] = {
		{ "iex", "AAPL", "symbols=AAPL&feed=iex" },
		{ "delayed_sip", "AAPL BRK-B KO.NYS", "symbols=AAPL%2CBRK.B%2CKO&feed=delayed_sip" },
		{ "sip", "AAPL AAPL.NAS BRK.B BRK/B KO", "symbols=AAPL%2CBRK.B%2CKO&feed=sip" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request *request = case_request(rows[i].symbols, 0);
		struct provider_call call = case_call();
		char text[200], url[200];
		struct http_request r;

		call.account = provider_find_account(source(), rows[i].account);
		call.token = NULL;
		http_request_init(&r);
		assert_int_equal(source()->build_quote(&call, request, &r, NULL), 0);
		snprintf(url, sizeof url, "https://h:1/v2/stocks/snapshots?%s", rows[i].query);
		assert_string_equal(buf_text(&r.url), url);
		case_tell_headers(&r, text, sizeof text);
		assert_string_equal(text, "APCA-API-KEY-ID: KEY\nAPCA-API-SECRET-KEY: SECRET\n");
		assert_false(r.is_post);
		http_request_release(&r);
		request_free(request);
	}
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_true(count_texts("AAPL TSLA", RAW, "two.200.json") > 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),	      cmocka_unit_test(test_classes),
		cmocka_unit_test(test_refusals),      cmocka_unit_test(test_limit_headers),
		cmocka_unit_test(test_days),	      cmocka_unit_test(test_changes),
		cmocka_unit_test(test_raw_and_beginnings), cmocka_unit_test(test_delay),
		cmocka_unit_test(test_build),	      cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
