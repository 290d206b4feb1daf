/* SPDX-License-Identifier: MIT */
/* Unit tests of provider/kis_domestic. */
/* wrap: arena_copy */
#define SOURCE "kis"
#include "provider_case.h"
#include "provider_memory.h"

#define SAMSUNG                                                                        \
	"005930 KRX 삼성전자 KRW price 57800 change -300 percent -0.52 open 57600 "    \
	"high 58200 low 57500 close 58100 volume 18234567 turnover 1054321098765 "     \
	"bid 57750 ask 57800"
#define HYNIX                                                                          \
	"000660 KRX SK하이닉스 KRW price 198500 change 5500 percent 2.85 open 193100 " \
	"high 198800 low 192800 close 193000 volume 3120044 turnover 617345112500 "    \
	"bid 198450 ask 198550"
#define NAVER                                                                          \
	"035420 KRX NAVER KRW price 201000 change 0 percent 0.00 open 201100 "         \
	"high 201300 low 200800 close 201000 volume 402118 turnover 80918246500 "      \
	"bid 200950 ask 201050"
#define ETN "KRX 삼성 레버리지 WTI원유 선물 ETN KRW price 6035 change 35 percent 0.58"
#define SINGLE_SAMSUNG                                                                 \
	"005930 KRX - KRW price 57800 change -300 percent -0.52 open 57600 "           \
	"high 58200 low 57500 close 58100 volume 18234567 turnover 1054321098765"
#define NOT_FOUND " NotFound: no such symbol"
#define NO_TRADE " NoTrade: no trade yet (halted, or before the first)"

