/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "engine/metrics.h"

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
		struct metrics m = { .calls = 0 };

		metrics_note_latency(&m, us * US + 999);
		assert_int_equal(m.latency_max_us, us);
		assert_true(metrics_latency_ms(&m, 0.5) == (double)us / 1000.0);
		/* Beside a larger one, its bucket's end is seen. */
		metrics_note_latency(&m, INT64_MAX);
		assert_close(metrics_latency_ms(&m, 0.5), us);
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
	struct metrics m = { .calls = 0 };
	uint64_t seed = 88172645463325252u;

	(void)state;
	for (int i = 0; i < SAMPLES; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		sorted[i] = (int64_t)(seed % (INT64_C(1) << (10 + seed % 14)));
		metrics_note_latency(&m, sorted[i] * US);
	}
	qsort(sorted, SAMPLES, sizeof *sorted, compare);
	assert_int_equal(m.latency_count, SAMPLES);
	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
		assert_close(metrics_latency_ms(&m, shares[i]),
			     sorted[(int)(shares[i] * SAMPLES + 0.5) - 1]);
	assert_true(metrics_latency_ms(&m, 1) == (double)sorted[SAMPLES - 1] / 1000.0);
}

static void nothing_and_nonsense(void **state)
{
	struct metrics m = { .calls = 0 };

	(void)state;
	assert_true(metrics_latency_ms(&m, 0.5) == 0);
	assert_true(metrics_latency_ms(&m, 1) == 0);
	metrics_note_latency(&m, -5 * NS_PER_SEC);
	assert_int_equal(m.latency_count, 1);
	assert_int_equal(m.latency_max_us, 0);
	assert_true(metrics_latency_ms(&m, 1) == 0);
}

/* Each counter has a value of its own, so that none is left out or mixed up. */
static void sums_every_counter(void **state)
{
	struct metrics sum = { .calls = 0 };
	struct metrics part = { .requests = 1,
				.calls = 2,
				.retries = 3,
				.refusals = 4,
				.timeouts = 5,
				.token_calls = 6,
				.connections = 7,
				.bytes = 8,
				.latency_count = 9,
				.latency_max_us = 10 };

	(void)state;
	for (size_t i = 0; i < METRICS_BUCKETS; i++)
		part.latency[i] = (uint32_t)i;
	metrics_add(&sum, &part);
	assert_memory_equal(&sum, &part, sizeof sum);
	part.latency_max_us = 4;
	metrics_add(&sum, &part);
	assert_int_equal(sum.requests, 2);
	assert_int_equal(sum.calls, 4);
	assert_int_equal(sum.retries, 6);
	assert_int_equal(sum.refusals, 8);
	assert_int_equal(sum.timeouts, 10);
	assert_int_equal(sum.token_calls, 12);
	assert_int_equal(sum.connections, 14);
	assert_int_equal(sum.bytes, 16);
	assert_int_equal(sum.latency_count, 18);
	assert_int_equal(sum.latency_max_us, 10);
	for (size_t i = 0; i < METRICS_BUCKETS; i++)
		assert_int_equal(sum.latency[i], 2 * i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_comes_back),
		cmocka_unit_test(shares_agree_with_a_sorted_list),
		cmocka_unit_test(nothing_and_nonsense),
		cmocka_unit_test(sums_every_counter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
