/* SPDX-License-Identifier: MIT */
/* Unit tests of stream/line: every event in every state, and whole lives under a
 * simulated clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "stream/line.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SEC NS_PER_SEC
#define STALE (30 * SEC)
#define START (1000 * SEC)

static const char *const states[] = { "down",  "key",	  "opening", "live",
				      "probe", "waiting", "closing", "done" };
static const char *const actions[] = { "-", "get", "renew", "open", "ping", "close", "end" };

static struct err network = { .kind = ERR_NETWORK, .msg = "reset by peer" };
static struct err auth = { .kind = ERR_AUTH, .msg = "refused" };

static const struct line_news broken = { .err = &network, .random = UINT32_MAX / 2,
					 .was_reached = true };

/* A line led to the state by the shortest way. */
static struct line make(enum line_state state)
{
	struct line l;

	line_init(&l, STALE);
	if (state == LINE_DOWN)
		return l;
	line_take(&l, LINE_START, NULL, START);
	if (state == LINE_KEY)
		return l;
	if (state == LINE_DONE || state == LINE_WAITING) {
		line_take(&l, state == LINE_DONE ? LINE_STOP : LINE_KEY_FAILED, &broken, START);
		return l;
	}
	line_take(&l, LINE_KEY_GOT, NULL, START);
	if (state == LINE_OPENING)
		return l;
	line_take(&l, LINE_OPENED, NULL, START);
	if (state == LINE_PROBE)
		line_take(&l, LINE_TIMER, NULL, l.due_ns);
	if (state == LINE_CLOSING)
		line_take(&l, LINE_STOP, NULL, START);
	return l;
}

/* Every cell: "state action", or "." for no change. Timers have come when they
 * are asked. */
static void test_every_cell(void **state)
{
	static const char *const table[LINE_EVENTS][LINE_STATES] = {
		/* down, key, opening, live, probe, waiting, closing, done */
		[LINE_START] = { "key get", ".", ".", ".", ".", ".", ".", "." },
		[LINE_KEY_GOT] = { ".", "opening open", ".", ".", ".", ".", ".", "." },
		[LINE_KEY_FAILED] = { ".", "waiting -", ".", ".", ".", ".", ".", "." },
		[LINE_OPENED] = { ".", ".", "live -", ".", ".", ".", ".", "." },
		[LINE_OPEN_FAILED] = { ".", ".", "waiting -", ".", ".", ".", ".", "." },
		[LINE_HEARD] = { ".", ".", ".", ".", "live -", ".", ".", "." },
		[LINE_ACCEPTED] = { ".", ".", ".", ".", ".", ".", ".", "." },
		[LINE_BUSY] = { ".", ".", ".", "waiting -", "waiting -", ".", ".", "." },
		[LINE_KEY_DEAD] = { ".", ".", ".", "key renew", "key renew", ".", ".", "." },
		[LINE_LOST] = { ".", ".", ".", "waiting -", "waiting -", ".", "done end", "." },
		[LINE_TIMER] = { ".", ".", ".", "probe ping", "waiting -", "key get", "done end",
				 "." },
		[LINE_STOP] = { "done end", "done end", "done end", "closing close",
				"closing close", "done end", ".", "." },
	};

	(void)state;
	for (int s = 0; s < LINE_STATES; s++)
		for (int e = 0; e < LINE_EVENTS; e++) {
			struct line l = make(s);
			int64_t now = e == LINE_TIMER && l.due_ns != CLOCK_NEVER ? l.due_ns : START;
			enum line_action action;
			char told[40];

			assert_int_equal(l.state, s);
			action = line_take(&l, e, &broken, now);
			if ((int)l.state == s && action == LINE_NOTHING)
				snprintf(told, sizeof told, ".");
			else
				snprintf(told, sizeof told, "%s %s", states[l.state],
					 actions[action]);
			if (strcmp(told, table[e][s]) != 0)
				fail_msg("event %d in %s: not '%s' but '%s'", e, states[s],
					 table[e][s], told);
			assert_true(line_is_open(&l) == (l.state == LINE_LIVE ||
							 l.state == LINE_PROBE ||
							 l.state == LINE_CLOSING));
			/* Who waits knows for what; an attempt ends by itself. */
			assert_true((l.due_ns == CLOCK_NEVER) ==
				    (l.state == LINE_DOWN || l.state == LINE_KEY ||
				     l.state == LINE_OPENING || l.state == LINE_DONE));
		}
}

/* A timer that is asked too early says nothing. */
static void test_early_timers(void **state)
{
	static const enum line_state with_timer[] = { LINE_LIVE, LINE_PROBE, LINE_WAITING,
						      LINE_CLOSING };

	(void)state;
	for (size_t i = 0; i < COUNT(with_timer); i++) {
		struct line l = make(with_timer[i]);

		assert_int_equal(line_take(&l, LINE_TIMER, NULL, l.due_ns - 1), LINE_NOTHING);
		assert_int_equal(l.state, with_timer[i]);
	}
}

