/* SPDX-License-Identifier: MIT */
/* Unit tests of stream/reopen: delays and the budget, over simulated hours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stream/reopen.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { MIDDLE = 0x7fffffff }; /* the random number of no jitter */

static int64_t sec(int64_t ns)
{
	return (ns + NS_PER_SEC / 2) / NS_PER_SEC;
}

static uint32_t draw(uint64_t *x)
{
	*x ^= *x << 13, *x ^= *x >> 7, *x ^= *x << 17;
	return (uint32_t)(*x >> 16);
}

static void test_delays(void **state)
{
	static const struct {
		enum reopen_cause cause;
		int sec[14];
	} rows[] = {
		{ REOPEN_UNREACHED, { 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60, 60 } },
		{ REOPEN_FAILED, { 1, 2, 4, 8, 16, 32, 60, 60, 60, 600, 600, 600, 600, 600 } },
		{ REOPEN_POLICY, { 2, 8, 32, 60, 600, 600, 600, 600, 600, 600, 600, 600, 600, 600 } },
		{ REOPEN_HELD, { 60, 120, 240, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300, 300 } },
		{ REOPEN_NEW_KEY, { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reopen r;

		reopen_init(&r);
		for (size_t n = 0; n < COUNT(rows[i].sec); n++) {
			int64_t at = reopen_after(&r, rows[i].cause, MIDDLE, 1000 * NS_PER_SEC);

			assert_int_equal(sec(at) - 1000, rows[i].sec[n]);
		}
	}
}

static void test_jitter(void **state)
{
	struct reopen r;

	(void)state;
	reopen_init(&r);
	assert_int_equal(reopen_after(&r, REOPEN_FAILED, 0, 0), 800 * NS_PER_MS);
	reopen_init(&r);
	assert_int_equal(reopen_after(&r, REOPEN_FAILED, UINT32_MAX, 0), 1200 * NS_PER_MS);
	reopen_init(&r);
	assert_int_equal(reopen_after(&r, REOPEN_HELD, UINT32_MAX, 0), 72 * NS_PER_SEC);
}

/* Only a stable line makes the past forgotten. */
static void test_settling(void **state)
{
	struct reopen r;

	(void)state;
	reopen_init(&r);
	for (int i = 0; i < 9; i++)
		(void)reopen_after(&r, REOPEN_FAILED, MIDDLE, 0);
	assert_false(reopen_looks_blocked(&r));
	(void)reopen_after(&r, REOPEN_UNREACHED, MIDDLE, 0);
	assert_true(reopen_looks_blocked(&r));
	/* Ten failures, but the broker was there for nine. */
	assert_int_equal(sec(reopen_after(&r, REOPEN_UNREACHED, MIDDLE, 0)), 60);
	assert_int_equal(sec(reopen_after(&r, REOPEN_FAILED, MIDDLE, 0)), 600);
	(void)reopen_after(&r, REOPEN_HELD, MIDDLE, 0);
	reopen_settle(&r);
	assert_false(reopen_looks_blocked(&r));
	assert_int_equal(sec(reopen_after(&r, REOPEN_FAILED, MIDDLE, 0)), 1);
	assert_int_equal(sec(reopen_after(&r, REOPEN_HELD, MIDDLE, 0)), 60);
}

static void test_budget(void **state)
{
	struct reopen r;

	(void)state;
	reopen_init(&r);
	assert_true(reopen_earliest(&r) < 0);
	for (int i = 0; i < REOPEN_BUDGET; i++) {
		assert_true(reopen_earliest(&r) < 0);
		reopen_add_opening(&r, (100 + i) * NS_PER_SEC);
	}
	assert_int_equal(sec(reopen_earliest(&r)), 700);
	assert_int_equal(sec(reopen_after(&r, REOPEN_FAILED, MIDDLE, 110 * NS_PER_SEC)), 700);
	assert_int_equal(sec(reopen_after(&r, REOPEN_NEW_KEY, MIDDLE, 110 * NS_PER_SEC)), 700);
	assert_int_equal(sec(reopen_after(&r, REOPEN_FAILED, MIDDLE, 800 * NS_PER_SEC)), 802);
	reopen_add_opening(&r, 701 * NS_PER_SEC);
	assert_int_equal(sec(reopen_earliest(&r)), 701);
}

/* A server that lets nobody stay, for a day: in no ten minutes are there more
 * than six openings, whatever the causes and however long each line lives. */
static void test_a_bad_day(void **state)
{
	static const enum reopen_cause causes[] = { REOPEN_UNREACHED, REOPEN_FAILED, REOPEN_FAILED,
						    REOPEN_POLICY, REOPEN_HELD, REOPEN_NEW_KEY };
	uint64_t x = 88172645463325252U;

	(void)state;
	for (int round = 0; round < 20; round++) {
		int64_t opened[20000], now = 0;
		size_t count = 0;
		struct reopen r;

		reopen_init(&r);
		while (now < 86400 * NS_PER_SEC) {
			enum reopen_cause cause = causes[draw(&x) % COUNT(causes)];
			int64_t life = (int64_t)(draw(&x) % 90) * NS_PER_SEC;

			if (cause != REOPEN_UNREACHED) {
				reopen_add_opening(&r, now);
				opened[count++] = now;
				if (count > REOPEN_BUDGET)
					assert_true(now - opened[count - 1 - REOPEN_BUDGET] >=
						    REOPEN_WINDOW_NS);
				now += life;
				if (life >= REOPEN_STABLE_NS)
					reopen_settle(&r);
			}
			now = reopen_after(&r, cause, draw(&x), now);
		}
		assert_true(count > 100); /* and it does go on */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delays),	 cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_settling), cmocka_unit_test(test_budget),
		cmocka_unit_test(test_a_bad_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
