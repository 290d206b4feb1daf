/* SPDX-License-Identifier: MIT */
/* Unit tests of provider/kis_overseas. */
/* wrap: arena_copy */
#define SOURCE "kis"
#include "provider_case.h"
#include "provider_memory.h"

#define PRICE                                                                 \
	"TSLA NAS - USD price 330.2700 change 8.7700 percent 2.73 "           \
	"close 321.5000 volume 81230455 turnover 26637012344"
#define DETAILED                                                              \
	"TSLA NAS - USD price 330.2700 change 8.7700 percent 2.73 "           \
	"open 323.9000 high 333.1000 low 320.0800 close 321.5000 "            \
	"volume 81230455 turnover 26637012344 per 181.22 pbr 13.76 eps 1.82 " \
	"bps 24.00 cap 1065269004570 high52 488.5400 low52 182.0000"
#define NOT_FOUND "TSLA NotFound: no such symbol"
#define NO_TRADE "TSLA NoTrade: no trade yet (halted, or before the first) NAS - USD "

static void test_answers(void **state)
{
	static const struct {
		const char *fixture, *symbol;
		int flags;
		const char *expected;
	} rows[] = {
		{ "overseas_price.200.json", "TSLA@NAS", 0, PRICE },
		{ "overseas_price.200.json", "TSLA.NAS", SINGLE, PRICE },
		{ "overseas_price_down.200.json", "TSLA.NAS", 0,
		  "TSLA NAS - USD price 276.0000 change -45.5000 percent -14.15 "
		  "close 321.5000 volume 81230455 turnover 26637012344" },
		{ "overseas_price_preopen.200.json", "TSLA.NAS", 0,
		  "TSLA NAS - USD price 321.5000 change 0.0000 percent 0.00 "
		  "close 321.5000 volume 0 turnover 0" },
		{ "overseas_detail.200.json", "TSLA@NAS", DETAIL, DETAILED },
		{ "overseas_unknown.200.json", "TSLA@NAS", 0, NOT_FOUND },
		{ "overseas_unknown.200.json", "TSLA.NYS", DETAIL, NOT_FOUND },
		{ "overseas_detail_unknown.200.json", "TSLA@AMS", DETAIL, NOT_FOUND },
		/* An answer that is of another symbol, or of another exchange. */
		{ "overseas_price.200.json", "AAPL@NAS", 0,
		  "AAPL Parse: the answer is of 'DNASTSLA', not of 'AAPL' at NAS" },
		{ "overseas_price.200.json", "TSL.NAS", 0,
		  "TSL Parse: the answer is of 'DNASTSLA', not of 'TSL' at NAS" },
		{ "overseas_price.200.json", "TSLAX.NAS", 0,
		  "TSLAX Parse: the answer is of 'DNASTSLA', not of 'TSLAX' at NAS" },
		{ "overseas_price.200.json", "TSLA@NYS", 0,
		  "TSLA Parse: the answer is of 'DNASTSLA', not of 'TSLA' at NYS" },
		{ "overseas_price.200.json", "TSLA.BAY", 0,
		  "TSLA Parse: the answer is of 'DNASTSLA', not of 'TSLA' at BAY" },
		{ "multi_1.200.json", "TSLA.NAS", 0, "Parse: field 'output' is not an object" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		case_expect(rows[i].symbol, rows[i].flags, case_load(rows[i].fixture),
			   rows[i].expected);
}

/* What an answer may call the symbol that was asked. */
static void test_names(void **state)
{
	static const struct {
		const char *asked, *rsym, *exchange; /* NULL: not accepted */
	} rows[] = {
		{ "BRK.B@NYS", "DNYSBRK.B", "NYS" },
		{ "BRK.B@NYS", "DNYSBRK/B", "NYS" },
		{ "BRK-B@NYS", "DNYSBRK/B", "NYS" },
		{ "BRK/B@NYS", "DNYSBRK.B", "NYS" },
		{ "BRK.B@NYS", "DNYSBRKB", NULL },
		{ "BRK.B@NYS", "DNYSBRK.A", NULL },
		{ "TSLA.BAQ", "DBAQTSLA", "BAQ" },
		{ "TSLA.BAQ", "RBAQTSLA", "BAQ" },
		{ "TSLA.BAQ", "DNASTSLA", "BAQ" },
		{ "TSLA.BAY", "DNYSTSLA", "BAY" },
		{ "TSLA.BAA", "DAMSTSLA", "BAA" },
		{ "TSLA.NAS", "DBAQTSLA", "NAS" },
		{ "TSLA.NAS", " RNASTSLA ", "NAS" },
		{ "TSLA.NAS", "TSLA", NULL },
		{ "TSLA.NAS", "D", NULL },
		{ "TSLA.NAS", "DNAS", NULL },
		{ "TSLA.NAS", "DXXXTSLA", NULL },
		{ "TSLA.NAS", "DNASTSLA1", NULL },
		{ "700.HKS", "DHKS00700", "HKS" },
		{ "0700.HKS", "DHKS700", "HKS" },
		{ "0700.HKS", "DHKS7000", NULL },
		{ "700.HKS", "DTSE700", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct outcome *o;
		struct answer_case c;

		case_ask_body(&c, rows[i].asked, 0,
			     case_replace("overseas_price.200.json", "DNASTSLA", rows[i].rsym));
		o = &c.result->outcome[0];
		assert_int_equal(c.rc, 0);
		if (o->has_quote != (rows[i].exchange != NULL))
			fail_msg("%s as %s: %s", rows[i].asked, rows[i].rsym, c.text);
		if (o->has_quote) {
			assert_string_equal(market_name(o->exchange), rows[i].exchange);
		} else {
			assert_int_equal(o->err.kind, ERR_PARSE);
			assert_int_equal(o->exchange, MARKET_NONE);
		}
		case_release(&c);
	}
}

static void test_changes(void **state)
{
	static const struct {
		const char *fixture;
		int flags;
		const char *from, *to, *expected;
	} rows[] = {
		{ "overseas_price.200.json", 0, "\"output\"", "\"Output\"",
		  "Parse: field 'output' is not an object" },
		{ "overseas_price.200.json", 0, "\"rt_cd\":\"0\"", "\"rt_cd\":\"1\"",
		  "Input: refused (MCA00000): 정상처리 되었습니다." },
		{ "overseas_price.200.json", 0, "\"DNASTSLA\"", "\"\"", NOT_FOUND },
		{ "overseas_price.200.json", 0, "\"DNASTSLA\"", "null", NOT_FOUND },
		{ "overseas_price.200.json", 0, "\"DNASTSLA\"", "1",
		  "TSLA Parse: field 'rsym' is a number, not a string" },
		{ "overseas_price.200.json", 0, "\"330.2700\"", "\"\"",
		  NO_TRADE "close 321.5000 volume 81230455 turnover 26637012344" },
		{ "overseas_unknown.200.json", 0, "\"rsym\":\"\"", "\"rsym\":\"DNASTSLA\"", NOT_FOUND },
		{ "overseas_price.200.json", 0, "\"330.2700\"", "\"0.0000\"", NO_TRADE "*" },
		{ "overseas_price.200.json", 0, "\"last\"", "\"LAST\"", NO_TRADE "*" },
		{ "overseas_detail.200.json", DETAIL, "\"330.2700\"", "\"0.0000\"",
		  NO_TRADE "open 323.9000 *" },
		{ "overseas_price.200.json", 0, "\"330.2700\"", "330.2700",
		  "TSLA Parse: field 'last' is a number, not a string" },
		{ "overseas_price.200.json", 0, "\"330.2700\"", "\"-330.2700\"",
		  "TSLA Parse: the price is negative: '-330.2700'" },
		{ "overseas_price.200.json", 0, "\"330.2700\"", "\" +330.2700 \"", PRICE },
		{ "overseas_price.200.json", 0, "\"+2.73\"", "\"2.73\"", PRICE },
		{ "overseas_price.200.json", 0, "\"+2.73\"", "\"-2.73\"", PRICE },
		{ "overseas_price.200.json", 0, "\"+2.73\"", "\"2.73%\"",
		  "TSLA Parse: field 'rate': not a decimal number: '2.73%'" },
		{ "overseas_price.200.json", 0, "\"+2.73\"", "\"\"",
		  "TSLA NAS - USD price 330.2700 change 8.7700 close 321.5000 "
		  "volume 81230455 turnover 26637012344" },
		{ "overseas_price.200.json", 0, "\"sign\":\"2\"", "\"sign\":2",
		  "TSLA Parse: field 'sign' is a number, not a string" },
		{ "overseas_price.200.json", 0, "\"sign\":\"2\"", "\"sign\":\"0\"", PRICE },
		{ "overseas_price_down.200.json", 0, "\"sign\":\"5\"", "\"sign\":\"4\"",
		  "TSLA NAS - USD price 276.0000 change -45.5000 percent -14.15 *" },
		/* No sign code: the price is below the previous close. */
		{ "overseas_price_down.200.json", 0, "\"sign\":\"5\"", "\"sign\":\"0\"",
		  "TSLA NAS - USD price 276.0000 change -45.5000 percent -14.15 *" },
		{ "overseas_price_down.200.json", 0, "\"sign\":\"5\",", "",
		  "TSLA NAS - USD price 276.0000 change -45.5000 percent -14.15 *" },

		{ "overseas_detail.200.json", DETAIL, "\"USD\"", "\"KRW\"",
		  "TSLA NAS - KRW price 330.2700 *" },
		{ "overseas_detail.200.json", DETAIL, "\"USD\"", "\"\"", DETAILED },
		{ "overseas_detail.200.json", DETAIL, "\"curr\":\"USD\",", "", DETAILED },
		{ "overseas_detail.200.json", DETAIL, "\"USD\"", "1",
		  "TSLA Parse: field 'curr' is a number, not a string" },
		/* The change is last - base, where there is a base. */
		{ "overseas_detail.200.json", DETAIL, "\"321.5000\"", "\"340\"",
		  "TSLA NAS - USD price 330.2700 change -9.7300 percent -2.86 *" },
		{ "overseas_detail.200.json", DETAIL, "\"321.5000\"", "\"330.27\"",
		  "TSLA NAS - USD price 330.2700 change 0.0000 percent 0.00 *" },
		{ "overseas_detail.200.json", DETAIL, "\"321.5000\"", "\"0.0000\"",
		  "TSLA NAS - USD price 330.2700 open 323.9000 *" },
		{ "overseas_detail.200.json", DETAIL, "\"321.5000\"", "\"\"",
		  "TSLA NAS - USD price 330.2700 open 323.9000 *" },
		{ "overseas_detail.200.json", DETAIL, "\"321.5000\"",
		  "\"0.00000000000000000000000000000000000000000001\"",
		  "TSLA Parse: cannot calculate: *" },
		{ "overseas_detail.200.json", DETAIL, "\"181.22\"", "\"--\"",
		  "TSLA Parse: field 'perx': not a decimal number: '--'" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		case_expect("TSLA@NAS", rows[i].flags,
			   case_replace(rows[i].fixture, rows[i].from, rows[i].to),
			   rows[i].expected);
}

/* What is late says so. */
static void test_delay(void **state)
{
	static const struct {
		const char *asked, *rsym;
		int minutes;
	} rows[] = {
		{ "TSLA.NAS", "DNASTSLA", 0 },	 { "TSLA.BAQ", "DBAQTSLA", 0 },
		{ "TSLA@NYS", "DNYSTSLA", 0 },	 { "0700.HKS", "DHKS00700", 15 },
		{ "7203.TSE", "DTSE7203", 15 },	 { "600519.SHS", "DSHS600519", 15 },
		{ "000858.SZS", "DSZS000858", 15 }, { "VNM.HSX", "DHSXVNM", 15 },
		{ "SHS.HNX", "DHNXSHS", 15 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer_case c;

		case_ask_body(&c, rows[i].asked, 0,
			      case_replace("overseas_price.200.json", "DNASTSLA", rows[i].rsym));
		assert_true(c.result->outcome[0].has_quote);
		assert_int_equal(c.result->outcome[0].quote.delayed_minutes, rows[i].minutes);
		case_release(&c);
	}
}

static void test_raw(void **state)
{
	static const char *const fixtures[] = { "overseas_price.200.json",
						"overseas_unknown.200.json" };
	struct answer_case c;

	(void)state;
	for (size_t i = 0; i < COUNT(fixtures); i++) {
		case_ask_body(&c, "TSLA@NAS", RAW, case_load(fixtures[i]));
		assert_non_null(c.result->outcome[0].raw);
		assert_memory_equal(c.result->outcome[0].raw, "{\"rsym\":\"", 9);
		case_release(&c);
	}
	case_ask_body(&c, "TSLA@NAS", 0, case_load("overseas_price.200.json"));
	assert_null(c.result->outcome[0].raw);
	case_release(&c);
}

static void test_beginnings(void **state)
{
	(void)state;
	case_expect_no_beginning("TSLA@NAS", 0, "overseas_price.200.json", 1);
	case_expect_no_beginning("TSLA@NAS", RAW, "overseas_unknown.200.json", 1);
	case_expect_no_beginning("TSLA@NAS", DETAIL, "overseas_detail.200.json", 1);
}

static void test_build(void **state)
{
	struct provider_call call = case_call();
	static const struct {
		const char *symbol;
		int flags;
		const char *query, *tr_id;
	} rows[] = {
		{ "TSLA.NAS", 0, "price?AUTH=&EXCD=NAS&SYMB=TSLA", "tr_id: HHDFS00000300\n" },
		{ "TSLA@AMS", SINGLE, "price?AUTH=&EXCD=AMS&SYMB=TSLA", "tr_id: HHDFS00000300\n" },
		{ "TSLA@NYS", DETAIL, "price-detail?AUTH=&EXCD=NYS&SYMB=TSLA",
		  "tr_id: HHDFS76200200\n" },
		{ "0700.HKS", 0, "price?AUTH=&EXCD=HKS&SYMB=00700", "tr_id: HHDFS00000300\n" },
		{ "BRK/B@NYS", 0, "price?AUTH=&EXCD=NYS&SYMB=BRK%2FB", "tr_id: HHDFS00000300\n" },
		{ "TSLA.BAQ", 0, "price?AUTH=&EXCD=BAQ&SYMB=TSLA", "tr_id: HHDFS00000300\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request *request = case_request(rows[i].symbol, rows[i].flags);
		char text[512], url[128];
		struct http_request r;

		http_request_init(&r);
		assert_int_equal(source()->build_quote(&call, request, &r, NULL), 0);
		snprintf(url, sizeof url, "https://h:1/uapi/overseas-price/v1/quotations/%s",
			 rows[i].query);
		assert_string_equal(buf_text(&r.url), url);
		case_tell_headers(&r, text, sizeof text);
		assert_non_null(strstr(text, rows[i].tr_id));
		assert_non_null(strstr(text, "authorization: Bearer TOKEN\n"));
		assert_non_null(strstr(text, "custtype: P\n"));
		assert_false(r.is_post);
		http_request_release(&r);
		request_free(request);
	}
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_true(count_texts("TSLA.NAS", RAW, "overseas_price_down.200.json") > 10);
	assert_true(count_texts("TSLA.NAS", DETAIL | RAW, "overseas_detail.200.json") > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),	   cmocka_unit_test(test_names),
		cmocka_unit_test(test_changes),	   cmocka_unit_test(test_raw),
		cmocka_unit_test(test_beginnings), cmocka_unit_test(test_build),
		cmocka_unit_test(test_no_memory),  cmocka_unit_test(test_delay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