/* What ends the run, and what is tried again. */
static void test_kinds(void **state)
{
	(void)state;
	for (int kind = 0; kind < ERR_KINDS; kind++) {
		bool is_final = kind == ERR_AUTH || kind == ERR_TLS || kind == ERR_USAGE ||
				kind == ERR_INPUT || kind == ERR_UNSUPPORTED ||
				kind == ERR_CANCELED || kind == ERR_OUTPUT || kind == ERR_SYSTEM;
		struct err err = { .kind = kind, .msg = "x" };
		const struct line_news news = { .err = &err };
		struct line l = make(LINE_KEY);

		assert_int_equal(line_take(&l, LINE_KEY_FAILED, &news, START),
				 is_final ? LINE_END : LINE_NOTHING);
		l = make(LINE_OPENING);
		assert_int_equal(line_take(&l, LINE_OPEN_FAILED, &news, START),
				 is_final ? LINE_END : LINE_NOTHING);
		assert_int_equal(l.state, is_final ? LINE_DONE : LINE_WAITING);
		assert_int_equal(l.err.kind, kind);
	}
}

/* Heartbeats are every 10 to 14 s: with one heard, 30 s of silence are asked
 * about; without, 90. Any frame puts it off. */
static void test_silence(void **state)
{
	struct line l = make(LINE_LIVE);
	static const struct line_news beat = { .is_heartbeat = true }, data = { .random = 0 };

	(void)state;
	assert_int_equal(l.due_ns, START + 90 * SEC);
	line_take(&l, LINE_HEARD, &data, START + 10 * SEC);
	assert_int_equal(l.due_ns, START + 100 * SEC);
	line_take(&l, LINE_HEARD, &beat, START + 20 * SEC);
	assert_int_equal(l.due_ns, START + 50 * SEC);
	line_take(&l, LINE_HEARD, &data, START + 21 * SEC);
	assert_int_equal(l.due_ns, START + 51 * SEC);
	assert_int_equal(line_take(&l, LINE_TIMER, NULL, START + 51 * SEC), LINE_PING);
	assert_int_equal(l.due_ns, START + 56 * SEC);
	line_take(&l, LINE_HEARD, &data, START + 52 * SEC);
	assert_int_equal(l.state, LINE_LIVE);
	assert_int_equal(line_take(&l, LINE_TIMER, NULL, START + 82 * SEC), LINE_PING);
	assert_int_equal(line_take(&l, LINE_TIMER, &broken, START + 87 * SEC), LINE_NOTHING);
	assert_int_equal(l.state, LINE_WAITING);
	assert_string_equal(l.err.msg, "silence for 35 s");
	assert_int_equal(l.err.kind, ERR_TIMEOUT);
	/* A new line has shown no heartbeat. */
	line_take(&l, LINE_TIMER, NULL, l.due_ns);
	line_take(&l, LINE_KEY_GOT, NULL, START + 90 * SEC);
	line_take(&l, LINE_OPENED, NULL, START + 90 * SEC);
	assert_int_equal(l.due_ns, START + 180 * SEC);
}

/* A key is replaced once; a second one refused in a row is the login's fault. */
static void test_keys(void **state)
{
	static const struct line_news dead = { .err = &auth, .was_reached = true };
	struct err unauthorized = { .kind = ERR_AUTH, .code = 401, .msg = "HTTP status 401" };
	struct err forbidden = { .kind = ERR_FORBIDDEN, .code = 403, .msg = "HTTP status 403" };
	struct line_news refused = { .err = &forbidden, .was_reached = true };
	struct line l = make(LINE_LIVE);

	(void)state;
	assert_int_equal(line_take(&l, LINE_KEY_DEAD, &dead, START), LINE_RENEW_KEY);
	line_take(&l, LINE_KEY_GOT, NULL, START);
	line_take(&l, LINE_OPENED, NULL, START);
	assert_int_equal(line_take(&l, LINE_KEY_DEAD, &dead, START), LINE_END);
	assert_int_equal(l.err.kind, ERR_AUTH);

	/* One that was accepted in between makes the next a first one. */
	l = make(LINE_LIVE);
	line_take(&l, LINE_KEY_DEAD, &dead, START);
	line_take(&l, LINE_KEY_GOT, NULL, START);
	line_take(&l, LINE_OPENED, NULL, START);
	line_take(&l, LINE_ACCEPTED, NULL, START);
	assert_int_equal(line_take(&l, LINE_KEY_DEAD, &dead, START), LINE_RENEW_KEY);

	/* A handshake that is refused for the login is the same. */
	l = make(LINE_OPENING);
	refused.err = &unauthorized;
	assert_int_equal(line_take(&l, LINE_OPEN_FAILED, &refused, START), LINE_RENEW_KEY);
	line_take(&l, LINE_KEY_GOT, NULL, START);
	refused.err = &forbidden;
	assert_int_equal(line_take(&l, LINE_OPEN_FAILED, &refused, START), LINE_END);
	assert_int_equal(l.err.kind, ERR_AUTH);

	/* After the budget is spent a dead key waits as well, and is replaced then. */
	l = make(LINE_LIVE);
	for (int i = 0; i < REOPEN_BUDGET; i++)
		reopen_add_opening(&l.reopen, START);
	assert_int_equal(line_take(&l, LINE_KEY_DEAD, &dead, START), LINE_NOTHING);
	assert_int_equal(l.due_ns, START + REOPEN_WINDOW_NS);
	assert_int_equal(line_take(&l, LINE_TIMER, NULL, l.due_ns), LINE_RENEW_KEY);
	line_take(&l, LINE_KEY_FAILED, &broken, START + 600 * SEC);
	assert_int_equal(line_take(&l, LINE_TIMER, NULL, START + 9999 * SEC), LINE_GET_KEY);
}

