/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/spelling.h"

static void test_distance(void **state)
{
	static const struct {
		const char *text, *name;
		size_t want;
	} rows[] = {
		{ "", "", 0 },           { "", "abc", 3 },
		{ "abc", "", 3 },        { "format", "format", 0 },
		{ "fromat", "format", 1 }, /* a swap is one edit */
		{ "forma", "format", 1 }, { "fformat", "format", 1 },
		{ "farmat", "format", 1 }, { "kitten", "sitting", 3 },
		{ "ab", "ba", 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(spelling_distance(rows[i].text, strlen(rows[i].text),
						   rows[i].name),
				 rows[i].want);
	/* Only the first len bytes of the text count. */
	assert_int_equal(spelling_distance("format=json", 6, "format"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_distance) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
