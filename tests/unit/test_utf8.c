/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void decodes_every_length(void **state)
{
	static const struct {
		const char *text;
		uint32_t cp;
	} rows[] = {
		{ "A", 'A' },
		{ "\x7f", 0x7f },
		{ "\xc2\x80", 0x80 },
		{ "\xdf\xbf", 0x7ff },
		{ "\xe0\xa0\x80", 0x800 },
		{ "\xed\x9f\xbf", 0xd7ff },
		{ "\xee\x80\x80", 0xe000 },
		{ "\xef\xbf\xbf", 0xffff },
		{ "\xec\x82\xbc", 0xc0bc },
		{ "\xf0\x90\x80\x80", 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 0x10ffff },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len = strlen(rows[i].text);
		uint32_t cp = 0;

		assert_int_equal(utf8_decode(rows[i].text, len, &cp), len);
		assert_int_equal(cp, rows[i].cp);
		assert_true(utf8_is_valid(rows[i].text, len));
		assert_false(utf8_is_cut(rows[i].text, len));
		for (size_t n = 1; n < len; n++) {
			assert_int_equal(utf8_decode(rows[i].text, n, &cp), 0);
			assert_true(utf8_is_cut(rows[i].text, n));
		}
	}
	uint32_t cp = 1;
	assert_int_equal(utf8_decode("", 1, &cp), 1);
	assert_int_equal(cp, 0);
}

/* ASCII is passed by in pieces: one bad byte is found wherever it stands. */
static void finds_one_bad_byte_anywhere(void **state)
{
	char text[101];

	(void)state;
	for (size_t len = 1; len <= sizeof text; len++) {
		memset(text, 'a', sizeof text);
		assert_true(utf8_is_valid(text, len));
		for (size_t at = 0; at < len; at++) {
			text[at] = '\xff';
			assert_false(utf8_is_valid(text, len));
			text[at] = 'a';
		}
	}
}

static void refuses_what_is_no_character(void **state)
{
	static const char *const rows[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x80\x80",
		"\xe0\x9f\xbf",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xf8\x88\x80\x80\x80",
		"\xfe",
		"\xff",
		"\xc2"
		"A",
		"\xe4\xb8"
		"A",
		"\xc2\xc2",
		"\xf0\x90\x80\xc0",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t cp = 7;

		if (utf8_decode(rows[i], strlen(rows[i]), &cp) != 0)
			fail_msg("row %zu was taken", i);
		assert_int_equal(cp, 7);
		assert_false(utf8_is_valid(rows[i], strlen(rows[i])));
		assert_false(utf8_is_cut(rows[i], strlen(rows[i])));
	}
	assert_true(utf8_is_valid("", 0));
	assert_true(utf8_is_valid("\xec\x82\xbc\xec\x84\xb1", 6));
	assert_false(utf8_is_valid("\xec\x82\xbc\xec\x84", 5));
}

/* Against arithmetic: every code point there is. */
static void agrees_with_the_definition(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x110800; c++) {
		bool is_character = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
		char b[4];
		size_t n;
		uint32_t cp = UINT32_MAX;

		if (c < 0x80) {
			n = 1;
			b[0] = (char)c;
		} else if (c < 0x800) {
			n = 2;
			b[0] = (char)(0xc0 | c >> 6);
		} else if (c < 0x10000) {
			n = 3;
			b[0] = (char)(0xe0 | c >> 12);
		} else {
			n = 4;
			b[0] = (char)(0xf0 | c >> 18);
		}
		for (size_t i = 1; i < n; i++)
			b[i] = (char)(0x80 | (c >> 6 * (n - 1 - i) & 0x3f));
		if (utf8_decode(b, n, &cp) != (is_character ? n : 0) ||
		    cp != (is_character ? c : UINT32_MAX))
			fail_msg("U+%04X", c);
	}
}

static void knows_what_a_terminal_may_see(void **state)
{
	static const uint32_t no[] = { 0,      '\n',   0x1b,   0x1f,   0x7f,
				       0x80,   0x9b,   0x9f,   0x61c,  0x200b,
				       0x200d, 0x200e, 0x200f, 0x2028, 0x2029,
				       0x202a, 0x202e, 0x2060, 0x2066, 0x2069,
				       0xfeff };
	static const uint32_t yes[] = {
		' ',    '~',    0xa0,   0x61b,  0x61d,  0x200a, 0x2010, 0x2027,
		0x202f, 0x2065, 0x206a, 0xac00, 0xfefe, 0xff01, 0x1f600
	};

	(void)state;
	for (size_t i = 0; i < COUNT(no); i++)
		if (utf8_is_printable(no[i]))
			fail_msg("U+%04X", no[i]);
	for (size_t i = 0; i < COUNT(yes); i++)
		if (!utf8_is_printable(yes[i]))
			fail_msg("U+%04X", yes[i]);
}

