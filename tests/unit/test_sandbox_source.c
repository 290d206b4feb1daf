/* SPDX-License-Identifier: MIT */
/* What the sources of the sandbox decide by arithmetic. */
#include "sandbox/coin.h"
#include "sandbox/dates.h"
#include "sandbox/listing.h"
#include "sandbox/market.h"
#include "sandbox/upbit.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void new_york_changes_its_offset(void **state)
{
	(void)state;
	/* 2026: from 8 March 07:00 UTC to 1 November 06:00 UTC. */
	assert_int_equal(dates_new_york_offset_s(1772953199), -5 * 3600);
	assert_int_equal(dates_new_york_offset_s(1772953200), -4 * 3600);
	assert_int_equal(dates_new_york_offset_s(1793512799), -4 * 3600);
	assert_int_equal(dates_new_york_offset_s(1793512800), -5 * 3600);
	/* 2022-08-17T10:18:24Z: that day began at 04:00Z. */
	assert_int_equal(dates_new_york_midnight_s(1660731504), 1660708800);
	/* 2026-01-15T03:00Z is still the 14th there. */
	assert_int_equal(dates_new_york_midnight_s(1768446000), 1768366800);
	/* The day of a change begins with the offset of before. */
	assert_int_equal(dates_new_york_midnight_s(1772953200 + 3600),
			 1772946000);
}

static void fractions_end_without_zeros(void **state)
{
	char text[DATES_TEXT_BYTES];

	(void)state;
	dates_format_rfc3339(text, 1660731504, 114694956);
	assert_string_equal(text, "2022-08-17T10:18:24.114694956Z");
	dates_format_rfc3339(text, 1660731504, 547942000);
	assert_string_equal(text, "2022-08-17T10:18:24.547942Z");
	dates_format_rfc3339(text, 1660731504, 0);
	assert_string_equal(text, "2022-08-17T10:18:24Z");
}

static void who_goes_on_calling_is_blocked_for_longer_each_time(void **state)
{
	struct upbit_guard guard = { 0 };
	int64_t now_ns = 0, length_ns[3];
	bool passes;

	(void)state;
	for (int block = 0; block < 3; block++) {
		length_ns[block] = 0;
		for (int i = 0; length_ns[block] == 0; i++) {
			passes = false;
			assert_true(i < 12);
			length_ns[block] = upbit_guard_count(&guard, false,
							     now_ns, &passes);
			assert_false(passes);
		}
		/* It ends by itself, whatever is called meanwhile. */
		passes = true;
		assert_int_equal(
			upbit_guard_count(&guard, false,
					  now_ns + length_ns[block] - 1,
					  &passes),
			1);
		assert_false(passes);
		now_ns += length_ns[block];
		passes = true;
		assert_int_equal(
			upbit_guard_count(&guard, false, now_ns, &passes), 0);
		assert_true(passes);
	}
	assert_int_equal(length_ns[1], 2 * length_ns[0]);
	assert_int_equal(length_ns[2], 4 * length_ns[0]);
}

static void a_call_that_passes_forgives(void **state)
{
	struct upbit_guard guard = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++) {
		bool passes = i % 5 == 0;

		assert_int_equal(
			upbit_guard_count(&guard, false, i, &passes), 0);
	}
}

static void a_browser_may_call_once_in_ten_seconds(void **state)
{
	struct upbit_guard guard = { 0 };
	bool passes = true;

	(void)state;
	upbit_guard_count(&guard, true, 1, &passes);
	assert_true(passes);
	upbit_guard_count(&guard, true, 10 * NS_PER_SEC, &passes);
	assert_false(passes);
	passes = true;
	upbit_guard_count(&guard, true, 10 * NS_PER_SEC + 1, &passes);
	assert_true(passes);
}

static void every_coin_is_found_and_holds_together(void **state)
{
	struct coin coin, found;
	size_t i;

	(void)state;
	for (i = 0; coin_get(i, &coin); i++) {
		assert_true(coin_find(coin.market, &found));
		assert_string_equal(found.korean, coin.korean);
		assert_true(coin.low > 0 && coin.low <= coin.price &&
			    coin.price <= coin.high && coin.low <= coin.open &&
			    coin.open <= coin.high);
	}
	assert_true(i > 280);
	assert_false(coin_find("KRW-NOPE", &coin));
	assert_false(coin_find("", &coin));
}

static void every_listing_is_found(void **state)
{
	const struct overseas_listing *row;

	(void)state;
	for (size_t i = 0; (row = listing_get_overseas(i)) != NULL; i++) {
		struct stock stock;

		assert_true(market_find_overseas(NULL, row->exchange,
						 row->code, &stock));
		assert_int_equal(stock.price, row->price);
		assert_true(strlen(row->korean) > 0 &&
			    strlen(row->english) > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_york_changes_its_offset),
		cmocka_unit_test(fractions_end_without_zeros),
		cmocka_unit_test(
			who_goes_on_calling_is_blocked_for_longer_each_time),
		cmocka_unit_test(a_call_that_passes_forgives),
		cmocka_unit_test(a_browser_may_call_once_in_ten_seconds),
		cmocka_unit_test(every_coin_is_found_and_holds_together),
		cmocka_unit_test(every_listing_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
