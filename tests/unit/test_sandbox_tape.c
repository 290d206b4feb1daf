/* SPDX-License-Identifier: MIT */
/* The tape of the sandbox over simulated time: counters that can be audited,
 * the same trades whoever looks and whenever, and their text. */
#include "sandbox/tape.h"

#include "base/clock.h"
#include "sandbox/tick_frame.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS NS_PER_MS
#define SEC NS_PER_SEC

static struct stock share(const char *code)
{
	struct stock stock;

	assert_true(market_find_domestic(NULL, code, &stock));
	return stock;
}

static struct stock foreign(const char *exchange, const char *code)
{
	struct stock stock;

	assert_true(market_find_overseas(NULL, exchange, code, &stock));
	return stock;
}

static struct trade_rules rules_of(int64_t period_ns)
{
	return (struct trade_rules){ .seed = 1, .period_ns = period_ns, .clump = 3 };
}

static void expect_same(const struct trade *a, const struct trade *b)
{
	assert_int_equal(a->number, b->number);
	assert_int_equal(a->t_ns, b->t_ns);
	assert_int_equal(a->price, b->price);
	assert_int_equal(a->size, b->size);
	assert_int_equal(a->side, b->side);
	assert_int_equal(a->high, b->high);
	assert_int_equal(a->volume, b->volume);
	assert_int_equal(a->buys, b->buys);
}

/* ---- trades ---- */

static void counters_rise_by_each_trade(void **state)
{
	const struct trade_rules rules = rules_of(SEC);
	struct stock stock = share("005930");
	struct trade trade, before;

	(void)state;
	assert_true(trade_begin(&trade, &stock));
	assert_int_equal(trade.sell_volume + trade.buy_volume, trade.volume);
	for (int i = 0; i < 20000; i++) {
		before = trade;
		assert_true(trade_next(&trade, &rules, false));
		assert_int_equal(trade.number, before.number + 1);
		assert_int_equal(trade.volume - before.volume, trade.size);
		assert_int_equal(trade.value - before.value, trade.size * trade.price);
		assert_int_equal(trade.sells + trade.buys, before.sells + before.buys + 1);
		assert_int_equal(trade.sells - before.sells, trade.side == TRADE_SELL);
		assert_int_equal(trade.sell_volume + trade.buy_volume, trade.volume);
		assert_true(trade.t_ns >= before.t_ns);
		assert_true(trade.price >= trade.lower && trade.price <= trade.upper);
		assert_true(trade.low <= trade.price && trade.price <= trade.high);
		assert_true(trade.bid < trade.ask && trade.bid > 0);
		assert_true(trade.price == trade.bid || trade.price == trade.ask);
	}
	/* Half of them come with another, and yet the mean time holds. */
	assert_in_range(trade.t_ns / SEC, 19000, 21000);
}

static void days_and_auctions(void **state)
{
	struct trade_rules rules = rules_of(SEC);
	struct stock stock = share("000660");
	struct trade trade, before;

	(void)state;
	rules.day_every = 50;
	rules.auction_every = 20;
	rules.last = 1000;
	assert_true(trade_begin(&trade, &stock));
	for (int i = 1; i <= 1000; i++) {
		before = trade;
		assert_true(trade_next(&trade, &rules, false));
		if (i % 50 == 0) {
			assert_int_equal(trade.day, before.day + 1);
			assert_int_equal(trade.volume, trade.size);
			assert_int_equal(trade.previous, before.price);
			assert_int_equal(trade.open, trade.price);
			assert_int_equal(trade.high, trade.low);
		} else {
			assert_int_equal(trade.day, before.day);
			assert_int_equal(trade.volume, before.volume + trade.size);
		}
		assert_int_equal(trade.is_auction, i % 20 == 0);
		if (i % 20 == 0 && i % 50 != 0)
			assert_int_equal(trade.sells + trade.buys, before.sells + before.buys);
	}
	before = trade;
	assert_false(trade_next(&trade, &rules, true));
	expect_same(&before, &trade);
	assert_int_equal(trade_next_ns(&trade, &rules, true), INT64_MAX);
}

static void a_trade_follows_from_seed_and_number(void **state)
{
	struct trade_rules rules = rules_of(SEC), other = rules_of(SEC);
	struct stock stock = foreign("NAS", "AAPL");
	struct trade a, b, c;
	int differ = 0;

	(void)state;
	other.seed = 2;
	assert_true(trade_begin(&a, &stock));
	b = c = a;
	for (int i = 0; i < 1000; i++) {
		assert_true(trade_next(&a, &rules, false));
		assert_true(trade_next(&b, &rules, false));
		assert_true(trade_next(&c, &other, false));
		expect_same(&a, &b);
		differ += a.size != c.size;
	}
	assert_true(differ > 900);
}

static void a_halted_share_has_no_tape(void **state)
{
	struct stock stock = share("005930");
	struct trade trade;

	(void)state;
	market_halt(&stock);
	assert_false(trade_begin(&trade, &stock));
}

