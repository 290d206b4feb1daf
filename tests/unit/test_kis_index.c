/* SPDX-License-Identifier: MIT */
/* Unit tests of provider/kis_index. */
/* wrap: arena_copy */
#define SOURCE "kis"
#include "provider_case.h"
#include "provider_memory.h"

#define DAY "open 2802.10 high 2812.62 low 2796.37 "
#define VOLUME " volume 646012000 turnover 13576970000000"
#define KOSPI "KOSPI KRX - (null) price 2807.63 "

static void test_answers(void **state)
{
	static const struct {
		const char *fixture, *from, *to, *expected;
	} rows[] = {
		{ "index.200.json", "", "", KOSPI "change 10.30 percent 0.37 " DAY "close 2797.33" VOLUME },
		/* Down is told by the sign code; the close follows. */
		{ "index.200.json", "\"prdy_vrss_sign\":\"2\"", "\"prdy_vrss_sign\":\"5\"",
		  KOSPI "change -10.30 percent -0.37 " DAY "close 2817.93" VOLUME },
		{ "index.200.json", "\"10.30\"", "\"-10.30\"",
		  KOSPI "change 10.30 percent 0.37 " DAY "close 2797.33" VOLUME },
		{ "index.200.json", "\"10.30\"", "\"\"", KOSPI "percent 0.37 " DAY "volume *" },
		{ "index.200.json", "\"646012\"", "\"\"",
		  KOSPI "change 10.30 percent 0.37 " DAY "close 2797.33 turnover 13576970000000" },
		{ "index.200.json", "\"2807.63\"", "\"2,807.63\"", KOSPI "*" },
		{ "index.200.json", "\"2807.63\"", "2807.63",
		  "KOSPI Parse: field 'bstp_nmix_prpr' is a number, not a string" },
		{ "index.200.json", "\"2807.63\"", "\"\"", "KOSPI NotFound: no such symbol" },
		{ "index.200.json", "\"2807.63\"", "\"-1\"",
		  "KOSPI Parse: the price is negative: '-1'" },
		{ "index_unknown.200.json", "", "", "KOSPI NotFound: no such symbol" },
		{ "index.200.json", "\"output\"", "\"output1\"",
		  "Parse: field 'output' is not an object" },
		{ "multi_1.200.json", "", "", "Parse: field 'output' is not an object" },
		{ "not_on_paper.500.json", "", "", "Unsupported: *" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		case_expect("KOSPI.IDX", SINGLE,
			    case_replace(rows[i].fixture, rows[i].from, rows[i].to),
			    rows[i].expected);
	case_expect_no_beginning("KOSPI.IDX", SINGLE | RAW, "index.200.json", 1);
}

static void test_build(void **state)
{
	static const struct {
		const char *symbol, *number;
	} rows[] = { { "KOSPI.IDX", "0001" }, { "KOSDAQ.IDX", "1001" },
		     { "KOSPI200.IDX", "2001" }, { "2203.IDX", "2203" } };
	struct provider_call call = case_call();

	(void)state;
	call.venue = VENUE_NXT; /* of shares alone */
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request *request = case_request(rows[i].symbol, SINGLE);
		char text[512], url[200];
		struct http_request r;

		http_request_init(&r);
		assert_int_equal(source()->build_quote(&call, request, &r, NULL), 0);
		snprintf(url, sizeof url,
			 "https://h:1/uapi/domestic-stock/v1/quotations/inquire-index-price"
			 "?FID_COND_MRKT_DIV_CODE=U&FID_INPUT_ISCD=%s", rows[i].number);
		assert_string_equal(buf_text(&r.url), url);
		case_tell_headers(&r, text, sizeof text);
		assert_non_null(strstr(text, "tr_id: FHPUP02100000\n"));
		http_request_release(&r);
		request_free(request);
	}
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_true(count_texts("KOSPI.IDX", SINGLE | RAW, "index.200.json") > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers), cmocka_unit_test(test_build),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
