/* SPDX-License-Identifier: MIT */
/* Unit tests of stream/outbox: order, merging, and two threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sync.h"
#include "stream/outbox.h"

enum { CAPACITY = 256, SYMBOLS = 8 };

static struct outbox *o;
static int room[2];

static int set_up(void **state)
{
	(void)state;
	assert_int_equal(pipe(room), 0);
	o = outbox_new(CAPACITY, room[1], NULL);
	assert_non_null(o);
	assert_int_equal(outbox_reserve(o, SYMBOLS, NULL), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	outbox_free(o);
	close(room[0]);
	close(room[1]);
	return 0;
}

static struct tick make(uint32_t symbol, int64_t trades)
{
	struct tick t;

	tick_init(&t);
	t.symbol = symbol;
	t.trades = trades;
	t.gap = t.gap_volume = 0;
	return t;
}

static size_t put(uint32_t symbol, int64_t trades, bool may_merge)
{
	struct tick t = make(symbol, trades);

	return outbox_put(o, &t, 1, may_merge);
}

static void put_event(int64_t count)
{
	struct event e = { .type = EVENT_GAP, .count = count };

	outbox_put_event(o, &e);
}

static bool is_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/* All there is: "0:17 " a tick of symbol 0, "0:17+2 " with two merged, "e5 ". */
static const char *take_all(void)
{
	static char text[65536];
	struct outbox_item items[40];
	bool has_ended = false;
	size_t n, len = 0;

	text[0] = '\0';
	while ((n = outbox_take(o, items, 40, &has_ended)) > 0)
		for (size_t i = 0; i < n; i++) {
			const struct tick *t = &items[i].as.tick;

			if (items[i].kind == OUTBOX_EVENT)
				len += (size_t)snprintf(text + len, sizeof text - len, "e%d ",
							(int)items[i].as.event.count);
			else
				len += (size_t)snprintf(text + len, sizeof text - len,
							t->merged ? "%u:%d+%u " : "%u:%d ",
							t->symbol, (int)t->trades, t->merged);
		}
	if (has_ended)
		snprintf(text + len, sizeof text - len, "end");
	return text;
}

static void test_order(void **state)
{
	(void)state;
	assert_string_equal(take_all(), "");
	put(0, 1, false);
	put_event(5);
	put(1, 1, false);
	put(0, 2, false);
	put_event(6);
	assert_string_equal(take_all(), "0:1 e5 1:1 0:2 e6 ");
	outbox_end(o);
	assert_string_equal(take_all(), "end");
	assert_string_equal(take_all(), "end");
}

static void fill(void)
{
	for (int i = 0; i < CAPACITY; i++)
		assert_int_equal(put(7, i + 1, false), 1);
	assert_int_equal(put(7, 999, false), 0);
}

/* All but what waits beside it, so that this shows in order. */
static void pass_over(size_t count)
{
	struct outbox_item items[CAPACITY];
	bool has_ended;

	while (count > 0)
		count -= outbox_take(o, items, count, &has_ended);
}

static void test_full(void **state)
{
	struct tick more[3] = { make(0, 1), make(1, 1), make(0, 2) };

	(void)state;
	fill();
	assert_int_equal(outbox_put(o, more, 3, false), 0);
	pass_over(100);
	assert_false(is_readable(room[0]));
	pass_over(28);
	assert_true(is_readable(room[0])); /* half of it is empty */
	assert_int_equal(outbox_put(o, more, 3, false), 3);
	pass_over(128);
	assert_string_equal(take_all(), "0:1 1:1 0:2 ");
}

/* Each symbol keeps its newest; what came in between is counted; events stand
 * between them by the time of the newest. */
static void test_merging(void **state)
{
	struct outbox_counts counts;

	(void)state;
	fill();
	assert_int_equal(put(0, 1, true), 1);
	outbox_count(o, &counts);
	assert_true(counts.is_merging);
	put_event(1);
	/* From now on also without being asked. */
	assert_int_equal(put(1, 1, false), 1);
	assert_int_equal(put(0, 2, false), 1);
	put_event(2);
	assert_int_equal(put(2, 1, false), 1);
	assert_int_equal(put(0, 3, false), 1);
	assert_int_equal(put(2, 2, false), 1);
	assert_int_equal(put(0, 4, false), 1);
	put_event(3);
	pass_over(128);
	assert_false(is_readable(room[0])); /* nobody was turned away */
	pass_over(128);
	assert_string_equal(take_all(), "e1 1:1 e2 2:2+1 0:4+3 e3 ");
	outbox_count(o, &counts);
	assert_false(counts.is_merging);
	assert_int_equal(counts.merged, 4);
	assert_int_equal(counts.ticks, CAPACITY + 7);
	assert_int_equal(counts.events_lost, 0);
	put(0, 5, false);
	assert_string_equal(take_all(), "0:5 ");
}

/* Half empty is enough to go on in full: what is put then comes after. */
static void test_end_of_merging(void **state)
{
	struct outbox_item item;
	bool has_ended;

	(void)state;
	fill();
	put(0, 1, true);
	put(0, 2, true);
	pass_over(128);
	assert_int_equal(outbox_take(o, &item, 1, &has_ended), 1);
	put(0, 3, false);
	put(0, 4, false);
	pass_over(127);
	assert_string_equal(take_all(), "0:2+1 0:3 0:4 ");
}