/* ---- the tape ---- */

static struct tape *tape_of(int64_t period_ns, int64_t speed)
{
	struct tape_rules rules = {
		.trade = rules_of(period_ns),
		.speed = speed,
		.start_unix_s = 1791248400, /* 2026-10-06 10:00:00 in Korea */
	};
	struct err err;
	struct tape *tape = tape_new(&rules, &err);

	assert_non_null(tape);
	return tape;
}

static void calls_and_stream_show_the_same(void **state)
{
	struct tape *tape = tape_of(100 * MS, 1), *quiet = tape_of(100 * MS, 1);
	struct stock stock = share("005930"), shown;
	struct tape_cursor cursor, late;
	int64_t now = 7 * SEC;

	(void)state;
	/* Before it runs, prices stand. */
	shown = stock;
	tape_show(tape, now, &shown);
	assert_int_equal(shown.volume, stock.volume);
	assert_int_equal(shown.price, stock.price);

	tape_start(tape, now);
	tape_start(quiet, now);
	tape_start(tape, now + SEC); /* it runs already */
	assert_true(tape_follow(tape, &stock, now, &cursor));
	for (int i = 0; i < 1000; i++) {
		now += 37 * MS;
		while (tape_take(tape, &cursor, now))
			continue;
		assert_true(cursor.due_ns > now);
		shown = stock;
		tape_show(tape, now, &shown);
		assert_int_equal(shown.volume, cursor.trade.volume);
		assert_int_equal(shown.price, cursor.trade.price);
		assert_int_equal(shown.high, cursor.trade.high);
	}
	/* Who looks once at the end sees what who looked all the time has seen. */
	assert_true(tape_follow(quiet, &stock, now, &late));
	expect_same(&late.trade, &cursor.trade);
	assert_in_range(cursor.trade.number, 320, 420);
	tape_free(tape);
	tape_free(quiet);
}

static void a_push_is_seen_by_all(void **state)
{
	struct tape *tape = tape_of(0, 1);
	struct stock stock = share("035720"), shown;
	struct tape_cursor cursor;
	int64_t taken = 0;

	(void)state;
	tape_start(tape, SEC);
	assert_true(tape_follow(tape, &stock, SEC, &cursor));
	assert_int_equal(cursor.due_ns, CLOCK_NEVER);
	assert_false(tape_take(tape, &cursor, 9 * SEC));
	tape_push(tape, &cursor, 500, 9 * SEC);
	shown = stock;
	tape_show(tape, 9 * SEC, &shown);
	while (tape_take(tape, &cursor, 9 * SEC))
		taken++;
	assert_int_equal(taken, 500);
	assert_int_equal(cursor.trade.number, 500);
	assert_int_equal(cursor.trade.volume, shown.volume);
	tape_push(tape, &cursor, 3, 10 * SEC);
	while (tape_take(tape, &cursor, 10 * SEC))
		taken++;
	assert_int_equal(taken, 503);
	tape_free(tape);
}

static void a_fast_tape_has_more_in_a_second(void **state)
{
	struct tape *slow = tape_of(SEC, 1), *fast = tape_of(SEC, 60);
	struct stock stock = foreign("NAS", "AAPL");
	struct tape_cursor cursor, slow_cursor;

	(void)state;
	tape_start(slow, 0);
	tape_start(fast, 0);
	assert_true(tape_follow(fast, &stock, 10 * SEC, &cursor));
	assert_true(tape_follow(slow, &stock, 600 * SEC, &slow_cursor));
	expect_same(&cursor.trade, &slow_cursor.trade);
	assert_in_range(cursor.trade.number, 500, 700);
	tape_free(slow);
	tape_free(fast);
}

static void a_thousand_symbols(void **state)
{
	struct tape *tape = tape_of(SEC, 1);
	struct stock stock, first = share("100000");
	struct tape_cursor cursor;
	int64_t volume;
	char code[16];

	(void)state;
	tape_start(tape, 0);
	assert_true(tape_follow(tape, &first, 9 * SEC, &cursor));
	volume = cursor.trade.volume;
	for (int i = 1; i < 1000; i++) {
		snprintf(code, sizeof(code), "1%05d", i);
		stock = share(code);
		tape_show(tape, 9 * SEC, &stock);
	}
	tape_show(tape, 9 * SEC, &first);
	assert_int_equal(first.volume, volume);
	tape_free(tape);
}

/* ---- frames ---- */

static size_t count_fields(const struct buf *text)
{
	size_t fields = 1;

	for (size_t i = 0; i < text->len; i++)
		fields += text->data[i] == '^';
	return fields;
}

static void expect_field(const struct buf *text, int place, const char *wanted)
{
	const char *field = text->data;
	size_t len;

	for (int i = 0; i < place; i++)
		field = strchr(field, '^') + 1;
	len = strcspn(field, "^");
	if (strlen(wanted) != len || strncmp(field, wanted, len) != 0)
		fail_msg("field %d is %.*s, not %s", place, (int)len, field, wanted);
}

