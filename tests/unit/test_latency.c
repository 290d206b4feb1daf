/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/clock.h"
#include "base/latency.h"

enum { SAMPLES = 1000 };

#define US INT64_C(1000)

static void assert_close(double got_ms, int64_t want_us)
{
	double want_ms = (double)want_us / 1000.0;

	/* Never below, and at most a sixteenth above. */
	if (got_ms < want_ms || got_ms > want_ms * 17 / 16)
		fail_msg("%g ms is not %g ms", got_ms, want_ms);
}

/* One latency alone, of every size: it must come back. */
static void every_size_comes_back(void **state)
{
	(void)state;
	for (int64_t us = 0; us < INT64_C(1) << 40; us = us < 5000 ? us + 1 : us + us / 7) {
		struct latency l = { .count = 0 };

		latency_note(&l, us * US + 999);
		assert_int_equal(l.max_us, us);
		assert_true(latency_ms(&l, 0.5) == (double)us / 1000.0);
		/* Beside a larger one, its bucket's end is seen. */
		latency_note(&l, INT64_MAX);
		assert_close(latency_ms(&l, 0.5), us);
	}
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void shares_agree_with_a_sorted_list(void **state)
{
	static const double shares[] = { 0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1 };
	static int64_t sorted[SAMPLES];
	struct latency l = { .count = 0 };
	uint64_t seed = 88172645463325252u;

	(void)state;
	for (int i = 0; i < SAMPLES; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		sorted[i] = (int64_t)(seed % (INT64_C(1) << (10 + seed % 14)));
		latency_note(&l, sorted[i] * US);
	}
	qsort(sorted, SAMPLES, sizeof *sorted, compare);
	assert_int_equal(l.count, SAMPLES);
	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
		assert_close(latency_ms(&l, shares[i]),
			     sorted[(int)(shares[i] * SAMPLES + 0.5) - 1]);
	assert_true(latency_ms(&l, 1) == (double)sorted[SAMPLES - 1] / 1000.0);
}

static void nothing_and_nonsense(void **state)
{
	struct latency l = { .count = 0 };

	(void)state;
	assert_true(latency_ms(&l, 0.5) == 0);
	assert_true(latency_ms(&l, 1) == 0);
	latency_note(&l, -5 * NS_PER_SEC);
	assert_int_equal(l.count, 1);
	assert_int_equal(l.max_us, 0);
	assert_true(latency_ms(&l, 1) == 0);
}

static void sums(void **state)
{
	struct latency sum = { .count = 0 };
	struct latency part = { .count = 9, .max_us = 10 };

	(void)state;
	for (size_t i = 0; i < LATENCY_BUCKETS; i++)
		part.bucket[i] = (uint32_t)i;
	latency_add(&sum, &part);
	assert_memory_equal(&sum, &part, sizeof sum);
	part.max_us = 4;
	latency_add(&sum, &part);
	assert_int_equal(sum.count, 18);
	assert_int_equal(sum.max_us, 10);
	for (size_t i = 0; i < LATENCY_BUCKETS; i++)
		assert_int_equal(sum.bucket[i], 2 * i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_comes_back),
		cmocka_unit_test(shares_agree_with_a_sorted_list),
		cmocka_unit_test(nothing_and_nonsense),
		cmocka_unit_test(sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
