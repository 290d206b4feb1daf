/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/digits.h"

static void writes_what_printf_writes(void **state)
{
	static const int64_t rows[] = { 0, 1, -1, 9, 10, -10, 99, 100, 101, 999, 1000, 12345678901, INT64_MAX, INT64_MIN,
					INT64_MIN + 1 };
	char out[DIGITS_BYTES], want[32];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t len = digits_write(rows[i], out);

		snprintf(want, sizeof want, "%" PRId64, rows[i]);
		assert_int_equal(len, strlen(want));
		assert_memory_equal(out, want, len);
	}
}

static void writes_the_last_two(void **state)
{
	char out[] = "xxxx";

	(void)state;
	digits_write_two(out + 1, 20250730);
	assert_string_equal(out, "x30x");
	digits_write_two(out + 2, 7);
	assert_string_equal(out, "x307");
	for (unsigned n = 0; n < 100; n++) {
		char want[3];

		snprintf(want, sizeof want, "%02u", n);
		digits_write_two(out, n + 100);
		assert_memory_equal(out, want, 2);
	}
}

static void takes_digits_up_to_a_number(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		int64_t max;
		size_t taken;
		int64_t n;
	} rows[] = {
		{ "120x", SIZE_MAX, 1000, 3, 120 },
		{ "120x", 2, 1000, 2, 12 },
		{ "", SIZE_MAX, 1000, 0, 0 },
		{ "-1", SIZE_MAX, 1000, 0, 0 },
		{ "5", SIZE_MAX, 5, 1, 5 },
		{ "6", SIZE_MAX, 5, 0, 0 },
		{ "9", SIZE_MAX, 1, 0, 0 },
		{ "1001", SIZE_MAX, 1000, 0, 100 },
		{ "9223372036854775807", SIZE_MAX, INT64_MAX, 19, INT64_MAX },
		{ "9223372036854775808", SIZE_MAX, INT64_MAX, 0, INT64_MAX / 10 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t n;

		assert_int_equal(digits_take(rows[i].text, rows[i].len, rows[i].max, &n),
				 rows[i].taken);
		assert_int_equal(n, rows[i].n);
	}
}

static void takes_a_form(void **state)
{
	int number[3];

	(void)state;
	assert_int_equal(digits_take_form("2026-10-06 x", "dddd-dd-dd", number), 10);
	assert_int_equal(number[0], 2026);
	assert_int_equal(number[1], 10);
	assert_int_equal(number[2], 6);
	assert_int_equal(digits_take_form("2026-1-06", "dddd-dd-dd", number), 0);
	assert_int_equal(digits_take_form("2026", "dddd-dd-dd", number), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_printf_writes),
		cmocka_unit_test(writes_the_last_two),
		cmocka_unit_test(takes_digits_up_to_a_number),
		cmocka_unit_test(takes_a_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
