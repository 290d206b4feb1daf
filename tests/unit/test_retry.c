/* SPDX-License-Identifier: MIT */
/* Unit tests of engine/retry: a table of cases, the bounds of the pauses, and
 * the bucket over simulated hours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/retry.h"

#define SEC NS_PER_SEC

/* What each kind means for one symbol and for several, at the first failure. */
static void each_kind_has_its_action(void **state)
{
	static const struct {
		enum err_kind kind;
		enum retry_action one, many;
	} rows[] = {
		{ ERR_USAGE, RETRY_FINAL, RETRY_FINAL },
		{ ERR_INPUT, RETRY_FINAL, RETRY_SPLIT },
		{ ERR_NOT_FOUND, RETRY_FINAL, RETRY_SPLIT },
		{ ERR_NO_TRADE, RETRY_FINAL, RETRY_FINAL },
		{ ERR_LIMIT, RETRY_FINAL, RETRY_FINAL },
		{ ERR_RATE_LIMIT, RETRY_AGAIN, RETRY_AGAIN },
		{ ERR_DEADLINE, RETRY_FINAL, RETRY_FINAL },
		{ ERR_TIMEOUT, RETRY_AGAIN, RETRY_AGAIN },
		{ ERR_NETWORK, RETRY_AGAIN, RETRY_AGAIN },
		{ ERR_HOST, RETRY_AGAIN, RETRY_AGAIN },
		{ ERR_TLS, RETRY_AGAIN, RETRY_AGAIN },
		{ ERR_HANDSHAKE, RETRY_AGAIN, RETRY_AGAIN },
		{ ERR_HTTP, RETRY_FINAL, RETRY_SPLIT },
		{ ERR_SERVER, RETRY_AGAIN, RETRY_AGAIN },
		{ ERR_AUTH, RETRY_AGAIN, RETRY_AGAIN },
		{ ERR_FORBIDDEN, RETRY_AGAIN, RETRY_SPLIT },
		{ ERR_TOKEN, RETRY_NOW, RETRY_NOW },
		{ ERR_PARSE, RETRY_AGAIN, RETRY_SPLIT },
		{ ERR_TRUNCATED, RETRY_AGAIN, RETRY_AGAIN },
		{ ERR_UNSUPPORTED, RETRY_SINGLES, RETRY_SINGLES },
		{ ERR_CANCELED, RETRY_FINAL, RETRY_FINAL },
		{ ERR_OUTPUT, RETRY_FINAL, RETRY_FINAL },
		{ ERR_SYSTEM, RETRY_FINAL, RETRY_FINAL },
	};
	size_t i;

	(void)state;
	assert_int_equal(sizeof rows / sizeof *rows, ERR_KINDS);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct retry_case c = { .kind = rows[i].kind, .symbols = 1, .attempts = 1 };

		assert_int_equal(rows[i].kind, i);
		assert_int_equal(retry_decide(&c), rows[i].one);
		c.symbols = 30;
		assert_int_equal(retry_decide(&c), rows[i].many);
	}
}

