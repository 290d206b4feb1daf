/* SPDX-License-Identifier: MIT */
/* Unit tests of provider/provider and of what a provider says of itself. */
#define SOURCE "kis"
#include "provider_case.h"

#include "base/clock.h"
#include "provider/names.h"

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

/* In the order of --source auto; and each keeps what the seam promises. */
static void test_all(void **state)
{
	static const char *const names[] = { "kis", "alpaca", "upbit", "ecb" };
	static const char *const lower = "abcdefghijklmnopqrstuvwxyz_0123456789";

	(void)state;
	assert_int_equal(provider_count(), COUNT(names));
	for (size_t i = 0; i < provider_count(); i++) {
		const struct provider *p = provider_at(i);
		const struct provider_needs *n = &p->needs;
		bool has_login = n->key != NULL;

		assert_string_equal(p->name, names[i]);
		assert_ptr_equal(provider_find(names[i]), p);
		assert_int_equal(strspn(p->name, lower), strlen(p->name));
		assert_non_null(p->title);
		assert_non_null(n->base_url);
		assert_int_equal(n->account != NULL, p->account_count > 1);
		assert_true(p->account_count > 0);
		assert_true(p->build_quote && !p->form != !p->parse_quote);
		assert_int_equal(!p->build_token, !p->parse_token);
		assert_true(!p->names || !p->names->parse != !p->names->take_row);
		assert_int_equal(n->secret != NULL, has_login);
		assert_int_equal(n->key_variable != NULL, has_login);
		assert_int_equal(n->secret_variable != NULL, has_login);
		assert_int_equal(n->page != NULL, has_login);
		for (size_t k = 0; k < p->account_count; k++) {
			const struct provider_account *a = &p->account[k];

			assert_ptr_equal(provider_find_account(p, a->name), a);
			assert_memory_equal(a->base_url, "https://", 8);
			assert_in_range(provider_batch_most(a), 1, REQUEST_MAX);
			assert_true(a->limit.calls > 0 && a->limit.window_sec > 0);
			assert_in_range(a->limit.per_sec, 1, a->limit.calls);
			assert_int_equal(provider_batch_max(a, MARKET_NONE), 0);
			for (int m = MARKET_NONE; m < MARKET_COUNT; m++)
				assert_in_range(provider_batch_max(a, (enum market)m), 0,
						provider_batch_most(a));
		}
	}
}

/* Who serves which market, and how many symbols a call. */
static void test_markets(void **state)
{
	static const struct {
		enum market market;
		size_t batch[4]; /* kis, alpaca, upbit, ecb */
	} rows[] = {
		{ MARKET_KR, { 30, 0, 0, 0 } },	   { MARKET_US, { 1, 100, 0, 0 } },
		{ MARKET_NAS, { 1, 100, 0, 0 } },  { MARKET_NYS, { 1, 100, 0, 0 } },
		{ MARKET_AMS, { 1, 100, 0, 0 } },  { MARKET_HKS, { 1, 0, 0, 0 } },
		{ MARKET_TSE, { 1, 0, 0, 0 } },	   { MARKET_HNX, { 1, 0, 0, 0 } },
		{ MARKET_BAQ, { 1, 0, 0, 0 } },	   { MARKET_UPBIT, { 0, 0, 100, 0 } },
		{ MARKET_FX, { 0, 0, 0, 100 } },   { MARKET_IDX, { 1, 0, 0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t k = 0; k < provider_count(); k++) {
			const struct provider *p = provider_at(k);

			assert_int_equal(provider_batch_max(&p->account[0], rows[i].market),
					 rows[i].batch[k]);
		}
}

static void test_feeds(void **state)
{
	static const struct {
		const char *name;
		int calls, delayed_minutes;
	} rows[] = { { "iex", 200, 0 }, { "delayed_sip", 200, 15 }, { "sip", 1000, 0 } };
	const struct provider *p = provider_find("alpaca");

	(void)state;
	assert_int_equal(p->account_count, COUNT(rows));
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_string_equal(p->account[i].name, rows[i].name);
		assert_int_equal(p->account[i].limit.calls, rows[i].calls);
		assert_int_equal(p->account[i].limit.window_sec, 60);
		assert_int_equal(p->account[i].delayed_minutes, rows[i].delayed_minutes);
	}
	assert_true(p->is_partial);
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
		assert_int_equal(provider_batch_most(a), rows[i].batch_max);
		for (int m = MARKET_NONE; m < MARKET_COUNT; m++) {
			bool is_home = m == MARKET_KR;
			bool is_abroad = m >= MARKET_US && m <= MARKET_BAA;
			bool has_index = m == MARKET_IDX && rows[i].has_detail_abroad;

			assert_int_equal(provider_batch_max(a, (enum market)m),
					 is_home ? rows[i].batch_max : is_abroad || has_index);
			assert_int_equal(provider_has_detail(a, (enum market)m),
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
		if (rows[i].token[1] == '\0') { /* the same of who has no token */
			http_request_init(&r);
			err.kind = ERR_KINDS;
			call.account = &provider_find("alpaca")->account[0];
			assert_int_equal(provider_find("alpaca")->build_quote(&call, request, &r,
									      &err), -1);
			assert_int_equal(err.kind, ERR_INPUT);
			http_request_release(&r);
		}
		request_free(request);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_markets),
		cmocka_unit_test(test_feeds),
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_exchanges),
		cmocka_unit_test(test_hostile_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