static void measures_columns(void **state)
{
	static const struct {
		uint32_t cp;
		int width;
	} rows[] = {
		{ 'A', 1 },     { 0xe9, 1 },    { 0x2026, 1 },   { 0x20a9, 1 },
		{ 0x300, 0 },   { 0x36f, 0 },   { 0x370, 1 },    { 0x20d0, 0 },
		{ 0xfe0f, 0 },  { 0x3099, 0 },  { 0x10ff, 1 },   { 0x1100, 2 },
		{ 0x115f, 2 },  { 0x1160, 0 },  { 0x11ff, 0 },   { 0x1200, 1 },
		{ 0xabff, 1 },  { 0xac00, 2 },  { 0xd7a3, 2 },   { 0xd7a4, 1 },
		{ 0x4dff, 1 },  { 0x4e00, 2 },  { 0x9fff, 2 },   { 0x3042, 2 },
		{ 0x30ab, 2 },  { 0x3000, 2 },  { 0x303f, 1 },   { 0x302a, 0 },
		{ 0xff01, 2 },  { 0xff21, 2 },  { 0xff60, 2 },   { 0xff61, 1 },
		{ 0xffe6, 2 },  { 0x26a1, 2 },  { 0x2764, 1 },   { 0x1f600, 2 },
		{ 0x1f4c8, 2 }, { 0x1faff, 2 }, { 0x20000, 2 },  { 0x3fffd, 2 },
		{ 0x3fffe, 1 }, { 0xe0100, 0 }, { 0x10ffff, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (utf8_width(rows[i].cp) != rows[i].width)
			fail_msg("U+%04X is %d wide", rows[i].cp,
				 utf8_width(rows[i].cp));
}

#define SAMSUNG \
	"\xec\x82\xbc\xec\x84\xb1\xec\xa0\x84\xec\x9e\x90" /* four syllables */
#define DOTS "\xe2\x80\xa6"

static void copies_for_a_terminal(void **state)
{
	static const struct {
		const char *text;
		size_t out_bytes;
		int max_columns;
		const char *want;
		int columns;
	} rows[] = {
		{ "Apple", 32, 10, "Apple", 5 },
		{ "Apple", 32, 5, "Apple", 5 },
		{ "Apple", 32, 4, "App" DOTS, 4 },
		{ "Apple", 32, 1, DOTS, 1 },
		{ "Apple", 32, 0, "", 0 },
		{ "Apple", 32, -1, "", 0 },
		{ "", 32, 0, "", 0 },
		{ SAMSUNG, 32, 8, SAMSUNG, 8 },
		{ SAMSUNG, 32, 7, "\xec\x82\xbc\xec\x84\xb1\xec\xa0\x84" DOTS,
		  7 },
		{ SAMSUNG, 32, 6, "\xec\x82\xbc\xec\x84\xb1" DOTS, 5 },
		{ SAMSUNG, 13, 80, SAMSUNG, 8 },
		{ SAMSUNG, 12, 80, "\xec\x82\xbc\xec\x84\xb1" DOTS, 5 },
		{ SAMSUNG, 10, 80, "\xec\x82\xbc\xec\x84\xb1" DOTS, 5 },
		{ SAMSUNG, 4, 80, DOTS, 1 },
		{ SAMSUNG, 3, 80, "", 0 },
		{ "AB", 3, 80, "AB", 2 },
		{ "ABC", 3, 80, "", 0 },
		{ "AB", 1, 80, "", 0 },
		{ "a\x1b[31mb", 32, 80, "a?[31mb", 7 },
		{ "a\nb\tc\x7f", 32, 80, "a?b?c?", 6 },
		{ "a\xc2\x9b"
		  "b",
		  32, 80, "a?b", 3 },
		{ "a\xe2\x80\xae"
		  "b",
		  32, 80, "a?b", 3 },
		{ "\xff\xfe"
		  "a\xec\x82",
		  32, 80, "??a??", 5 },
		{ "e\xcc\x81"
		  "a",
		  32, 2,
		  "e\xcc\x81"
		  "a",
		  2 },
		{ "e\xcc\x81"
		  "ab",
		  32, 2, "e\xcc\x81" DOTS, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[33];
		int columns;

		memset(out, '#', sizeof out);
		columns = utf8_copy_printable(
			rows[i].text, strlen(rows[i].text), out,
			rows[i].out_bytes, rows[i].max_columns);
		assert_string_equal(out, rows[i].want);
		assert_int_equal(columns, rows[i].columns);
		assert_int_equal(out[rows[i].out_bytes], '#');
	}
}

static void copies_a_nul_as_a_mark(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(utf8_copy_printable("a\0b", 3, out, sizeof out, 80),
			 3);
	assert_string_equal(out, "a?b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_every_length),
		cmocka_unit_test(finds_one_bad_byte_anywhere),
		cmocka_unit_test(refuses_what_is_no_character),
		cmocka_unit_test(agrees_with_the_definition),
		cmocka_unit_test(knows_what_a_terminal_may_see),
		cmocka_unit_test(measures_columns),
		cmocka_unit_test(copies_for_a_terminal),
		cmocka_unit_test(copies_a_nul_as_a_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
