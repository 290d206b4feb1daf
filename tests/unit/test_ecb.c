/* SPDX-License-Identifier: MIT */
/* Unit tests of provider/ecb. */
/* wrap: arena_copy */
#define SOURCE "ecb"
#include "provider_case.h"
#include "provider_memory.h"

#define DAY " at 2026-10-06"
#define NO_RATE(currency) " NotFound: the ECB sets no rate of " currency

static void test_answers(void **state)
{
	static const struct {
		const char *fixture, *symbols, *expected;
	} rows[] = {
		/* The bank's digits, where the euro comes first. */
		{ "ecb_20261006.200.json", "EURKRW.FX EURGBP.FX EURIDR.FX",
		  "EURKRW ECB - KRW price 1508.67" DAY "\nEURGBP ECB - GBP price 0.8488" DAY
		  "\nEURIDR ECB - IDR price 20104.8" DAY },
		{ "ecb_20261006.200.json", "KRWEUR.FX USDEUR.FX",
		  "KRWEUR ECB - EUR price 0.000662835" DAY "\nUSDEUR ECB - EUR price 0.88739" DAY },
		{ "ecb_20261006.200.json", "USDKRW.FX KRWUSD.FX JPYKRW.FX USDIDR.FX",
		  "USDKRW ECB - KRW price 1338.78" DAY "\nKRWUSD ECB - USD price 0.000746949" DAY
		  "\nJPYKRW ECB - KRW price 8.46854" DAY "\nUSDIDR ECB - IDR price 17840.8" DAY },
		{ "latest.200.json", "EURUSD.FX", "EURUSD ECB - USD price 1.1622 at 2026-09-04" },
		/* What is left out is not known; the others stand. */
		{ "ecb_20261006.200.json", "USDXXX.FX EURUSD.FX XXXUSD.FX EURXXX.FX",
		  "USDXXX" NO_RATE("XXX") "\nEURUSD ECB - USD price 1.1269" DAY
		  "\nXXXUSD" NO_RATE("XXX") "\nEURXXX" NO_RATE("XXX") },
		{ "none_left.200.json", "EURUSD.FX", "EURUSD" NO_RATE("USD") },
		{ "unknown.404.json", "XXXYYY.FX XXXEUR.FX",
		  "XXXYYY NotFound: no such symbol\nXXXEUR NotFound: no such symbol" },
		{ "no_path.404.json", "EURUSD.FX", "Http: refused: not found" },
		{ "bad_pair.422.json", "EURUSD.FX", "Input: refused: bad currency pair" },
		{ "invalid_currency.422.json", "EURUSD.FX", "Input: refused: invalid currency: XXY" },
		{ "page.502.html", "EURUSD.FX", "Http: HTTP status 502" },
		{ "page.403.html", "EURUSD.FX", "Auth: HTTP status 403" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		case_expect(rows[i].symbols, 0, case_load(rows[i].fixture), rows[i].expected);
}

static void test_changes(void **state)
{
	static const struct {
		const char *from, *to, *expected;
	} rows[] = {
		{ "1.1269", "1.12690", "USDKRW ECB - KRW price 1338.78" DAY },
		{ "1.1269", "112690e-5", "USDKRW ECB - KRW price 1338.78" DAY },
		{ "1.0,", "1,", "USDKRW ECB *" },
		{ "1.0,", "100,", "Parse: the answer is not of one EUR" },
		{ "1.0,", "\"1.0\",", "Parse: field 'amount' is a string, not a number" },
		{ "\"amount\":1.0,", "", "Parse: the answer is not of one EUR" },
		{ "\"EUR\"", "\"USD\"", "Parse: the answer is not of one EUR" },
		{ "\"base\"", "\"Base\"", "Parse: the answer is not of one EUR" },
		{ "2026-10-06", "2026-13-06", "Parse: the answer has no date" },
		{ "\"2026-10-06\"", "null", "Parse: the answer has no date" },
		{ "\"rates\"", "\"Rates\"", "Parse: field 'rates' is not an object" },
		{ "1.1269", "\"1.1269\"", "USDKRW Parse: field 'USD' is a string, not a number" },
		{ "1.1269", "null", "USDKRW" NO_RATE("USD") },
		{ "1508.67", "null", "USDKRW" NO_RATE("KRW") },
		{ "1.1269", "0", "USDKRW Parse: the rate of USD is '0'" },
		{ "1.1269", "-1.1", "USDKRW Parse: the rate of USD is '-1.1'" },
		{ "1.1269", "1e-50", "USDKRW Parse: the rate of USD: too many digits: '1e-50'" },
		{ "1.1269", "1e-44", "USDKRW Parse: cannot calculate: too many digits" },
		{ "{\"amount\"", "[\"amount\"", "Parse: *" },
		{ "}}", "}", "Parse: *" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		case_expect("USDKRW.FX", 0,
			    case_replace("ecb_20261006.200.json", rows[i].from, rows[i].to),
			    rows[i].expected);
}

static void test_raw_and_beginnings(void **state)
{
	struct answer_case c;

	(void)state;
	case_ask_body(&c, "USDKRW.FX XXXUSD.FX", RAW, case_load("ecb_20261006.200.json"));
	for (int i = 0; i < 2; i++)
		assert_non_null(strstr(c.result->outcome[i].raw, "\"GBP\":0.84880"));
	case_release(&c);
	case_expect_no_beginning("USDKRW.FX EURUSD.FX", 0, "ecb_20261006.200.json", 1);
}

static void test_build(void **state)
{
	static const struct {
		const char *symbols, *query;
	} rows[] = {
		{ "USDKRW.FX", "USD%2CKRW" },
		{ "EURUSD.FX", "USD" },
		{ "USDEUR.FX EURUSD.FX", "USD" },
		{ "USDKRW.FX KRWJPY.FX JPYUSD.FX EURCHF.FX", "USD%2CKRW%2CJPY%2CCHF" },
	};
	struct provider_call call = case_call();

	(void)state;
	call.login = (struct provider_login){ NULL, NULL };
	call.token = NULL;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request *request = case_request(rows[i].symbols, 0);
		char url[200];
		struct http_request r;

		http_request_init(&r);
		assert_int_equal(source()->build_quote(&call, request, &r, NULL), 0);
		snprintf(url, sizeof url, "https://h:1/v1/latest?base=EUR&symbols=%s", rows[i].query);
		assert_string_equal(buf_text(&r.url), url);
		assert_int_equal(r.header_count, 0);
		http_request_release(&r);
		request_free(request);
	}
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_int_equal(count_texts("USDKRW.FX EURUSD.FX", RAW, "ecb_20261006.200.json"), 2 + 2 * 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers), cmocka_unit_test(test_changes),
		cmocka_unit_test(test_raw_and_beginnings), cmocka_unit_test(test_build),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
