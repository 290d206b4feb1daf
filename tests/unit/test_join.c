/* SPDX-License-Identifier: MIT */
/* Unit tests of stream/join: a snapshot and the trades around it, with a clock
 * of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stream/join.h"

enum { NO = TICK_UNKNOWN };

#define T0 (100 * NS_PER_SEC)

/* The nth trade of a symbol, of ten shares each, so that volume is 10 * n. */
static struct tick trade(int n, int64_t at_ns)
{
	struct tick t;

	tick_init(&t);
	t.trades = n;
	t.volume = 10 * n;
	t.size = 10;
	t.gap = t.gap_volume = 0;
	t.received_ns = at_ns;
	return t;
}

static bool take(struct join *j, int n, int64_t at_ns, struct tick *out)
{
	*out = trade(n, at_ns);
	return join_take_tick(j, out);
}

static void begin(struct join *j, int64_t at_ns)
{
	struct err err;

	assert_int_equal(join_begin(j, at_ns, &err), 0);
}

/* What join_next gives: the trades first to last, nothing merged but first_merged. */
static void expect_held(struct join *j, int first, int last, uint32_t first_merged)
{
	struct tick t;

	for (int n = first; n <= last; n++) {
		assert_true(join_next(j, &t));
		assert_int_equal(t.trades, n);
		assert_int_equal(t.merged, n == first ? first_merged : 0);
	}
	assert_false(join_next(j, &t));
}

static void test_without_a_quote_ticks_pass(void **state)
{
	struct join j = { .count = 0 };
	struct tick t;

	(void)state;
	assert_true(take(&j, 1, T0, &t));
	assert_int_equal(join_due(&j), CLOCK_NEVER);
	assert_false(join_next(&j, &t));
	join_release(&j);
}

/* Trades 1 to 3 are in the quote, 4 and 5 are not: 4 counts the three. */
static void test_the_quote_stands_before_what_it_does_not_contain(void **state)
{
	struct join j = { .count = 0 };
	struct tick t;

	(void)state;
	begin(&j, T0);
	for (int n = 1; n <= 5; n++)
		assert_false(take(&j, n, T0 + n, &t));
	assert_false(join_next(&j, &t));
	assert_true(join_take_snapshot(&j, 30, T0 + 9));
	expect_held(&j, 4, 5, 3);
	assert_true(take(&j, 6, T0 + 10, &t));
	assert_int_equal(t.merged, 0);
	join_release(&j);
}

/* The quote was made after trades that come behind it. */
static void test_what_comes_behind_the_quote_is_folded(void **state)
{
	struct join j = { .count = 0 };
	struct tick t;

	(void)state;
	begin(&j, T0);
	assert_true(join_take_snapshot(&j, 30, T0 + 1));
	t = trade(2, T0 + 2);
	t.gap = 4;
	assert_false(join_take_tick(&j, &t));
	assert_false(take(&j, 3, T0 + 3, &t));
	t = trade(6, T0 + 4);
	t.gap = 2;
	assert_true(join_take_tick(&j, &t));
	assert_int_equal(t.trades, 6);
	assert_int_equal(t.merged, 2);
	assert_int_equal(t.gap, 6);
	/* One that came late and is contained was in a gap, if in anything. */
	t = trade(1, T0 + 5);
	t.is_old = true;
	assert_false(join_take_tick(&j, &t));
	assert_true(take(&j, 7, T0 + 6, &t));
	assert_int_equal(t.trades, 7);
	assert_int_equal(t.merged, 0);
	join_release(&j);
}

/* Volumes of another day say nothing: not for long. */
static void test_a_smaller_volume_is_no_part_of_an_old_quote(void **state)
{
	struct join j = { .count = 0 };
	struct tick t;

	(void)state;
	begin(&j, T0);
	assert_true(join_take_snapshot(&j, 1000000, T0));
	assert_false(take(&j, 1, T0 + JOIN_LAG_NS - 1, &t));
	assert_true(take(&j, 2, T0 + JOIN_LAG_NS, &t));
	assert_int_equal(t.merged, 1);
	assert_true(take(&j, 3, T0, &t));
	join_release(&j);
	/* Of one that leaves the list nothing stays, and it may come back. */
	assert_null(j.held);
	assert_false(join_next(&j, &t));
	begin(&j, T0);
	assert_false(take(&j, 4, T0, &t));
	join_release(&j);
}

