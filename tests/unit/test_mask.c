/* SPDX-License-Identifier: MIT */
/* Secrets in texts of others: each way of writing them, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/mask.h"

static void masks_each_spelling(void **state)
{
	static const char secret[] = "abcDEF0123456789+/=";
	static const struct {
		const char *text, *masked;
	} rows[] = {
		{ "abcDEF0123456789+/=", "*******************" },
		{ "x abcDEF0123456789+/= abcDEF0123456789+/=!",
		  "x ******************* *******************!" },
		{ "abcDEF0123456789+\\/=.", "********************." },
		{ "abcDEF0123456789\\u002b/\\u003D.", "*****************************." },
		{ "abcDEF0123456789%2b%2F%3d.", "*************************." },
		{ "abcabcDEF0123456789+/=", "abc*******************" },
		/* Nearly is not. */
		{ "", "" },
		{ "abcDEF0123456789+/", "abcDEF0123456789+/" },
		{ "abcDEF0123456789", "abcDEF0123456789" },
		{ "abcDEF0123456789+/?", "abcDEF0123456789+/?" },
		{ "abcDEF0123456789%2", "abcDEF0123456789%2" },
		{ "abcDEF0123456789\\u002", "abcDEF0123456789\\u002" },
		{ "abcDEF0123456789\\", "abcDEF0123456789\\" },
		{ "ABCDEF0123456789+/=", "ABCDEF0123456789+/=" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf text;

		buf_init(&text, 100);
		buf_puts(&text, rows[i].text);
		mask_secret(&text, secret);
		assert_string_equal(buf_text(&text), rows[i].masked);
		buf_release(&text);
	}
}

static void masks_what_begins_oddly(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text, 100);
	buf_puts(&text, "a\\/+//////////////////b");
	mask_secret(&text, "/+//////////////////");
	assert_string_equal(buf_text(&text), "a*********************b");
	buf_clear(&text);
	buf_puts(&text, "short");
	mask_secret(&text, "short");
	assert_string_equal(buf_text(&text), "short");
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masks_each_spelling),
		cmocka_unit_test(masks_what_begins_oddly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
