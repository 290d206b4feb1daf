/* Unit tests of provider/registry and of what a provider says of itself. */
#define SOURCE "kis"
#include "provider_case.h"

#include "base/clock.h"

static void test_find(void **state)
{
	static const char *const strangers[] = { "", "KIS", "ki", "kis ", "naver" };

	(void)state;
	assert_string_equal(source()->name, "kis");
	for (size_t i = 0; i < COUNT(strangers); i++)
		assert_null(provider_find(strangers[i]));
	assert_null(provider_find_account(source(), ""));
	assert_null(provider_find_account(source(), "Real"));
}

/* The broker's published figures. */
static void test_accounts(void **state)
{
	static const struct {
		const char *name, *base_url;
		int rate_per_sec;
		size_t batch_max;
		bool has_detail_abroad;
	} rows[] = {
		{ "real", "https://openapi.koreainvestment.com:9443", 18, 30, true },
		{ "paper", "https://openapivts.koreainvestment.com:29443", 1, 1, false },
	};

	(void)state;
	assert_int_equal(source()->account_count, COUNT(rows));
	assert_int_equal(source()->token_interval_ms, 60000);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct provider_account *a = provider_find_account(source(), rows[i].name);

		assert_non_null(a);
		assert_string_equal(a->base_url, rows[i].base_url);
		assert_int_equal(a->limit.calls, rows[i].rate_per_sec);
		assert_int_equal(a->limit.per_sec, rows[i].rate_per_sec);
		assert_int_equal(a->limit.window_sec, 1);
		assert_int_equal(a->batch_max, rows[i].batch_max);
		for (int m = MARKET_NONE; m < MARKET_COUNT; m++) {
			bool is_home = m == MARKET_KR;
			bool is_abroad = m >= MARKET_US && m <= MARKET_BAA;

			assert_int_equal(source()->batch_max(a, (enum market)m),
					 is_home ? rows[i].batch_max : is_abroad ? 1 : 0);
			assert_int_equal(source()->has_detail(a, (enum market)m),
					 is_home || (is_abroad && rows[i].has_detail_abroad));
		}
	}
}

static void test_exchanges(void **state)
{
	enum market exchange[PROVIDER_EXCHANGES_MAX];

	(void)state;
	for (int m = MARKET_NONE; m < MARKET_COUNT; m++)
		assert_int_equal(source()->exchanges((enum market)m, exchange),
				 m == MARKET_US ? 3 : 0);
	assert_int_equal(exchange[0], MARKET_NAS);
	assert_int_equal(exchange[1], MARKET_NYS);
	assert_int_equal(exchange[2], MARKET_AMS);
}

/* Nothing of a login or a token can become a header of its own, and what does
 * not fit is said. */
static void test_hostile_login(void **state)
{
	static char long_text[9000];
	static const struct {
		const char *key, *secret, *token;
	} rows[] = {
		{ "K\r\nx: 1", "S", "T" }, { "K", "S\n", "T" },	       { "K", "S", "T\r\n" },
		{ "K\t", "S", "T" },	   { "K", "\x7f", "T" },       { long_text, "S", "T" },
		{ "K", long_text, "T" },
	};

	(void)state;
	memset(long_text, 'x', sizeof long_text - 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct provider_call call = case_call();
		struct request *request = case_request("005930", SINGLE);
		struct http_request r;
		struct err err = { .kind = ERR_KINDS };

		call.login = (struct provider_login){ rows[i].key, rows[i].secret };
		call.token = rows[i].token;
		http_request_init(&r);
		assert_int_equal(source()->build_quote(&call, request, &r, &err), -1);
		assert_int_equal(err.kind, ERR_INPUT);
		assert_null(strstr(err.msg, "xxx"));
		http_request_release(&r);
		request_free(request);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_exchanges),
		cmocka_unit_test(test_hostile_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
