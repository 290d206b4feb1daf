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
	static const int64_t rows[] = { 0, 1, -1, 9, 10, -10, 99, 100, 12345678901, INT64_MAX, INT64_MIN,
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

static void writes_the_last_places(void **state)
{
	char out[] = "xxxxxx";

	(void)state;
	digits_write_last(out + 1, 20250730, 4);
	assert_string_equal(out, "x0730x");
	digits_write_last(out, 7, 2);
	assert_string_equal(out, "07730x");
	digits_write_last(out, 9, 0);
	assert_string_equal(out, "07730x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_printf_writes),
		cmocka_unit_test(writes_the_last_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
