/* SPDX-License-Identifier: MIT */
/* Unit tests of provider/kis_feed: the approval call, the registrations, and
 * what the broker says to them. */
#include "feed_case.h"

#include "net/http.h"

/* ---- approval ---- */

static const struct provider_token untouched = { "untouched", 7 };

static int parse(int status, const char *body, struct provider_token *out, struct err *err)
{
	struct http_response response;
	int rc;

	http_response_init(&response);
	response.status = status;
	buf_puts(&response.body, body);
	rc = kis_feed_half()->parse_approval(&response, 1000, out, err);
	http_response_release(&response);
	return rc;
}

static void test_approval(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum err_kind kind;
		const char *message;
	} rows[] = {
		{ 403, "{\"error_code\":\"EGW00103\",\"error_description\":\"no key\"}", ERR_AUTH,
		  "refused (EGW00103): no key" },
		{ 403, "", ERR_FORBIDDEN, "HTTP status 403" },
		{ 500, "{\"rt_cd\":\"1\",\"msg_cd\":\"EGW00002\",\"msg1\":\"x\"}", ERR_SERVER,
		  "refused (EGW00002): x" },
		{ 500, "{\"rt_cd\":\"1\",\"msg_cd\":\"EGW00201\",\"msg1\":\"x\"}", ERR_RATE_LIMIT,
		  "refused (EGW00201): x" },
		{ 200, "{}", ERR_PARSE, "the answer holds no fit 'approval_key'" },
		{ 200, "{\"approval_key\":\"\"}", ERR_PARSE,
		  "the answer holds no fit 'approval_key'" },
		{ 200, "{\"approval_key\":\"a\\r\\nb\"}", ERR_PARSE,
		  "the answer holds no fit 'approval_key'" },
		{ 200, "{\"approval_key\":\"a\\\"b\"}", ERR_PARSE,
		  "the answer holds no fit 'approval_key'" },
		{ 200, "{\"approval_key\":7}", ERR_PARSE,
		  "field 'approval_key' is a number, not a string" },
		{ 200, "{\"access_token\":\"abc\"}", ERR_PARSE,
		  "the answer holds no fit 'approval_key'" },
		{ 200, "{\"approval_key\":\"abc\"", ERR_TRUNCATED,
		  "the JSON text ends before its end" },
	};
	struct provider_token token = untouched;
	char huge[3000] = "{\"approval_key\":\"";
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(parse(rows[i].status, rows[i].body, &token, &err), -1);
		if (rows[i].kind != ERR_TRUNCATED)
			assert_string_equal(err.msg, rows[i].message);
		assert_int_equal(err.kind, rows[i].kind);
	}
	memset(huge + strlen(huge), 'x', 2000);
	strcpy(huge + strlen(huge), "\"}");
	assert_int_equal(parse(200, huge, &token, &err), -1);
	assert_int_equal(err.kind, ERR_PARSE);
	assert_memory_equal(&token, &untouched, sizeof token);
	assert_int_equal(parse(200, "{\"approval_key\":\"a2585daf-8c09-4587\"}", &token, &err), 0);
	assert_string_equal(token.text, "a2585daf-8c09-4587");
	assert_int_equal(token.life_ms, 23 * 3600 * 1000);
}

static void test_approval_call(void **state)
{
	static const struct provider_call call = { .login = { "KEY", "S\"E\\C" },
						   .base_url = "https://h:1" };
	struct http_request r;

	(void)state;
	http_request_init(&r);
	assert_int_equal(kis_feed_half()->build_approval(&call, &r, NULL), 0);
	assert_string_equal(buf_text(&r.url), "https://h:1/oauth2/Approval");
	assert_string_equal(buf_text(&r.body),
			    "{\"grant_type\":\"client_credentials\",\"appkey\":\"KEY\","
			    "\"secretkey\":\"S\\\"E\\\\C\"}");
	assert_true(r.is_post && r.is_unrepeatable);
	http_request_release(&r);
}

/* ---- registrations ---- */

