/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/metrics.h"

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
				.latency = { .count = 9, .max_us = 10 } };

	(void)state;
	metrics_add(&sum, &part);
	assert_memory_equal(&sum, &part, sizeof sum);
	metrics_add(&sum, &part);
	assert_int_equal(sum.requests, 2);
	assert_int_equal(sum.calls, 4);
	assert_int_equal(sum.retries, 6);
	assert_int_equal(sum.refusals, 8);
	assert_int_equal(sum.timeouts, 10);
	assert_int_equal(sum.token_calls, 12);
	assert_int_equal(sum.connections, 14);
	assert_int_equal(sum.bytes, 16);
	assert_int_equal(sum.latency.count, 18);
	assert_int_equal(sum.latency.max_us, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_every_counter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