/* The first opening, too, respects what others opened. */
static void test_start_on_a_spent_budget(void **state)
{
	struct line l = make(LINE_DOWN);

	(void)state;
	for (int i = 0; i < REOPEN_BUDGET; i++)
		reopen_add_opening(&l.reopen, START - 100 * SEC + i * SEC);
	assert_int_equal(line_take(&l, LINE_START, NULL, START), LINE_NOTHING);
	assert_int_equal(l.state, LINE_WAITING);
	assert_int_equal(l.due_ns, START + 500 * SEC);
	assert_int_equal(line_take(&l, LINE_TIMER, NULL, l.due_ns), LINE_GET_KEY);
}

static int64_t live_and_lose(struct line *l, int64_t now, int64_t life, enum line_event how,
			     const struct line_news *news)
{
	static const struct line_news data = { .random = 0 };

	line_take(l, LINE_TIMER, NULL, now);
	line_take(l, LINE_KEY_GOT, NULL, now);
	line_take(l, LINE_OPENED, NULL, now);
	assert_int_equal(l->state, LINE_LIVE);
	line_take(l, LINE_HEARD, &data, now + life);
	line_take(l, how, news, now + life);
	return l->due_ns - (now + life);
}

/* Delays grow until a line has stood for a minute; a policy's close counts twice;
 * who is held waits long. */
static void test_delays(void **state)
{
	static const struct line_news policy = { .err = &network, .random = UINT32_MAX / 2,
						 .was_reached = true, .is_policy = true };
	static const int expected[] = { 2, 4, 8, 16, 32, 60 };
	struct line l = make(LINE_WAITING);
	int64_t now = START;

	(void)state;
	for (size_t i = 0; i < COUNT(expected); i++) {
		now += REOPEN_WINDOW_NS; /* the budget is another matter */
		assert_int_equal((live_and_lose(&l, now, 59 * SEC, LINE_LOST, &broken) + SEC / 2) /
					 SEC, expected[i]);
	}
	now += REOPEN_WINDOW_NS;
	assert_int_equal((live_and_lose(&l, now, 60 * SEC, LINE_LOST, &broken) + SEC / 2) / SEC, 1);
	now += REOPEN_WINDOW_NS;
	assert_int_equal((live_and_lose(&l, now, SEC, LINE_LOST, &policy) + SEC / 2) / SEC, 4);
	now += REOPEN_WINDOW_NS;
	assert_int_equal((live_and_lose(&l, now, SEC, LINE_BUSY, &broken) + SEC / 2) / SEC, 60);
	now += REOPEN_WINDOW_NS;
	assert_int_equal((live_and_lose(&l, now, SEC, LINE_BUSY, &broken) + SEC / 2) / SEC, 120);
}

/* Ten times in a row the broker was there and nothing came of it: ten minutes. A
 * broker that was never reached cannot mind a try each minute. */
static void test_ten_failures(void **state)
{
	(void)state;
	for (int was_reached = 0; was_reached < 2; was_reached++) {
		const struct line_news news = { .err = &network, .random = UINT32_MAX / 2,
						.was_reached = was_reached };
		struct line l = make(LINE_OPENING);
		int64_t now = START;

		for (int i = 0; i < 10; i++) {
			line_take(&l, LINE_OPEN_FAILED, &news, now);
			now = l.due_ns;
			line_take(&l, LINE_TIMER, NULL, now);
			line_take(&l, LINE_KEY_GOT, NULL, now);
		}
		line_take(&l, LINE_OPEN_FAILED, &news, now);
		assert_int_equal((l.due_ns - now + SEC / 2) / SEC, was_reached ? 600 : 60);
		assert_true(reopen_looks_blocked(&l.reopen));
	}
}

/* The user's wish leaves no complaint. */
static void test_stop(void **state)
{
	(void)state;
	for (int s = 0; s < LINE_DONE; s++) {
		struct line l = make(s);

		line_take(&l, LINE_STOP, NULL, START);
		if (s != LINE_CLOSING)
			assert_string_equal(l.err.msg, "");
		if (l.state == LINE_CLOSING)
			assert_int_equal(l.due_ns, START + SEC);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cell), cmocka_unit_test(test_early_timers),
		cmocka_unit_test(test_kinds),	   cmocka_unit_test(test_silence),
		cmocka_unit_test(test_keys),	   cmocka_unit_test(test_start_on_a_spent_budget),
		cmocka_unit_test(test_delays),	   cmocka_unit_test(test_ten_failures), cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