static void test_addresses(void **state)
{
	static const struct {
		const char *account, *symbol;
		enum market exchange;
		enum venue venue;
		const char *address;
	} rows[] = {
		{ "real", "005930", MARKET_NONE, VENUE_KRX, "H0STCNT0 005930" },
		{ "real", "005930", MARKET_NONE, VENUE_NXT, "H0NXCNT0 005930" },
		{ "real", "005930", MARKET_NONE, VENUE_ALL, "H0UNCNT0 005930" },
		{ "real", "Q500001", MARKET_NONE, VENUE_KRX, "H0STCNT0 Q500001" },
		{ "paper", "005930", MARKET_NONE, VENUE_KRX, "H0STCNT0 005930" },
		{ "paper", "005930", MARKET_NONE, VENUE_NXT,
		  "paper accounts have the stream of the exchange alone, not of other venues" },
		{ "paper", "005930", MARKET_NONE, VENUE_ALL,
		  "paper accounts have the stream of the exchange alone, not of other venues" },
		{ "real", "AAPL", MARKET_NAS, VENUE_KRX, "HDFSCNT0 DNASAAPL" },
		{ "real", "AAPL", MARKET_NAS, VENUE_ALL, "HDFSCNT0 DNASAAPL" },
		{ "real", "BRK/B", MARKET_NYS, VENUE_KRX, "HDFSCNT0 DNYSBRK/B" },
		{ "real", "0700.HKS", MARKET_NONE, VENUE_KRX, "HDFSCNT0 DHKS00700" },
		{ "real", "AAPL.BAQ", MARKET_NONE, VENUE_KRX, "HDFSCNT0 RBAQAAPL" },
		{ "real", "A.BAY", MARKET_NONE, VENUE_KRX, "HDFSCNT0 RBAYA" },
		{ "real", "A.BAA", MARKET_NONE, VENUE_KRX, "HDFSCNT0 RBAAA" },
		{ "paper", "AAPL", MARKET_NAS, VENUE_KRX,
		  "paper accounts have no stream of overseas trades: poll with '--every'" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct provider *kis = provider_find("kis");
		struct feed_address a;
		struct symbol s;
		struct err err;
		char told[ERR_MSG_BYTES];

		assert_int_equal(symbol_parse(rows[i].symbol, strlen(rows[i].symbol), MARKET_NONE,
					      &s, &err), 0);
		if (rows[i].exchange != MARKET_NONE)
			s.exchange = (uint8_t)rows[i].exchange;
		if (kis->feed->find_address(provider_find_account(kis, rows[i].account), &s,
					    rows[i].venue, &a, &err) < 0) {
			assert_int_equal(err.kind, ERR_UNSUPPORTED);
			snprintf(told, sizeof told, "%s", err.msg);
		} else {
			snprintf(told, sizeof told, "%s %s", a.channel, a.key);
		}
		assert_string_equal(told, rows[i].address);
	}
}

static void test_registration(void **state)
{
	static const struct feed_address address = { "H0STCNT0", "005930" };
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	kis_feed_half()->build_registration("a2585daf", &address, true, &out);
	assert_string_equal(buf_text(&out),
			    "{\"header\":{\"approval_key\":\"a2585daf\",\"custtype\":\"P\","
			    "\"tr_type\":\"1\",\"content-type\":\"utf-8\"},"
			    "\"body\":{\"input\":{\"tr_id\":\"H0STCNT0\",\"tr_key\":\"005930\"}}}");
	buf_clear(&out);
	kis_feed_half()->build_registration("a2585daf", &address, false, &out);
	assert_non_null(strstr(buf_text(&out), "\"tr_type\":\"2\""));
	buf_release(&out);
}

/* ---- what comes ---- */

static void tell(const char *text, size_t len, char *out, size_t out_bytes)
{
	static const char *const kinds[] = { "data", "keep alive", "answer", "other" };
	static const char *const answers[] = { "subscribed", "unsubscribed", "done", "try again",
					       "full", "refused", "key dead", "busy" };
	struct feed_message m;
	char *block = malloc(len ? len : 1);

	assert_non_null(block);
	memcpy(block, text, len);
	kis_feed_half()->read_message(block, len, &m);
	free(block);
	if (m.kind == FEED_ANSWER)
		snprintf(out, out_bytes, "%s %s/%s %s %s %s", answers[m.answer], m.address.channel,
			 m.address.key, m.rt_cd, m.msg_cd, m.msg1);
	else
		snprintf(out, out_bytes, "%s", kinds[m.kind]);
}

static void expect(const char *text, const char *expected)
{
	char told[1024];

	tell(text, strlen(text), told, sizeof told);
	if (strcmp(told, expected) != 0)
		fail_msg("%s: not '%s' but '%s'", text, expected, told);
}

static void test_codes(void **state)
{
	static const struct {
		const char *rt_cd, *msg_cd, *answer;
	} rows[] = {
		{ "0", "OPSP0000", "subscribed" },   { "0", "OPSP0001", "unsubscribed" },
		{ "1", "OPSP0002", "subscribed" },   { "1", "OPSP0003", "unsubscribed" },
		{ "1", "OPSP0007", "try again" },    { "1", "OPSP0009", "try again" },
		{ "1", "OPSP0008", "full" },	     { "9", "OPSP0010", "key dead" },
		{ "9", "OPSP0011", "key dead" },     { "1", "OPSP0011", "key dead" },
		{ "9", "OPSP8996", "busy" },	     { "1", "OPSP8991", "refused" },
		{ "9", "OPSP8992", "refused" },	     { "9", "OPSP8993", "refused" },
		{ "9", "OPSP8997", "refused" },	     { "9", "OPSP8998", "refused" },
		{ "9", "OPSP9990", "refused" },	     { "9", "OPSP9999", "refused" },
		{ "0", "OPSP4711", "done" },	     { "1", "OPSP4711", "refused" },
		{ "0", "", "done" },		     { "", "OPSP4711", "refused" },
		{ "00", "X", "refused" },	     { "1", "OPSP00080", "refused" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[300], expected[200];

		snprintf(text, sizeof text,
			 "{\"header\":{\"tr_id\":\"H0STCNT0\",\"tr_key\":\"005930\",\"encrypt\":\"N\"},"
			 "\"body\":{\"rt_cd\":\"%s\",\"msg_cd\":\"%s\",\"msg1\":\"Words\"}}",
			 rows[i].rt_cd, rows[i].msg_cd);
		snprintf(expected, sizeof expected, "%s H0STCNT0/005930 %s %s Words",
			 rows[i].answer, rows[i].rt_cd, rows[i].msg_cd);
		expect(text, expected);
	}
}

static void test_fixtures(void **state)
{
	static const struct {
		const char *fixture, *told;
	} rows[] = {
		{ "subscribed.json", "subscribed H0STASP0/005930 0 OPSP0000 SUBSCRIBE SUCCESS" },
		{ "busy.json", "busy (null)/ 9 OPSP8996 ALREADY IN USE appkey" },
		{ "keep_alive.json", "keep alive" },
		{ "h0stcnt0_1.txt", "data" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		char *text = feed_case_load(rows[i].fixture, &len);

		expect(text, rows[i].told);
		free(text);
	}
}

static void test_others(void **state)
{
	static const struct {
		const char *text, *told;
	} rows[] = {
		{ "", "other" },
		{ "2|x", "other" },
		{ "hello", "other" },
		{ "0", "data" },
		{ "1|H0STCNI0|001|x", "data" },
		{ "{", "other" },
		{ "{}", "other" },
		{ "[]", "other" },
		{ " {}", "other" },
		{ "{\"header\":7,\"body\":[]}", "other" },
		{ "{\"header\":{\"tr_id\":\"H0STCNT0\",\"tr_key\":\"005930\"}}", "other" },
		{ "{\"header\":{\"tr_id\":\"H0STCNT0\"},\"body\":null}", "other" },
		{ "{\"header\":{\"tr_id\":7,\"tr_key\":null},\"body\":{\"rt_cd\":\"1\"}}",
		  "refused / 1  " },
		{ "{\"body\":{\"rt_cd\":\"9\",\"msg_cd\":\"OPSP8996\"}}", "busy / 9 OPSP8996 " },
		{ "{\"body\":{\"rt_cd\":9,\"msg_cd\":\"OPSP8996\"}}", "busy /  OPSP8996 " },
		/* A heart beats whatever else it says. */
		{ "{\"header\":{\"tr_id\":\"PINGPONG\",\"x\":[1,2]},\"body\":{\"rt_cd\":\"9\"}}",
		  "keep alive" },
		{ "{\"header\":{\"tr_id\":\"\\u0050INGPONG\"}}", "keep alive" },
		{ "{\"header\":{\"tr_id\":\"pingpong\"}}", "other" },
		/* Not JSON: garbage, though it holds the word. */
		{ "{\"header\":{\"tr_id\":\"PINGPONG\"}} x", "other" },
		/* Nothing for a terminal to act on; texts are cut to their places. */
		{ "{\"header\":{\"tr_id\":\"a\\u001b[31m\",\"tr_key\":\"\\u202e\"},"
		  "\"body\":{\"rt_cd\":\"1\",\"msg_cd\":\"\\n\",\"msg1\":\"\\u001b[2J거절\"}}",
		  "refused a?[31m/? 1 ? ?[2J거절" },
		{ "{\"header\":{\"tr_id\":\"0123456789abcdef0\",\"tr_key\":\"1\"},"
		  "\"body\":{\"rt_cd\":\"1\"}}", "refused 0123456789ab…/1 1  " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect(rows[i].text, rows[i].told);
}

/* Deep, long or with a NUL inside: nothing that we know. */
static void test_monsters(void **state)
{
	static char deep[20001], told[64];

	(void)state;
	memset(deep, '[', sizeof deep);
	memcpy(deep, "{\"a\":", 5);
	tell(deep, sizeof deep, told, sizeof told);
	assert_string_equal(told, "other");
	memset(deep, 'x', sizeof deep);
	memcpy(deep, "{\"header\":{\"tr_id\":\"", 20);
	memcpy(deep + sizeof deep - 4, "\"}}", 3);
	tell(deep, sizeof deep - 1, told, sizeof told);
	assert_string_equal(told, "other");
	tell("{\"header\":{\"tr_id\":\"PINGPONG\0\"}}", 33, told, sizeof told);
	assert_string_equal(told, "other");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_approval),     cmocka_unit_test(test_approval_call),
		cmocka_unit_test(test_addresses),    cmocka_unit_test(test_registration),
		cmocka_unit_test(test_codes),	     cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_others),	     cmocka_unit_test(test_monsters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
