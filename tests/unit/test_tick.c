/* SPDX-License-Identifier: MIT */
/* Unit tests of model/tick. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "model/tick.h"

static void test_numbers(void **state)
{
	struct tick t, copy;

	(void)state;
	tick_init(&t);
	for (int n = 0; n < TICK_NUMBERS; n++)
		assert_null(tick_number(&t, n));
	assert_int_equal(tick_set_number(&t, TICK_PRICE, "719001", 5, NULL), 0);
	assert_int_equal(tick_set_number(&t, TICK_TOTAL_BID_SIZE, "0", 1, NULL), 0);
	/* A later one takes an earlier one's place. */
	assert_int_equal(tick_set_number(&t, TICK_PRICE, "-7.5", 4, NULL), 0);
	copy = t;
	memset(&t, 'x', sizeof t);
	assert_string_equal(tick_number(&copy, TICK_PRICE), "-7.5");
	assert_string_equal(tick_number(&copy, TICK_TOTAL_BID_SIZE), "0");
	assert_null(tick_number(&copy, TICK_CHANGE));
}

static void test_room(void **state)
{
	char digits[TICK_TEXT_BYTES + 1];
	struct tick t;
	struct err err;

	(void)state;
	memset(digits, '7', sizeof digits);
	tick_init(&t);
	assert_int_equal(tick_set_number(&t, TICK_PRICE, digits, TICK_TEXT_BYTES, &err), -1);
	assert_int_equal(err.kind, ERR_PARSE);
	assert_null(tick_number(&t, TICK_PRICE));
	assert_int_equal(tick_set_number(&t, TICK_PRICE, digits, TICK_TEXT_BYTES - 1, &err), 0);
	assert_int_equal(strlen(tick_number(&t, TICK_PRICE)), TICK_TEXT_BYTES - 1);
	assert_int_equal(tick_set_number(&t, TICK_ASK, "", 0, &err), -1);
	/* Everything that a real trade has, each number of ten digits. */
	tick_init(&t);
	for (int n = 0; n < TICK_NUMBERS; n++)
		assert_int_equal(tick_set_number(&t, n, digits, 10, &err), 0);
	assert_int_equal(sizeof t, 336);
}

/* What was merged, and what was missed, adds up; the newer one's words stay. */
static void test_merge(void **state)
{
	static const struct {
		struct {
			int64_t trades, gap, volume;
			uint32_t merged;
			bool is_old;
		} a, b;
		int64_t trades, gap, volume;
		uint32_t merged;
	} rows[] = {
		{ { 10, 0, 0, 0, false }, { 11, 0, 0, 0, false }, 11, 0, 0, 1 },
		{ { 10, 2, 20, 3, false }, { 15, 4, 40, 0, false }, 15, 6, 60, 4 },
		{ { 10, 2, 20, 3, false }, { 15, 4, 40, 5, false }, 15, 6, 60, 9 },
		/* What is not known adds nothing. */
		{ { 10, TICK_UNKNOWN, 20, 0, false }, { 15, 4, TICK_UNKNOWN, 0, false }, 15, 4, 20, 1 },
		{ { 10, TICK_UNKNOWN, TICK_UNKNOWN, 0, false },
		  { 15, TICK_UNKNOWN, TICK_UNKNOWN, 0, false }, 15, TICK_UNKNOWN, TICK_UNKNOWN, 1 },
		/* One that comes late does not replace what is newer, and was missed before. */
		{ { 12, 1, 7, 0, false }, { 11, 0, 0, 0, true }, 12, 1, 7, 0 },
		{ { 11, 0, 0, 0, true }, { 13, 0, 0, 0, false }, 13, 0, 0, 0 },
		{ { 11, 0, 0, 0, true }, { 10, 0, 0, 0, true }, 11, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tick a, b;

		tick_init(&a);
		tick_init(&b);
		a.trades = rows[i].a.trades, b.trades = rows[i].b.trades;
		a.gap = rows[i].a.gap, b.gap = rows[i].b.gap;
		a.gap_volume = rows[i].a.volume, b.gap_volume = rows[i].b.volume;
		a.merged = rows[i].a.merged, b.merged = rows[i].b.merged;
		a.is_old = rows[i].a.is_old, b.is_old = rows[i].b.is_old;
		tick_merge(&a, &b);
		assert_int_equal(a.trades, rows[i].trades);
		assert_int_equal(a.gap, rows[i].gap);
		assert_int_equal(a.gap_volume, rows[i].volume);
		assert_int_equal(a.merged, rows[i].merged);
	}
}

static void test_time(void **state)
{
	char out[TICK_TIME_BYTES];
	struct tick t;

	(void)state;
	tick_init(&t);
	assert_false(tick_format_time(&t, out));
	t.date = 20250730;
	assert_false(tick_format_time(&t, out));
	t.time = 94751;
	assert_true(tick_format_time(&t, out));
	assert_string_equal(out, "2025-07-30T09:47:51+09:00");
	t.time = 0;
	assert_true(tick_format_time(&t, out));
	assert_string_equal(out, "2025-07-30T00:00:00+09:00");
	t.date = 0;
	assert_false(tick_format_time(&t, out));
}

static void test_names(void **state)
{
	(void)state;
	assert_null(tick_side_name(SIDE_NONE).text);
	assert_string_equal(tick_side_name(SIDE_BUY).text, "buy");
	assert_string_equal(tick_side_name(SIDE_SELL).text, "sell");
	assert_null(tick_session_name(SESSION_NONE).text);
	assert_string_equal(tick_session_name(SESSION_PRE).text, "pre");
	assert_string_equal(tick_session_name(SESSION_REGULAR).text, "regular");
	assert_string_equal(tick_session_name(SESSION_CLOSE).text, "close");
	assert_string_equal(tick_session_name(SESSION_AFTER).text, "after");
	assert_string_equal(tick_session_name(SESSION_AUCTION).text, "auction");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
