/* SPDX-License-Identifier: MIT */
/* Unit tests of base/base64: the vectors of RFC 4648, 10, and every digit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/base64.h"

static void test_vectors(void **state)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = {
		{ "", "" },	    { "f", "Zg==" },	    { "fo", "Zm8=" },
		{ "foo", "Zm9v" },  { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t len = strlen(rows[i].bytes);
		char out[BASE64_BYTES(6) + 1];

		memset(out, '!', sizeof out);
		base64_encode(rows[i].bytes, len, out);
		assert_string_equal(out, rows[i].text);
		assert_int_equal(BASE64_BYTES(len), strlen(rows[i].text) + 1);
		assert_int_equal(out[BASE64_BYTES(len)], '!');
	}
}

static void test_digits(void **state)
{
	unsigned char bytes[48];
	char out[BASE64_BYTES(sizeof bytes)];

	(void)state;
	/* Four numbers of six bits from each three bytes: 0, 1, 2 ... 63. */
	for (unsigned i = 0; i < 16; i++) {
		unsigned long bits = 0;

		for (unsigned n = 0; n < 4; n++)
			bits = bits << 6 | (4 * i + n);
		bytes[3 * i] = (unsigned char)(bits >> 16);
		bytes[3 * i + 1] = (unsigned char)(bits >> 8 & 255);
		bytes[3 * i + 2] = (unsigned char)(bits & 255);
	}
	base64_encode(bytes, sizeof bytes, out);
	assert_string_equal(out, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