static void what_else_decides(void **state)
{
	static const struct {
		const char *what;
		struct retry_case c;
		enum retry_action want;
	} rows[] = {
		{ "no count ends what may heal",
		  { .kind = ERR_NETWORK, .symbols = 1, .attempts = 1000 }, RETRY_AGAIN },
		{ "but --retries does",
		  { .kind = ERR_NETWORK, .symbols = 1, .attempts = 3, .attempts_max = 3 },
		  RETRY_FINAL },
		{ "and not a moment earlier",
		  { .kind = ERR_NETWORK, .symbols = 1, .attempts = 2, .attempts_max = 3 },
		  RETRY_AGAIN },
		{ "a refusal for the rate never counts",
		  { .kind = ERR_RATE_LIMIT, .symbols = 1, .attempts = 9, .attempts_max = 1 },
		  RETRY_AGAIN },
		{ "others are answered, these never: halves",
		  { .kind = ERR_SERVER, .symbols = 30, .attempts = 3 }, RETRY_SPLIT },
		{ "nobody is: no halves",
		  { .kind = ERR_SERVER, .symbols = 30, .attempts = 3, .is_down = true },
		  RETRY_AGAIN },
		{ "nobody is: a page is no halves either",
		  { .kind = ERR_PARSE, .symbols = 30, .attempts = 1, .is_down = true },
		  RETRY_AGAIN },
		{ "one symbol's page, the fourth time",
		  { .kind = ERR_PARSE, .symbols = 1, .attempts = 4 }, RETRY_AGAIN },
		{ "one symbol's page, the fifth time",
		  { .kind = ERR_PARSE, .symbols = 1, .attempts = 5 }, RETRY_FINAL },
		{ "nothing is answered: a page, for as long as it stays",
		  { .kind = ERR_FORBIDDEN, .symbols = 1, .attempts = 50, .is_down = true },
		  RETRY_AGAIN },
		{ "the source's own word against one symbol",
		  { .kind = ERR_FORBIDDEN, .symbols = 1, .attempts = 1, .is_own = true },
		  RETRY_FINAL },
		{ "its own word against many",
		  { .kind = ERR_FORBIDDEN, .symbols = 2, .attempts = 1, .is_own = true },
		  RETRY_SPLIT },
		{ "a token that stays dead: until another is issued",
		  { .kind = ERR_TOKEN, .symbols = 1, .attempts = 3 }, RETRY_AGAIN },
		{ "no single call either",
		  { .kind = ERR_UNSUPPORTED, .symbols = 1, .is_single = true, .attempts = 1 },
		  RETRY_FINAL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		if (retry_decide(&rows[i].c) != rows[i].want)
			fail_msg("%s", rows[i].what);
}

static void pauses_double_up_to_a_cap(void **state)
{
	static const int most_ms[] = { 0, 200, 400, 800, 1600, 2000, 2000 };
	struct err err = { .kind = ERR_NETWORK };
	int n;

	(void)state;
	for (n = 1; n < 7; n++) {
		assert_int_equal(retry_delay_ns(&err, n, 0), 0);
		assert_in_range(retry_delay_ns(&err, n, 0.999999),
				most_ms[n] * NS_PER_MS - NS_PER_MS, most_ms[n] * NS_PER_MS);
	}
	err.retry_after_ms = 7000;
	assert_int_equal(retry_delay_ns(&err, 1, 0.5), 7 * SEC);
}

static void an_attempt_fits_before_the_deadline(void **state)
{
	(void)state;
	assert_true(retry_fits(9 * SEC, SEC / 2, 0, 10 * SEC));
	assert_false(retry_fits(9 * SEC, SEC, 0, 10 * SEC));
	assert_false(retry_fits(11 * SEC, 0, 0, 10 * SEC));
	/* Without a deadline: ten minutes. */
	assert_true(retry_fits(600 * SEC, SEC, SEC, CLOCK_NEVER));
	assert_false(retry_fits(601 * SEC, SEC, SEC, CLOCK_NEVER));
	assert_int_equal(retry_hurried_ns(4 * SEC, 2 * SEC, SEC, 10 * SEC), 2 * SEC);
	assert_int_equal(retry_hurried_ns(SEC, 2 * SEC, SEC, CLOCK_NEVER), 300 * SEC);
	assert_int_equal(retry_hurried_ns(4 * SEC, 0, SEC, 4 * SEC + 99 * NS_PER_MS), 0);
	assert_int_equal(retry_hurried_ns(5 * SEC, 0, SEC, 4 * SEC), 0);
}

/* With nothing answered, no more than the start and four a second; and never
 * does an empty bucket wait for more than a quarter of a second. */
static void no_storm_in_an_hour(void **state)
{
	struct retry_budget b;
	int64_t now = 5 * SEC, at;
	int taken = 0;

	(void)state;
	retry_budget_init(&b, now);
	while (now < 3605 * SEC) {
		if (retry_budget_take(&b, now, &at)) {
			taken++;
			continue;
		}
		assert_in_range(at, now + 1, now + SEC / 4 + 2 * NS_PER_MS);
		now = at;
	}
	assert_in_range(taken, RETRY_BUDGET_START + 4 * 3590, RETRY_BUDGET_START + 4 * 3600);
}

static void answers_refill(void **state)
{
	struct retry_budget b;
	int64_t at;
	int i, taken = 0;

	(void)state;
	retry_budget_init(&b, 0);
	while (retry_budget_take(&b, 0, &at))
		taken++;
	assert_int_equal(taken, RETRY_BUDGET_START);
	for (i = 0; i < 20; i++)
		retry_budget_note_answer(&b);
	for (taken = 0; retry_budget_take(&b, 0, &at); taken++)
		;
	assert_int_equal(taken, 10);
	for (i = 0; i < 1000000; i++)
		retry_budget_note_answer(&b);
	for (taken = 0; retry_budget_take(&b, 0, &at); taken++)
		;
	assert_int_equal(taken, RETRY_BUDGET_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_has_its_action),
		cmocka_unit_test(what_else_decides),
		cmocka_unit_test(pauses_double_up_to_a_cap),
		cmocka_unit_test(an_attempt_fits_before_the_deadline),
		cmocka_unit_test(no_storm_in_an_hour),
		cmocka_unit_test(answers_refill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