static void expect_number(const struct buf *text, int place, int64_t wanted)
{
	char number[24];

	snprintf(number, sizeof(number), "%" PRId64, wanted);
	expect_field(text, place, number);
}

static const struct tick_channel samsung = {
	.tr_id = "H0STCNT0", .tr_key = "005930", .code = "005930", .shares = 5969782550
};

static void a_domestic_record(void **state)
{
	const struct tick_change none = { .width = 0 };
	struct stock stock = share("005930");
	const struct trade_rules rules = rules_of(SEC);
	struct trade trade;
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	assert_true(trade_begin(&trade, &stock));
	assert_true(trade_next(&trade, &rules, false));
	trade.t_ns = 3661 * SEC;
	tick_add_record(&text, &samsung, &trade, 1791248400, 47, &none);
	assert_int_equal(count_fields(&text), 47);
	expect_field(&text, 0, "005930");
	expect_field(&text, 1, "110101");
	expect_number(&text, 2, trade.price);
	expect_number(&text, 4, trade.price - trade.previous);
	expect_number(&text, 12, trade.size);
	expect_number(&text, 13, trade.volume);
	expect_number(&text, 15, trade.sells);
	expect_number(&text, 16, trade.buys);
	expect_number(&text, 17, trade.buys - trade.sells);
	expect_field(&text, 21, trade.side == TRADE_BUY ? "1" : "5");
	expect_field(&text, 33, "20261006");
	expect_field(&text, 44, "");
	expect_field(&text, 46, "2");

	/* The day before 2026-09-14. */
	buf_clear(&text);
	tick_add_record(&text, &samsung, &trade, 1791248400, 46, &none);
	assert_int_equal(count_fields(&text), 46);
	buf_release(&text);
}

static void an_overseas_record(void **state)
{
	const struct tick_channel apple = { .tr_id = "HDFSCNT0",
					    .tr_key = "DNASAAPL",
					    .code = "AAPL",
					    .is_overseas = true,
					    .decimals = 4,
					    .hours_behind = 14 };
	const struct tick_change none = { .width = 0 };
	struct stock stock = foreign("NAS", "AAPL");
	struct trade trade;
	struct buf text;
	char money[32];

	(void)state;
	buf_init(&text, 4096);
	assert_true(trade_begin(&trade, &stock));
	trade.price = trade.previous - 12300; /* down: the sign stands apart */
	tick_add_record(&text, &apple, &trade, 1791248400, 47, &none);
	assert_int_equal(count_fields(&text), 26);
	expect_field(&text, 0, "DNASAAPL");
	expect_field(&text, 1, "AAPL");
	expect_field(&text, 2, "4");
	expect_field(&text, 4, "20261005"); /* in New York it is the evening before */
	expect_field(&text, 5, "200000");
	expect_field(&text, 6, "20261006");
	expect_field(&text, 7, "100000");
	snprintf(money, sizeof(money), "%" PRId64 ".%04" PRId64, trade.price / 10000,
		 trade.price % 10000);
	expect_field(&text, 11, money);
	expect_field(&text, 12, "5");
	expect_field(&text, 13, "1.2300");
	expect_number(&text, 20, trade.volume);
	buf_release(&text);
}

static void a_record_can_be_spoiled(void **state)
{
	const struct tick_change narrow = { .width = 45 }, wide = { .width = 63 },
				 priced = { .field = 2, .text = "1e5" };
	struct stock stock = share("005930");
	struct trade trade;
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	assert_true(trade_begin(&trade, &stock));
	tick_add_record(&text, &samsung, &trade, 1791248400, 47, &narrow);
	assert_int_equal(count_fields(&text), 45);
	buf_clear(&text);
	tick_add_record(&text, &samsung, &trade, 1791248400, 47, &wide);
	assert_int_equal(count_fields(&text), 63);
	expect_field(&text, 46, "2");
	expect_field(&text, 62, "9");
	buf_clear(&text);
	tick_add_record(&text, &samsung, &trade, 1791248400, 47, &priced);
	expect_field(&text, 2, "1e5");
	expect_field(&text, 0, "005930");
	buf_clear(&text);
	tick_add_head(&text, &samsung, 7);
	assert_string_equal(text.data, "0|H0STCNT0|007|");
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_rise_by_each_trade),
		cmocka_unit_test(days_and_auctions),
		cmocka_unit_test(a_trade_follows_from_seed_and_number),
		cmocka_unit_test(a_halted_share_has_no_tape),
		cmocka_unit_test(calls_and_stream_show_the_same),
		cmocka_unit_test(a_push_is_seen_by_all),
		cmocka_unit_test(a_fast_tape_has_more_in_a_second),
		cmocka_unit_test(a_thousand_symbols),
		cmocka_unit_test(a_domestic_record),
		cmocka_unit_test(an_overseas_record),
		cmocka_unit_test(a_record_can_be_spoiled),
	};

	return cmocka_run_group_tests_name("sandbox_tape", tests, NULL, NULL);
}
