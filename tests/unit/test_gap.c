/* SPDX-License-Identifier: MIT */
/* Unit tests of stream/gap: what two ticks say about what lies between them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "model/tick.h"
#include "stream/gap.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { D1 = 20250730, D2 = 20250731, NO = TICK_UNKNOWN };

static struct tick make(int64_t trades, int64_t volume, int64_t size, int32_t day, int32_t time)
{
	struct tick t;

	tick_init(&t);
	t.trades = trades;
	t.volume = volume;
	t.size = size;
	t.day = day;
	t.time = time;
	return t;
}

static const char *const names[] = { "first",	  "none",	"missed", "restarted",
				     "reordered", "unexplained", "unknown" };

/* The first tick of all rows but those of their own: trade 100, volume 5000. */
static void test_pairs(void **state)
{
	static const struct {
		struct {
			int64_t trades, volume, size;
			int32_t day, time;
		} tick;
		enum gap_verdict verdict;
		int64_t gap, volume;
	} rows[] = {
		/* Both counts. */
		{ { 101, 5007, 7, D1, 100000 }, GAP_NONE, 0, 0 },
		{ { 101, 5007, 7, D1, 100001 }, GAP_NONE, 0, 0 },
		{ { 101, 5007, 7, 0, NO }, GAP_NONE, 0, 0 },
		{ { 103, 5017, 7, D1, 100001 }, GAP_MISSED, 2, 10 },
		{ { 1100, 905007, 7, D1, 150000 }, GAP_MISSED, 999, 900000 },
		/* They disagree: shares without a trade, a trade without shares. */
		{ { 101, 5008, 7, D1, 100001 }, GAP_UNEXPLAINED, NO, 1 },
		{ { 100, 5300, 300, D1, 100001 }, GAP_UNEXPLAINED, NO, 0 },
		{ { 100, 5400, 300, D1, 100001 }, GAP_UNEXPLAINED, NO, 100 },
		{ { 103, 5007, 7, D1, 100001 }, GAP_UNEXPLAINED, 2, 0 },
		{ { 102, 5003, 7, D1, 100001 }, GAP_UNEXPLAINED, 1, NO },
		{ { 101, 5003, 7, D1, 100001 }, GAP_UNEXPLAINED, 0, NO },
		/* One of them is not told. */
		{ { 103, NO, 7, D1, 100001 }, GAP_MISSED, 2, NO },
		{ { 103, 5017, NO, D1, 100001 }, GAP_MISSED, 2, NO },
		{ { 101, NO, NO, D1, 100001 }, GAP_NONE, 0, NO },
		{ { NO, 5007, 7, D1, 100001 }, GAP_NONE, 0, 0 },
		{ { NO, 5017, 7, D1, 100001 }, GAP_MISSED, NO, 10 },
		{ { NO, 5003, 7, D1, 100001 }, GAP_UNEXPLAINED, NO, NO },
		{ { NO, 5007, NO, D1, 100001 }, GAP_UNKNOWN, NO, NO },
		{ { NO, NO, 7, D1, 100001 }, GAP_UNKNOWN, NO, NO },
		/* Again, or older. */
		{ { 100, 5000, 5, D1, 100000 }, GAP_REORDERED, 0, 0 },
		{ { 99, 4990, 5, D1, 100000 }, GAP_REORDERED, 0, 0 },
		{ { 99, 4990, 5, D1, 95959 }, GAP_REORDERED, 0, 0 },
		{ { 99, 4990, 5, 0, NO }, GAP_REORDERED, 0, 0 },
		{ { NO, 5000, 5, D1, 100001 }, GAP_REORDERED, 0, 0 },
		{ { NO, 4000, 5, D1, 100000 }, GAP_REORDERED, 0, 0 },
		{ { 250, 9000, 5, 20250729, 153000 }, GAP_REORDERED, 0, 0 },
		/* The counts began anew. */
		{ { 1, 12, 12, D2, 90000 }, GAP_RESTARTED, 0, 0 },
		{ { 40, 1200, 12, D2, 90000 }, GAP_RESTARTED, 0, 0 },
		{ { 140, 91200, 12, D2, 93000 }, GAP_RESTARTED, 0, 0 },
		{ { 1, 12, 12, D1, 160000 }, GAP_RESTARTED, 0, 0 },
		{ { NO, 12, 12, D1, 160000 }, GAP_RESTARTED, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct tick first = make(100, 5000, 5, D1, 100000);
		struct tick next = make(rows[i].tick.trades, rows[i].tick.volume, rows[i].tick.size,
					rows[i].tick.day, rows[i].tick.time);
		struct gap g = { .is_begun = false };
		enum gap_verdict verdict;

		assert_int_equal(gap_take(&g, &first), GAP_FIRST);
		assert_int_equal(first.gap, 0);
		assert_int_equal(first.gap_volume, 0);
		verdict = gap_take(&g, &next);
		if (verdict != rows[i].verdict || next.gap != rows[i].gap ||
		    next.gap_volume != rows[i].volume)
			fail_msg("row %zu: %s, gap %lld, volume %lld", i, names[verdict],
				 (long long)next.gap, (long long)next.gap_volume);
		assert_int_equal(next.is_old, verdict == GAP_REORDERED);
	}
}

/* Old ticks do not turn the measure back, whatever else comes. */
static void test_old_ones_do_not_count(void **state)
{
	struct gap g = { .is_begun = false };
	struct tick t = make(100, 5000, 5, D1, 100000);

	(void)state;
	assert_int_equal(gap_take(&g, &t), GAP_FIRST);
	t = make(103, 5030, 10, D1, 100000);
	assert_int_equal(gap_take(&g, &t), GAP_MISSED);
	t = make(102, 5020, 10, D1, 100000);
	assert_int_equal(gap_take(&g, &t), GAP_REORDERED);
	t = make(104, 5040, 10, D1, 100000);
	assert_int_equal(gap_take(&g, &t), GAP_NONE);
}

/* Any trades left out of a tape: what is told adds up to what was there. */
static void test_sums(void **state)
{
	uint64_t x = 88172645463325252U;

	(void)state;
	for (int round = 0; round < 200; round++) {
		int64_t volume = 1000, missed = 0, missed_volume = 0, seen = 0;
		struct gap g = { .is_begun = false };

		for (int64_t n = 1; n <= 500; n++) {
			int64_t size;
			struct tick t;

			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			size = 1 + (int64_t)(x % 1000);
			volume += size;
			if (n > 1 && x >> 60 < (uint64_t)(round % 16))
				continue;
			t = make(n, volume, size, D1, (int32_t)(90000 + n / 10 % 60));
			(void)gap_take(&g, &t);
			seen++;
			missed += t.gap;
			missed_volume += t.gap_volume;
			assert_int_equal(seen + missed, n);
		}
		assert_true(missed_volume >= missed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_old_ones_do_not_count),
		cmocka_unit_test(test_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
