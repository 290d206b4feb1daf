/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command/grid.h"

static void test_points_stand_still(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g, 1000, 60);
	for (int k = 0; k < 1000; k++) {
		assert_int_equal(grid_next_ns(&g), 1000 + 60 * k);
		grid_advance(&g);
		/* However long a round takes, within its interval. */
		assert_int_equal(grid_skip(&g, 1000 + 60 * k + k % 61), 0);
	}
}

static void test_what_passed_is_left_out(void **state)
{
	static const struct {
		int64_t ended_ns, next_ns;
		size_t skipped;
	} rows[] = {
		{ 1060, 1060, 0 }, /* just now is not over */
		{ 1061, 1120, 1 },
		{ 1120, 1120, 1 },
		{ 1121, 1180, 2 },
		{ 1000 + 60 * 1000, 1000 + 60 * 1000, 999 },
		{ 1000 + INT64_C(60) * 1000000000 + 1, 1000 + INT64_C(60) * 1000000001, 1000000000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct grid g;

		grid_init(&g, 1000, 60);
		grid_advance(&g);
		assert_int_equal(grid_skip(&g, rows[i].ended_ns), rows[i].skipped);
		assert_int_equal(grid_next_ns(&g), rows[i].next_ns);
		assert_int_equal(grid_skip(&g, rows[i].ended_ns), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_points_stand_still),
		cmocka_unit_test(test_what_passed_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