static void test_patience_ends(void **state)
{
	struct join j = { .count = 0 };
	struct tick t;

	(void)state;
	begin(&j, T0);
	assert_false(take(&j, 1, T0 + 1, &t));
	assert_int_equal(join_due(&j), T0 + JOIN_PATIENCE_NS);
	join_give_up(&j);
	assert_int_equal(join_due(&j), CLOCK_NEVER);
	expect_held(&j, 1, 1, 0);
	assert_true(take(&j, 2, T0 + 2, &t));
	/* Too late, and older than what was shown: it would turn time back. */
	assert_false(join_take_snapshot(&j, 19, T0 + 3));
	assert_true(take(&j, 3, T0 + 4, &t));
	/* Too late, and newer. */
	assert_true(join_take_snapshot(&j, 40, T0 + 5));
	assert_false(take(&j, 4, T0 + 6, &t));
	assert_true(take(&j, 5, T0 + 7, &t));
	assert_int_equal(t.merged, 1);
	join_release(&j);
}

static void test_so_many_are_held(void **state)
{
	struct join j = { .count = 0 };
	struct tick t;

	(void)state;
	begin(&j, T0);
	for (int n = 1; n <= JOIN_HELD_MAX; n++)
		assert_false(take(&j, n, T0, &t));
	expect_held(&j, 1, JOIN_HELD_MAX, 0);
	assert_true(take(&j, JOIN_HELD_MAX + 1, T0, &t));
	join_release(&j);
}

static void test_a_quote_without_volume_contains_nothing(void **state)
{
	struct join j = { .count = 0 };
	struct tick t;

	(void)state;
	begin(&j, T0);
	assert_false(take(&j, 1, T0, &t));
	assert_true(join_take_snapshot(&j, NO, T0));
	expect_held(&j, 1, 1, 0);
	join_release(&j);
}

/* Of overseas symbols some ticks tell no volume. */
static void test_a_tick_without_volume_passes(void **state)
{
	struct join j = { .count = 0 };
	struct tick t;

	(void)state;
	begin(&j, T0);
	assert_true(join_take_snapshot(&j, 30, T0));
	t = trade(1, T0);
	t.volume = NO;
	assert_true(join_take_tick(&j, &t));
	join_release(&j);
}

/* The line breaks while ticks are held: they wait for the new quote, too. */
static void test_it_begins_again(void **state)
{
	struct join j = { .count = 0 };
	struct tick t;

	(void)state;
	begin(&j, T0);
	assert_false(take(&j, 1, T0, &t));
	begin(&j, T0 + NS_PER_SEC);
	assert_int_equal(join_due(&j), T0 + NS_PER_SEC + JOIN_PATIENCE_NS);
	t = trade(5, T0 + NS_PER_SEC);
	t.gap = 3;
	assert_false(join_take_tick(&j, &t));
	assert_true(join_take_snapshot(&j, 40, T0 + NS_PER_SEC));
	assert_true(join_next(&j, &t));
	assert_int_equal(t.trades, 5);
	assert_int_equal(t.merged, 1);
	assert_int_equal(t.gap, 3);
	assert_false(join_next(&j, &t));
	/* And after it had passed: what was shown before does not count. */
	begin(&j, T0 + 9 * NS_PER_SEC);
	assert_true(join_take_snapshot(&j, 10, T0 + 9 * NS_PER_SEC));
	join_release(&j);
}

/* Whenever the quote comes: shown + gap + merged is what was counted. */
static void test_nothing_is_lost_and_nothing_twice(void **state)
{
	enum { N = 40 };

	(void)state;
	for (int volume = 0; volume <= 10 * N; volume += 5)
		for (int at = 1; at <= N; at++) {
			struct join j = { .count = 0 };
			struct tick t;
			int64_t told = 0, last = 0;

			begin(&j, T0);
			for (int n = 1; n <= N; n++) {
				t = trade(n, T0 + n);
				if (join_take_tick(&j, &t)) {
					assert_true(t.volume > volume && t.trades > last);
					last = t.trades;
					told += 1 + t.merged;
				}
				if (n == at)
					assert_true(join_take_snapshot(&j, volume, T0 + n));
				while (join_next(&j, &t)) {
					assert_true(t.volume > volume && t.trades > last);
					last = t.trades;
					told += 1 + t.merged;
				}
			}
			assert_int_equal(told, last);
			assert_int_equal(last, volume >= 10 * N ? 0 : N);
			join_release(&j);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_quote_ticks_pass),
		cmocka_unit_test(test_the_quote_stands_before_what_it_does_not_contain),
		cmocka_unit_test(test_what_comes_behind_the_quote_is_folded),
		cmocka_unit_test(test_a_smaller_volume_is_no_part_of_an_old_quote),
		cmocka_unit_test(test_patience_ends),
		cmocka_unit_test(test_so_many_are_held),
		cmocka_unit_test(test_a_quote_without_volume_contains_nothing),
		cmocka_unit_test(test_a_tick_without_volume_passes),
		cmocka_unit_test(test_it_begins_again),
		cmocka_unit_test(test_nothing_is_lost_and_nothing_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
