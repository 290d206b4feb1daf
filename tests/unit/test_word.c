/* SPDX-License-Identifier: MIT */
/* Unit tests of base/word: against loops over bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/word.h"

/* On the heap, so that the sanitizers see a byte too many being read. */
static char *copy_of(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	return copy;
}

static void test_load_and_store(void **state)
{
	(void)state;
	for (size_t len = 0; len <= 12; len++) {
		char *text = copy_of("abcdefgh\xff\x80xy", len), out[WORD_BYTES];
		char want[WORD_BYTES] = { 0 };

		memcpy(want, text, len < WORD_BYTES ? len : WORD_BYTES);
		word_store(out, word_load(text, len));
		assert_memory_equal(out, want, WORD_BYTES);
		assert_int_equal(word_load(text, len) & 0xff, len ? 'a' : 0);
		free(text);
	}
}

/* Marks by lot, among bytes that are next to one. */
static void test_find(void **state)
{
	static const char near[] = { '^', '_', ']', '\xde', '\0', '\x7f', '\x80', '\xff', '1' };
	uint32_t lot = 1;

	(void)state;
	for (int run = 0; run < 20000; run++) {
		uint64_t want = 0;
		char text[WORD_BYTES];

		for (unsigned i = 0; i < WORD_BYTES; i++) {
			lot = lot * 1664525 + 1013904223;
			text[i] = near[(lot >> 16) % sizeof near];
			if (text[i] == '^')
				want |= UINT64_C(0x80) << 8 * i;
		}
		assert_true(word_find(word_load(text, WORD_BYTES), '^') == want);
	}
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(word_lowest_byte(UINT64_MAX << i), i / 8);
}

static bool read_digits(const char *text, size_t len, uint32_t *n)
{
	uint64_t digits;

	if (!word_take_digits(word_load(text, strlen(text)), len, &digits))
		return false;
	*n = word_add_up(digits);
	return true;
}

static void test_digits(void **state)
{
	static const uint32_t rows[] = { 0, 1, 9, 10, 99, 100, 12345, 90000, 123456, 20261006, 99999999, 87654321 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int width = 1; width <= 8; width++) {
			char text[24];
			int len = snprintf(text, sizeof text, "%0*" PRIu32, width, rows[i]);
			uint32_t n;

			if (len > 8)
				continue;
			strcat(text, "^x9"); /* what stands behind is no part of it */
			assert_true(read_digits(text, (size_t)len, &n));
			assert_int_equal(n, rows[i]);
		}
}

/* Every byte that is no digit, at every place. */
static void test_other_bytes(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++)
		for (size_t place = 0; place < 8; place++) {
			char text[] = "12345678";
			uint64_t digits;

			text[place] = (char)byte;
			assert_int_equal(word_take_digits(word_load(text, 8), 8, &digits),
					 byte >= '0' && byte <= '9');
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load_and_store),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_digits),
		cmocka_unit_test(test_other_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