/* An event that finds no room makes the ticks behind it wait. */
static void test_event_without_room(void **state)
{
	(void)state;
	fill();
	put_event(1);
	assert_int_equal(put(0, 1, false), 0);
	pass_over(1);
	assert_int_equal(put(0, 1, false), 0);
	put_event(2);
	pass_over(127);
	assert_true(is_readable(room[0]));
	pass_over(128);
	assert_string_equal(take_all(), "e1 e2 ");
	assert_int_equal(put(0, 1, false), 1);
	assert_string_equal(take_all(), "0:1 ");
}

static void test_too_many_events(void **state)
{
	struct outbox_counts counts;
	const char *told;

	(void)state;
	fill();
	for (int i = 0; i < OUTBOX_EVENTS_MAX + 3; i++)
		put_event(i);
	outbox_count(o, &counts);
	assert_int_equal(counts.events_lost, 3);
	pass_over(CAPACITY);
	told = take_all();
	assert_memory_equal(told, "e3 e4 ", 6);
	assert_string_equal(strrchr(told, 'e'), "e66 ");
}

static void test_wake(void **state)
{
	(void)state;
	assert_string_equal(take_all(), "");
	assert_false(is_readable(outbox_fd(o)));
	put(0, 1, false);
	assert_true(is_readable(outbox_fd(o)));
	assert_string_equal(take_all(), "0:1 ");
	assert_false(is_readable(outbox_fd(o)));
	put_event(1);
	assert_true(is_readable(outbox_fd(o)));
	assert_string_equal(take_all(), "e1 ");
	outbox_end(o);
	assert_true(is_readable(outbox_fd(o)));
}

static void test_more_symbols(void **state)
{
	(void)state;
	fill();
	put(0, 1, true);
	assert_int_equal(outbox_reserve(o, 20, NULL), 0);
	assert_int_equal(outbox_reserve(o, 3, NULL), 0);
	put(19, 1, true);
	put(0, 2, true);
	pass_over(CAPACITY);
	assert_string_equal(take_all(), "19:1 0:2+1 ");
	/* What merged and waited would no longer fit in the half. */
	assert_int_equal(outbox_reserve(o, CAPACITY / 2 - OUTBOX_EVENTS_MAX, NULL), 0);
	assert_int_equal(outbox_reserve(o, CAPACITY / 2 - OUTBOX_EVENTS_MAX + 1, NULL), -1);
}

/* ---- two threads ---- */

enum { TRADES = 60000 };

static struct stop ready; /* wakes the one that puts */

static void wait_for_room(void)
{
	struct pollfd p = { .fd = room[0], .events = POLLIN };
	char byte;

	assert_true(poll(&p, 1, 100) >= 0);
	if (p.revents)
		assert_int_equal(read(room[0], &byte, 1), 1);
}

/* Trades of all symbols in turn, each with its own count; now and then patience
 * is over. */
static void *produce(void *arg)
{
	struct tick batch[32];
	int64_t trade[SYMBOLS] = { 0 };
	size_t n = 0;
	bool merges = arg != NULL;

	for (int i = 0; i < TRADES; i++) {
		uint32_t symbol = (uint32_t)(i * 7 % SYMBOLS);
		size_t done = 0;

		batch[n++] = make(symbol, ++trade[symbol]);
		if (n < 32 && i + 1 < TRADES)
			continue;
		while (done < n) {
			done += outbox_put(o, batch + done, n - done, merges && i % 5000 < 2000);
			if (done < n)
				wait_for_room();
		}
		n = 0;
		if (i % 999 == 0)
			put_event(i);
	}
	outbox_end(o);
	return NULL;
}

/* For every symbol records and merged ones make up all trades, in order. */
static void run_threads(bool merges)
{
	int64_t last[SYMBOLS] = { 0 };
	size_t records = 0, merged = 0, turn = 0;
	struct thread thread;
	bool has_ended = false;

	assert_int_equal(stop_init(&ready, NULL), 0);
	assert_int_equal(thread_start(&thread, produce, merges ? &ready : NULL, NULL), 0);
	while (!has_ended) {
		struct outbox_item items[64];
		size_t n = outbox_take(o, items, 64, &has_ended);

		if (n == 0 && !has_ended) {
			struct pollfd p = { .fd = outbox_fd(o), .events = POLLIN };

			assert_int_equal(poll(&p, 1, 60000), 1);
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			const struct tick *t = &items[i].as.tick;

			if (items[i].kind == OUTBOX_EVENT)
				continue;
			assert_int_equal(t->trades, last[t->symbol] + 1 + t->merged);
			last[t->symbol] = t->trades;
			records++;
			merged += t->merged;
		}
		if (++turn % 64 == 0)
			stop_sleep_until(&ready, clock_monotonic_ns() + NS_PER_MS);
	}
	thread_join(&thread);
	stop_destroy(&ready);
	assert_int_equal(records + merged, TRADES);
	if (!merges)
		assert_int_equal(merged, 0);
}

static void test_threads(void **state)
{
	(void)state;
	run_threads(false);
}

static void test_threads_merging(void **state)
{
	(void)state;
	run_threads(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(test_order),	 TEST(test_full),
		TEST(test_merging),	 TEST(test_end_of_merging),
		TEST(test_event_without_room), TEST(test_too_many_events),
		TEST(test_wake),	 TEST(test_more_symbols),
		TEST(test_threads),	 TEST(test_threads_merging),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