static void test_answers(void **state)
{
	static const struct {
		const char *fixture, *symbols;
		int flags;
		const char *expected;
	} rows[] = {
		{ "multi_1.200.json", "005930", 0, SAMSUNG },
		{ "multi_2.200.json", "005930 000660", 0, SAMSUNG "\n" HYNIX },
		/* By the code in the row, never by position. */
		{ "multi_2.200.json", "000660 005930", 0, HYNIX "\n" SAMSUNG },
		{ "multi_shuffled.200.json", "005930 000660 035420", 0,
		  SAMSUNG "\n" HYNIX "\n" NAVER },
		/* What is not told of a symbol is "not found"; the others stand. */
		{ "multi_blank_rows.200.json", "999999 888888 005930", 0,
		  "999999" NOT_FOUND "\n888888" NOT_FOUND "\n" SAMSUNG },
		{ "multi_missing_row.200.json", "999999 005930", 0,
		  "999999" NOT_FOUND "\n" SAMSUNG },
		{ "multi_missing_row.200.json", "999999 005930", RAW,
		  "999999" NOT_FOUND "\n" SAMSUNG },
		{ "multi_zero_price.200.json", "005930 000660", 0, SAMSUNG "\n000660" NOT_FOUND },
		{ "multi_no_rows.200.json", "005930 000660", 0,
		  "005930" NOT_FOUND "\n000660" NOT_FOUND },
		/* The rows of another call. */
		{ "multi_not_asked.200.json", "005930 000660", 0,
		  "Parse: the answer names '035420', which was not asked" },
		{ "multi_not_asked.200.json", "035420", 0,
		  "Parse: the answer names '005930', which was not asked" },
		{ "multi_twice.200.json", "005930 000660", 0,
		  "Parse: the answer names '005930' twice" },
		{ "single.200.json", "005930", 0, "Parse: field 'output' is not an array" },

		{ "single.200.json", "005930", SINGLE, SINGLE_SAMSUNG },
		{ "single.200.json", "005930", SINGLE | DETAIL,
		  SINGLE_SAMSUNG " per 13.44 pbr 1.12 eps 4301.00 bps 51606.00 "
				 "cap 345053400000000 high52 88800 low52 49900" },
		{ "single_etn.200.json", "Q530031", SINGLE | DETAIL,
		  "Q530031 KRX - KRW price 6035 change 35 percent 0.58 close 6000 "
		  "volume 48210 turnover 290947350 pbr 0.00 cap 181100000000" },
		{ "single_unknown.200.json", "999999", SINGLE, "999999" NOT_FOUND },
		{ "single.200.json", "000660", SINGLE,
		  "Parse: the answer is of '005930', not of '000660'" },
		{ "single_etn.200.json", "530031", SINGLE,
		  "Parse: the answer is of 'Q530031', not of '530031'" },
		{ "multi_1.200.json", "005930", SINGLE, "Parse: field 'output' is not an object" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		case_expect(rows[i].symbols, rows[i].flags, case_load(rows[i].fixture),
			   rows[i].expected);
	case_expect("005930", SINGLE | DETAIL, case_replace("single.200.json", "hts_avls", "other"),
		   SINGLE_SAMSUNG " per 13.44 pbr 1.12 eps 4301.00 bps 51606.00 "
				  "high52 88800 low52 49900");
}

/* The codes of multi_30.200.json in its order. */
enum { THIRTY_COUNT = 30 };

#define THIRTY                                                                       \
	"005930 000660 035420 035720 005380 000270 068270 105560 055550 005490 "     \
	"051910 006400 012330 028260 066570 003550 015760 034730 017670 030200 "     \
	"033780 009150 010130 011200 086790 316140 024110 00680K 0162Z0 Q530031"

static void test_thirty(void **state)
{
	static const int changes[] = { 300, -250, 0 };
	struct answer_case c;

	(void)state;
	case_ask_body(&c, THIRTY, RAW, case_load("multi_30.200.json"));
	assert_int_equal(c.rc, 0);
	assert_string_equal(c.result->verdict.msg_cd, "MCA00000");
	for (int i = 0; i < THIRTY_COUNT; i++) {
		const struct outcome *o = &c.result->outcome[i];
		char price[16], change[16], code[40];

		snprintf(price, sizeof price, "%d", 10000 + 1370 * i + changes[i % 3]);
		snprintf(change, sizeof change, "%d", changes[i % 3]);
		snprintf(code, sizeof code, "\"inter_shrn_iscd\":\"%s\"",
			 c.result->request->item[i].symbol.code);
		assert_true(o->has_quote);
		assert_string_equal(o->quote.number[QUOTE_PRICE], price);
		assert_string_equal(o->quote.number[QUOTE_CHANGE], change);
		assert_string_equal(o->rt_cd, "0");
		assert_string_equal(o->msg1, "정상처리 되었습니다.");
		assert_non_null(strstr(o->raw, code));
	}
	case_release(&c);
}

/* 1, 2: up; 4, 5: down; whatever sign is written. Else the price decides. */
static void test_signs(void **state)
{
	static const char *const expected[] = {
		"change 300 percent 30.00",   "change 300 percent 30.00",
		"change 300 percent 30.00",   "change 0 percent 0.00",
		"change 0 percent 0.00",      "change -300 percent -30.00",
		"change -300 percent -30.00", "change -300 percent -30.00",
		"change -300 percent -30.00", "change 300 percent 30.00",
		"change -300 percent -30.00", "price 700 close 1000",
	};
	struct answer_case c;

	(void)state;
	case_ask_body(&c, "000001 000002 000003 000004 000005 000006 000007 000008 "
			 "000009 000010 000011 000012",
		     0, case_load("multi_signs.200.json"));
	for (size_t i = 0; i < COUNT(expected); i++) {
		char code[8], *line, *end;

		snprintf(code, sizeof code, "%06zu", i + 1);
		line = strstr(c.text, code);
		assert_non_null(line);
		end = strchr(line, '\n');
		if (!strstr(line, expected[i]) || (end && strstr(line, expected[i]) > end))
			fail_msg("not '%s': %s", expected[i], line);
	}
	case_release(&c);
}

/* An ETN may be named with its Q or without; a code that is exactly so has
 * the first claim. */
static void test_etn(void **state)
{
	struct answer_case c;

	(void)state;
	case_ask_body(&c, "005930 Q530031", 0, case_load("multi_etn_without_q.200.json"));
	assert_non_null(strstr(c.text, "\nQ530031 " ETN));
	case_release(&c);
	case_ask_body(&c, "Q530031 530031 005930", 0, case_load("multi_etn_without_q.200.json"));
	assert_non_null(strstr(c.text, "Q530031" NOT_FOUND "\n530031 " ETN));
	case_release(&c);
	case_ask_body(&c, "530031 Q530031 005930", 0, case_load("multi_etn_without_q.200.json"));
	assert_non_null(strstr(c.text, "\nQ530031" NOT_FOUND));
	case_release(&c);
	case_ask_body(&c, "Q530031", SINGLE,
		     case_replace("single_etn.200.json", "Q530031", "530031"));
	assert_true(c.result->outcome[0].has_quote);
	case_release(&c);
}

/* A change to an answer after which it is no JSON document. */
static void test_broken(void **state)
{
	static const struct {
		const char *from, *to, *why;
	} rows[] = {
		{ "{\"output\"", "\xef\xbb\xbf{\"output\"", "object or array expected" },
		{ "{\"output\"", "[\"output\"", "',' or the end expected" },
		{ "\"}\n", "\"}{}", "nothing more expected" },
		{ "\"}\n", "\"}\"\"", "nothing more expected" },
		{ "\"prdy_vrss\"", "\"stck_prpr\"", "key a second time" },
		{ "\"N\"", "\"\\ud800\"", "half of a surrogate pair" },
		{ "\"N\"", "\"\\u0000\"", "\\u0000 in a string" },
		{ "\"N\"", "\"\x01\"", "control character in a string" },
		{ "\"N\"", "\"\xc0\xaf\"", "invalid UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer_case c;

		case_ask_body(&c, "005930", SINGLE,
			     case_replace("single.200.json", rows[i].from, rows[i].to));
		assert_int_equal(c.err.kind, ERR_PARSE);
		if (!strstr(c.text, rows[i].why))
			fail_msg("not '%s': %s", rows[i].why, c.text);
		case_release(&c);
	}
}

/* A change to an answer, and what it makes of it. */
static const struct {
	const char *fixture;
	int flags;
	const char *from, *to, *expected;
} changes[] = {
	/* the envelope */
	{ "single.200.json", SINGLE, "\"rt_cd\":\"0\"", "\"rt_cd\":0",
	  "Parse: field 'rt_cd' is a number, not a string" },
	{ "single.200.json", SINGLE, "\"rt_cd\"", "\"RT_CD\"",
	  "Parse: the answer has no field 'rt_cd'" },
	{ "single.200.json", SINGLE, "\"rt_cd\":\"0\"", "\"rt_cd\":null",
	  "Parse: the answer has no field 'rt_cd'" },
	{ "single.200.json", SINGLE, "\"rt_cd\":\"0\"", "\"rt_cd\":\"1\"",
	  "Input: refused (MCA00000): 정상처리 되었습니다." },
	{ "single.200.json", SINGLE, "\"output\"", "\"OUTPUT\"",
	  "Parse: field 'output' is not an object" },
	{ "multi_1.200.json", 0, "\"output\"", "\"output1\"",
	  "Parse: field 'output' is not an array" },
	{ "multi_no_rows.200.json", 0, "[]", "null", "Parse: field 'output' is not an array" },
	{ "multi_no_rows.200.json", 0, "[]", "[null]", "Parse: a row is not an object" },
	{ "multi_no_rows.200.json", 0, "[]", "[[]]", "Parse: a row is not an object" },
	{ "multi_no_rows.200.json", 0, "[]", "{}", "Parse: field 'output' is not an array" },
	{ "multi_no_rows.200.json", 0, "[]", "[{}]", "005930" NOT_FOUND },
	{ "single_unknown.200.json", SINGLE, "\"stck_prpr\":\"0\",\n", "", "005930" NOT_FOUND },
	/* No price, but a name and a previous close: known, and not traded. */
	{ "multi_1.200.json", 0, "\"57800\",\"inter2_prdy_vrss\"", "\"0\",\"inter2_prdy_vrss\"",
	  "005930" NO_TRADE " KRX 삼성전자 KRW open 57600 high 58200 low 57500 close 58100 "
	  "volume 18234567 turnover 1054321098765 bid 57750 ask 57800" },
	{ "multi_1.200.json", 0, "\"57800\",\"inter2_prdy_vrss\"", "\"\",\"inter2_prdy_vrss\"",
	  "005930" NO_TRADE " KRX 삼성전자 KRW *" },
	{ "multi_zero_price.200.json", 0, "\"SK하이닉스\"",
	  "\"SK하이닉스\",\"inter2_sdpr\":\"193000\",\"inter2_prdy_vrss\":\"0\","
	  "\"prdy_ctrt\":\"0.00\",\"inter2_oprc\":\"0\",\"inter2_askp\":\"0\"",
	  SAMSUNG "\n000660" NO_TRADE " KRX SK하이닉스 KRW close 193000 volume 0" },
	{ "multi_zero_price.200.json", 0, "\"SK하이닉스\"",
	  "\"SK하이닉스\",\"inter2_sdpr\":\"0\"", SAMSUNG "\n000660" NOT_FOUND },
	{ "single.200.json", SINGLE | DETAIL, "\"57800\"", "\"0\"",
	  "005930" NO_TRADE " KRX - KRW open 57600 high 58200 low 57500 close 58100 "
	  "volume 18234567 turnover 1054321098765 per 13.44 *" },
	{ "single_unknown.200.json", SINGLE, "\"acml_vol\"", "\"stck_sdpr\":\"58100\",\"acml_vol\"",
	  "005930" NOT_FOUND },
	/* codes */
	{ "multi_1.200.json", 0, "\"005930\"", "5930",
	  "Parse: field 'inter_shrn_iscd' is a number, not a string" },
	{ "multi_1.200.json", 0, "\"005930\"", "\" 005930 \"", SAMSUNG },
	{ "single.200.json", SINGLE, "\"005930\"", "\"\"", SINGLE_SAMSUNG },
	{ "single.200.json", SINGLE, "\"005930\"", "null", SINGLE_SAMSUNG },
	{ "single.200.json", SINGLE, "\"005930\"", "[]",
	  "Parse: field 'stck_shrn_iscd' is an array, not a string" },
	/* fields */
	{ "single.200.json", SINGLE, "stck_prpr", "Stck_prpr", "005930" NO_TRADE " KRX *" },
	{ "single.200.json", SINGLE, "\"57800\"", "57800",
	  "005930 Parse: field 'stck_prpr' is a number, not a string" },
	{ "single.200.json", SINGLE, "\"57800\"", "true",
	  "005930 Parse: field 'stck_prpr' is true or false, not a string" },
	{ "single.200.json", SINGLE, "\"57800\"", "{}",
	  "005930 Parse: field 'stck_prpr' is an object, not a string" },
	{ "single.200.json", SINGLE, "\"57800\"", "null", "005930" NO_TRADE " KRX *" },
	{ "multi_1.200.json", 0, "\"삼성전자\"", "7",
	  "005930 Parse: field 'inter_kor_isnm' is a number, not a string" },
	{ "multi_1.200.json", 0, "\"5\"", "5",
	  "005930 Parse: field 'prdy_vrss_sign' is a number, not a string" },
	/* the previous close, and the base price only where there is none */
	{ "multi_1.200.json", 0, "\"inter2_sdpr\":\"58100\"", "\"inter2_sdpr\":\"58000\"", SAMSUNG },
	{ "multi_1.200.json", 0, "\"inter2_prdy_clpr\":\"58100\"", "\"inter2_prdy_clpr\":\"\"",
	  SAMSUNG },
	{ "multi_1.200.json", 0, "\"57600\"", "\"N/A\"",
	  "005930 Parse: field 'inter2_oprc': not a decimal number: 'N/A'" },
	{ "single.200.json", SINGLE | DETAIL, "\"3450534\"", "\"12e3\"",
	  "005930 Parse: field 'hts_avls': not a decimal number: '12e3'" },
	{ "single.200.json", SINGLE | DETAIL, "\"3450534\"",
	  "\"3450534000000000000000000000000000000000000\"",
	  "005930 Parse: field 'hts_avls': cannot calculate: *" },
};

static void test_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++)
		case_expect(strcmp(changes[i].fixture, "multi_zero_price.200.json") == 0
				   ? "005930 000660" : "005930",
			   changes[i].flags,
			   case_replace(changes[i].fixture, changes[i].from, changes[i].to),
			   changes[i].expected);
}

/* A failed answer leaves no trace in the outcomes, even when rows before the
 * one at fault were good. */
static void test_untouched(void **state)
{
	const struct outcome untouched = { .has_quote = false };
	struct answer_case c;

	(void)state;
	case_ask_body(&c, "005930 000660", RAW, case_load("multi_not_asked.200.json"));
	assert_int_equal(c.rc, -1);
	for (int i = 0; i < 2; i++)
		assert_memory_equal(&c.result->outcome[i], &untouched, sizeof untouched);
	case_release(&c);
}

static void test_beginnings(void **state)
{
	(void)state;
	case_expect_no_beginning("005930", 0, "multi_1.200.json", 1);
	case_expect_no_beginning("005930 000660", 0, "multi_blank_rows.200.json", 7);
	case_expect_no_beginning(THIRTY, RAW, "multi_30.200.json", 61);
	case_expect_no_beginning("005930", SINGLE | DETAIL, "single.200.json", 1);
	case_expect_no_beginning("999999", SINGLE, "single_unknown.200.json", 1);
}

/* A name is data: it comes out as it came in, escapes resolved. */
static void test_names(void **state)
{
	static const struct {
		const char *json, *name;
	} rows[] = {
		{ "=cmd|'/c calc'!A0", "=cmd|'/c calc'!A0" },
		{ "\\u001b]52;c;eA==\\u0007", "\033]52;c;eA==\a" },
		{ "a\\\"b\\\\c,d\\r\\ne\\t", "a\"b\\c,d\r\ne\t" },
		{ "\xe2\x80\xae\xc2\x9b\\u202e", "\xe2\x80\xae\xc2\x9b\xe2\x80\xae" },
		{ " \xf0\x9f\x93\x88\\ud83d\\udcc8 ", "\xf0\x9f\x93\x88\xf0\x9f\x93\x88" },
		{ "%s%n", "%s%n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer_case c;

		case_ask_body(&c, "005930", 0,
			     case_replace("multi_1.200.json", "삼성전자", rows[i].json));
		assert_int_equal(c.rc, 0);
		assert_string_equal(c.result->outcome[0].quote.name, rows[i].name);
		case_release(&c);
	}
}

/* Thirty rows that fill a body to its last byte. */
static void test_largest(void **state)
{
	static const char head[] = "{\"rt_cd\":\"0\",\"output\":[", tail[] = "]}";
	static char body[HTTP_BODY_MAX_BYTES + 1];
	char symbols[THIRTY_COUNT * 7 + 1], *p = body, *s = symbols;
	size_t room = (HTTP_BODY_MAX_BYTES - strlen(head) - strlen(tail)) / THIRTY_COUNT;
	struct answer_case c;

	(void)state;
	p += sprintf(p, "%s", head);
	for (int i = 0; i < THIRTY_COUNT; i++) {
		char *start = p;

		s += sprintf(s, "%06d ", i + 1);
		p += sprintf(p, "%s{\"inter_shrn_iscd\":\"%06d\",\"inter2_prpr\":\"%d\",\"inter_kor_isnm\":\"",
			     i ? "," : "", i + 1, i + 1);
		while (p < start + room - 2)
			*p++ = 'x';
		p += sprintf(p, "\"}");
	}
	p += sprintf(p, "%s", tail);
	while (p < body + HTTP_BODY_MAX_BYTES)
		*p++ = ' ';
	case_ask(&c, symbols, 0, 200, body, HTTP_BODY_MAX_BYTES);
	assert_int_equal(c.rc, 0);
	for (int i = 0; i < THIRTY_COUNT; i++) {
		assert_int_equal(atoi(c.result->outcome[i].quote.number[QUOTE_PRICE]), i + 1);
		assert_true(strlen(c.result->outcome[i].quote.name) > room - 100);
	}
	case_release(&c);
}

/* ---- the request ---- */

static void build(struct http_request *r, const char *symbols, int flags)
{
	struct provider_call call = case_call();
	struct request *request = case_request(symbols, flags);

	http_request_init(r);
	assert_int_equal(source()->build_quote(&call, request, r, NULL), 0);
	assert_false(r->is_post);
	request_free(request);
}

static void test_build(void **state)
{
	static const char url[] = "https://h:1/uapi/domestic-stock/v1/quotations/";
	static const struct {
		const char *symbols;
		int flags;
		const char *query, *tr_id;
	} rows[] = {
		{ "00680K", SINGLE, "inquire-price?FID_COND_MRKT_DIV_CODE=J&FID_INPUT_ISCD=00680K",
		  "FHKST01010100" },
		{ "Q530031", SINGLE | DETAIL, "inquire-price?FID_COND_MRKT_DIV_CODE=J&FID_INPUT_ISCD=Q530031",
		  "FHKST01010100" },
		{ "005930", 0, "intstock-multprice?FID_COND_MRKT_DIV_CODE_1=J&FID_INPUT_ISCD_1=005930",
		  "FHKST11300006" },
		{ "00680K Q530031", 0,
		  "intstock-multprice?FID_COND_MRKT_DIV_CODE_1=J&FID_INPUT_ISCD_1=00680K"
		  "&FID_COND_MRKT_DIV_CODE_2=J&FID_INPUT_ISCD_2=Q530031",
		  "FHKST11300006" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[512], expected[512];
		struct http_request r;

		build(&r, rows[i].symbols, rows[i].flags);
		snprintf(expected, sizeof expected, "%s%s", url, rows[i].query);
		assert_string_equal(buf_text(&r.url), expected);
		snprintf(expected, sizeof expected,
			 "content-type: application/json; charset=utf-8\n"
			 "authorization: Bearer TOKEN\nappkey: KEY\nappsecret: SECRET\n"
			 "tr_id: %s\ncusttype: P\n",
			 rows[i].tr_id);
		case_tell_headers(&r, text, sizeof text);
		assert_string_equal(text, expected);
		http_request_release(&r);
	}
}

/* Which market's price: the broker's codes. */
static void test_venues(void **state)
{
	static const struct {
		enum venue venue;
		const char *single, *multi;
	} rows[] = {
		{ VENUE_KRX, "?FID_COND_MRKT_DIV_CODE=J&", "_CODE_1=J&" },
		{ VENUE_NXT, "?FID_COND_MRKT_DIV_CODE=NX&", "_CODE_1=NX&" },
		{ VENUE_ALL, "?FID_COND_MRKT_DIV_CODE=UN&", "_CODE_1=UN&" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows) * 2; i++) {
		struct request *request = case_request("005930", i % 2 ? SINGLE : 0);
		struct provider_call call = case_call();
		struct http_request r;
		struct err err;

		call.venue = rows[i / 2].venue;
		http_request_init(&r);
		assert_int_equal(source()->build_quote(&call, request, &r, NULL), 0);
		assert_non_null(strstr(buf_text(&r.url),
				       i % 2 ? rows[i / 2].single : rows[i / 2].multi));
		http_request_reset(&r);
		call.account = provider_find_account(source(), "paper");
		if (i / 2 == 0) {
			assert_int_equal(source()->build_quote(&call, request, &r, NULL), 0);
		} else {
			assert_int_equal(source()->build_quote(&call, request, &r, &err), -1);
			assert_int_equal(err.kind, ERR_UNSUPPORTED);
		}
		http_request_release(&r);
		request_free(request);
	}
}

static void test_build_thirty(void **state)
{
	struct http_request r;

	(void)state;
	build(&r, THIRTY, 0);
	assert_non_null(strstr(buf_text(&r.url),
			       "&FID_COND_MRKT_DIV_CODE_30=J&FID_INPUT_ISCD_30=Q530031"));
	assert_null(strstr(buf_text(&r.url), "_31="));
	assert_null(strstr(buf_text(&r.url), "_0="));
	http_request_release(&r);
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_true(count_texts("005930", SINGLE | DETAIL | RAW, "single.200.json") > 10);
	assert_true(count_texts("005930 000660", RAW, "multi_2.200.json") > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),	   cmocka_unit_test(test_thirty),
		cmocka_unit_test(test_signs),	   cmocka_unit_test(test_etn),
		cmocka_unit_test(test_broken),	   cmocka_unit_test(test_changes),
		cmocka_unit_test(test_untouched),  cmocka_unit_test(test_beginnings),
		cmocka_unit_test(test_names),	   cmocka_unit_test(test_largest),
		cmocka_unit_test(test_build),	   cmocka_unit_test(test_build_thirty),
		cmocka_unit_test(test_no_memory),  cmocka_unit_test(test_venues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
