/* SPDX-License-Identifier: MIT */
#include "base/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* The longest magnitude there is: 46 digits. */
#define LONGEST "1234567890123456789012345678901234567890123456"

static void parses_what_brokers_write(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "0", "0" },
		{ "70100", "70100" },
		{ "-300", "-300" },
		{ "+300", "300" },
		{ "1091.2600", "1091.2600" },
		{ " 0.00", "0.00" },
		{ "\t-0.57  ", "-0.57" },
		{ " 5\t", "5" },
		{ "00012.50", "12.50" },
		{ "-000.50", "-0.50" },
		{ "000", "0" },
		{ ".5", "0.5" },
		{ "-.5", "-0.5" },
		{ "-0", "0" },
		{ "-0.00", "0.00" },
		{ "+0", "0" },
		{ "1,234", "1234" },
		{ "12,345.67", "12345.67" },
		{ "-123,456,789", "-123456789" },
		{ "0,012", "12" },
		{ LONGEST, LONGEST },
		{ "-" LONGEST, "-" LONGEST },
		{ "0000000000" LONGEST, LONGEST },
		{ "0.12345678901234567890123456789012345678901234",
		  "0.12345678901234567890123456789012345678901234" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[DECIMAL_BYTES];
		struct err err = { .kind = ERR_KINDS };

		assert_int_equal(decimal_parse(rows[i].text,
					       strlen(rows[i].text), out, &err),
				 1);
		assert_string_equal(out, rows[i].want);
		assert_true(decimal_is_valid(out));
		assert_int_equal(err.kind, ERR_KINDS);
	}
}

static void takes_blanks_for_nothing(void **state)
{
	static const char *const rows[] = { "", " ", "   \t " };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[DECIMAL_BYTES] = "?";

		assert_int_equal(
			decimal_parse(rows[i], strlen(rows[i]), out, NULL), 0);
		assert_string_equal(out, "");
	}
}

static void refuses_what_is_no_number(void **state)
{
	static const char *const rows[] = {
		"-",
		"+",
		".",
		"-.",
		"5.",
		"-5.",
		"..5",
		"1.2.3",
		"--1",
		"+-1",
		"- 1",
		"1 2",
		"1e5",
		"1E5",
		"0x10",
		"NaN",
		"inf",
		"1_000",
		"12x",
		"x12",
		"1\n",
		"'1",
		"1%",
		",",
		",1",
		"1,",
		"1,23",
		"1,2345",
		"1234,567",
		"1,,234",
		"1,234,56",
		"1,23,456",
		"1,234.5,6",
		",123",
		"-,123",
		"1.5,000",
		"\xef\xbc\x91",
		"1\xe2\x88\x92",
		"1\x7f",
		"\x1b[2J",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[DECIMAL_BYTES] = "kept";
		struct err err = { .kind = ERR_KINDS };

		if (decimal_parse(rows[i], strlen(rows[i]), out, &err) != -1)
			fail_msg("'%s' was taken for '%s'", rows[i], out);
		assert_int_equal(err.kind, ERR_PARSE);
		assert_string_equal(out, "kept");
	}
}

static void counts_bytes_not_to_a_nul(void **state)
{
	char out[DECIMAL_BYTES];

	(void)state;
	assert_int_equal(decimal_parse("12345", 2, out, NULL), 1);
	assert_string_equal(out, "12");
	assert_int_equal(decimal_parse("12\0", 3, out, NULL), -1);
}

static void refuses_too_many_digits(void **state)
{
	char digits[400], out[DECIMAL_BYTES];
	struct err err;

	(void)state;
	memset(digits, '7', sizeof digits);
	assert_int_equal(decimal_parse(digits, sizeof digits, out, &err), -1);
	assert_int_equal(err.kind, ERR_PARSE);
	assert_string_equal(err.msg,
			    "too many digits: '777777777777777777777777...'");
	assert_int_equal(
		decimal_parse(LONGEST "0", strlen(LONGEST) + 1, out, &err), -1);
	memset(digits, '0', sizeof digits);
	assert_int_equal(decimal_parse(digits, sizeof digits, out, &err), 1);
	assert_string_equal(out, "0");
}

static void shows_a_bad_text_fit_to_print(void **state)
{
	char out[DECIMAL_BYTES];
	struct err err;

	(void)state;
	assert_int_equal(decimal_parse("\x1b[1m\n5", 6, out, &err), -1);
	assert_string_equal(err.msg, "not a decimal number: '?[1m?5'");
}

static void parses_json_numbers(void **state)
{
	static const struct {
		const char *text;
		const char *want; /* NULL: no number; "": too many digits */
	} rows[] = {
		{ "0", "0" },
		{ "-0", "0" },
		{ "-0.0", "0" },
		{ "0e99999999999999999999", "0" },
		{ "0.000e-5", "0" },
		{ "174", "174" },
		{ "172.7", "172.7" },
		{ "-282000.00000000", "-282000" },
		{ "163248000.00000000", "163248000" },
		{ "137728155832.9616000000000000", "137728155832.9616" },
		{ "9606000.0", "9606000" },
		{ "-0.0017283860", "-0.001728386" },
		{ "844.94369319", "844.94369319" },
		{ "1.0", "1" },
		{ "10.05", "10.05" },
		{ "100", "100" },
		{ "4.247173800124926E10", "42471738001.24926" },
		{ "1.9850507502566748E11", "198505075025.66748" },
		{ "1e0", "1" },
		{ "1E+3", "1000" },
		{ "1.5e1", "15" },
		{ "1.50e2", "150" },
		{ "150e-1", "15" },
		{ "150e-2", "1.5" },
		{ "0.0012e2", "0.12" },
		{ "1e-7", "0.0000001" },
		{ "-1.25e-3", "-0.00125" },
		{ "1e45", "1000000000000000000000000000000000000000000000" },
		{ "1e46", "" },
		{ "1e-44", "0.00000000000000000000000000000000000000000001" },
		{ "1e-45", "" },
		{ "1.1e-44", "" },
		{ "1e99999999999999999999", "" },
		{ "1e-99999999999999999999", "" },
		{ "1234567890123456789012345678901234567890123456", LONGEST },
		{ LONGEST ".000000", LONGEST },
		{ LONGEST ".1", "" },
		{ "12345678901234567890123456789012345678901234.5",
		  "12345678901234567890123456789012345678901234.5" },
		{ "123456789012345678901234567890123456789012345.6", "" },
		{ "0.0000000000000000000000000000000000000000000000", "0" },
		{ "", NULL },
		{ "-", NULL },
		{ "+1", NULL },
		{ "01", NULL },
		{ "-01", NULL },
		{ ".5", NULL },
		{ "5.", NULL },
		{ "5.e1", NULL },
		{ "1e", NULL },
		{ "1e+", NULL },
		{ "1e-+5", NULL },
		{ "1e5.0", NULL },
		{ "e5", NULL },
		{ "-e5", NULL },
		{ "0x10", NULL },
		{ "NaN", NULL },
		{ "1 ", NULL },
		{ " 1", NULL },
		{ "1,000", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *want = rows[i].want;
		char out[DECIMAL_BYTES] = "kept";
		struct err err = { .kind = ERR_KINDS };
		int rc = decimal_parse_number(rows[i].text,
					      strlen(rows[i].text), out, &err);

		if (want && *want) {
			assert_int_equal(rc, 0);
			assert_string_equal(out, want);
			assert_true(decimal_is_valid(out));
			continue;
		}
		if (rc != -1)
			fail_msg("'%s' was taken for '%s'", rows[i].text, out);
		assert_int_equal(err.kind, ERR_PARSE);
		assert_memory_equal(err.msg, want ? "too many" : "not a nu", 8);
		assert_string_equal(out, "kept");
	}
}

static void compares(void **state)
{
	static const char *const rows[] = {
		("-" LONGEST), "-10.5", "-10", "-0.01", "0", "0.001", "0.01", "9",
		"10",	     "10.05", "10.5", LONGEST
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t k = 0; k < COUNT(rows); k++)
			assert_int_equal(decimal_compare(rows[i], rows[k]),
					 (i > k) - (i < k));
	assert_int_equal(decimal_compare("1.50", "1.5"), 0);
	assert_int_equal(decimal_compare("0.00", "0"), 0);
	assert_int_equal(decimal_compare("-1.50", "-1.5"), 0);
	assert_int_equal(
		decimal_compare("0.12345678901234567890123456789012345678901234",
				LONGEST),
		-1);
}

static void divides(void **state)
{
	static const struct {
		const char *a, *b;
		int digits;
		const char *want; /* NULL: none */
	} rows[] = {
		/* crosses of the ECB's rates of 2026-10-06 */
		{ "1508.67", "1.1269", 6, "1338.78" },
		{ "1.1269", "1508.67", 6, "0.000746949" },
		{ "1", "1508.67", 6, "0.000662835" },
		{ "1508.67", "178.15", 6, "8.46854" },
		{ "20104.80", "1.1269", 6, "17840.8" },
		{ "0.84880", "0.9359", 6, "0.906935" },
		{ "1", "3", 1, "0.3" },
		{ "2", "3", 1, "0.7" },
		{ "2", "3", 20, "0.66666666666666666667" },
		{ "1", "8", 2, "0.13" }, /* 0.125: half away from zero */
		{ "-1", "8", 2, "-0.13" },
		{ "1", "-8", 2, "-0.13" },
		{ "-1", "-8", 3, "0.125" },
		{ "1", "8", 6, "0.125" },
		{ "9", "1", 6, "9" },
		{ "9.99999", "1", 5, "10" },
		{ "999999.5", "1", 6, "1000000" },
		{ "999999.4", "1", 6, "999999" },
		{ "123456789", "1", 6, "123457000" },
		{ "123456789", "0.001", 6, "123457000000" },
		{ "0", "5", 6, "0" },
		{ "0.00", "-5", 6, "0" },
		{ "5", "0", 6, NULL },
		{ "0", "0.00", 6, NULL },
		{ LONGEST, LONGEST, 20, "1" },
		{ LONGEST, "1", 20, "1234567890123456789000000000000000000000000000" },
		{ LONGEST, "0.1", 20, NULL },
		{ "1", LONGEST, 20, NULL },
		{ "0.12345678901234567890123456789012345678901234", LONGEST, 6, NULL },
		{ LONGEST, "0.12345678901234567890123456789012345678901234", 6, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[DECIMAL_BYTES];
		struct err err = { .kind = ERR_KINDS };
		int rc = decimal_divide(rows[i].a, rows[i].b, rows[i].digits,
					out, &err);

		assert_int_equal(rc, rows[i].want ? 0 : -1);
		if (rows[i].want)
			assert_string_equal(out, rows[i].want);
		else
			assert_int_equal(err.kind, ERR_PARSE);
	}
}

static void knows_its_form(void **state)
{
	static const char *const good[] = { "0",     "-1",        "10",   "0.0",
					    "-0.01", "1091.2600", LONGEST };
	static const char *const bad[] = {
		"",      "-",   "+1",        "01",           "-01",
		"00",    ".5",  "5.",        "-.5",          "1e5",
		" 1",    "1 ",  "1,000",     "-0",           "-0.00",
		"1.2.3", "0x1", LONGEST "0", "-" LONGEST "0"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(decimal_is_valid(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		if (decimal_is_valid(bad[i]))
			fail_msg("'%s' is said to be valid", bad[i]);
}

static void answers_questions(void **state)
{
	(void)state;
	assert_true(decimal_is_zero("0"));
	assert_true(decimal_is_zero("0.000"));
	assert_false(decimal_is_zero("0.001"));
	assert_false(decimal_is_zero("-10"));
	assert_true(decimal_is_negative("-0.1"));
	assert_false(decimal_is_negative("0.1"));
}

static void sets_a_sign(void **state)
{
	static const struct {
		const char *d;
		bool negative;
		const char *want;
	} rows[] = {
		{ "300", true, "-300" },  { "-300", true, "-300" },
		{ "-300", false, "300" }, { "300", false, "300" },
		{ "0.00", true, "0.00" }, { LONGEST, true, "-" LONGEST },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[DECIMAL_BYTES];

		decimal_set_sign(rows[i].d, rows[i].negative, out);
		assert_string_equal(out, rows[i].want);
		snprintf(out, sizeof out, "%s", rows[i].d);
		decimal_set_sign(out, rows[i].negative, out);
		assert_string_equal(out, rows[i].want);
	}
}

static void shifts_the_point(void **state)
{
	static const struct {
		const char *d;
		int places;
		const char *want; /* NULL: too many digits */
	} rows[] = {
		{ "8539", 8, "853900000000" },
		{ "8539", 0, "8539" },
		{ "1.5", 0, "1.5" },
		{ "1.5", 1, "15" },
		{ "1.50", 1, "15.0" },
		{ "-1.5", 3, "-1500" },
		{ "0.005", 2, "0.5" },
		{ "0.005", 3, "5" },
		{ "0", 20, "0" },
		{ "0.00", 1, "0.0" },
		{ "1", 20, "100000000000000000000" },
		{ LONGEST, 0, LONGEST },
		{ LONGEST, 1, NULL },
		{ "12345678901234567890123456", 20,
		  "1234567890123456789012345600000000000000000000" },
		{ "123456789012345678901234567", 20, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[DECIMAL_BYTES];
		struct err err = { .kind = ERR_KINDS };
		int rc = decimal_shift(rows[i].d, rows[i].places, out, &err);

		assert_int_equal(rc, rows[i].want ? 0 : -1);
		if (rows[i].want)
			assert_string_equal(out, rows[i].want);
		else
			assert_int_equal(err.kind, ERR_PARSE);
	}
}

static void subtracts(void **state)
{
	static const struct {
		const char *a, *b;
		const char *want; /* NULL: too many digits */
	} rows[] = {
		{ "57800", "58100", "-300" },
		{ "58100", "57800", "300" },
		{ "1", "1", "0" },
		{ "-9223372036854775808", "1", "-9223372036854775809" },
		{ "1.50", "1.5", "0.00" },
		{ "0.1", "0.3", "-0.2" },
		{ "0.3", "0.1", "0.2" },
		{ "10", "0.01", "9.99" },
		{ "0.01", "10", "-9.99" },
		{ "-5", "-3", "-2" },
		{ "-3", "-5", "2" },
		{ "-3", "5", "-8" },
		{ "3", "-5", "8" },
		{ "999", "-1", "1000" },
		{ "1000", "1", "999" },
		{ "0", "7.25", "-7.25" },
		{ "245.0100", "258.08", "-13.0700" },
		{ "258.6000", "259.0200", "-0.4200" },
		{ "259.0200", "259.0100", "0.0100" },
		{ "0.05", "0.05", "0.00" },
		{ "100.00", "-0.01", "100.01" },
		/* About the length that a machine's number holds. */
		{ "99999999999999999", "-99999999999999999", "199999999999999998" },
		{ "-99999999999999999", "99999999999999999", "-199999999999999998" },
		{ "999999999999999999", "-999999999999999999", "1999999999999999998" },
		{ "9999999999999999999", "-9999999999999999999", "19999999999999999998" },
		{ "9.9999999999999999", "-9.9999999999999999", "19.9999999999999998" },
		{ "9007199254740993", "9007199254740992", "1" },
		{ "9999999999999999999999999999999999999999999999", "-1",
		  NULL },
		{ LONGEST, "0.1", NULL },
		{ "123456789012345678901234567890123456789012345", "0.1",
		  NULL },
		{ "12345678901234567890123456789012345678901234", "0.1",
		  "12345678901234567890123456789012345678901233.9" },
		{ LONGEST, "1",
		  "1234567890123456789012345678901234567890123455" },
		{ LONGEST, "-0.12345678901234567890123456789012345678901234",
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[DECIMAL_BYTES];
		struct err err = { .kind = ERR_KINDS };
		int rc = decimal_subtract(rows[i].a, rows[i].b, out, &err);

		assert_int_equal(rc, rows[i].want ? 0 : -1);
		if (rows[i].want)
			assert_string_equal(out, rows[i].want);
		else
			assert_int_equal(err.kind, ERR_PARSE);
	}
}

static void takes_percentages(void **state)
{
	static const struct {
		const char *part, *whole;
		const char *want; /* NULL: none */
	} rows[] = {
		{ "-300", "58100", "-0.52" },
		{ "300", "58100", "0.52" },
		{ "-13.07", "258.0800", "-5.06" },
		{ "0", "58100", "0.00" },
		{ "1", "1", "100.00" },
		{ "1", "3", "33.33" },
		{ "2", "3", "66.67" },
		{ "-2", "3", "-66.67" },
		{ "-2", "-3", "66.67" },
		{ "2", "-3", "-66.67" },
		{ "1", "20000", "0.01" }, /* 0.005: half away from zero */
		{ "-1", "20000", "-0.01" },
		{ "1", "20001", "0.00" },
		{ "-1", "20001", "0.00" }, /* and no negative zero */
		{ "99995", "10000000", "1.00" },
		{ "99994", "10000000", "1.00" },
		{ "99949", "10000000", "1.00" },
		{ "99499", "10000000", "0.99" },
		{ "999.995", "1000", "100.00" },
		{ "1", "0.001", "100000.00" },
		{ "0.00000000001", "1000000000000", "0.00" },
		{ "5", "0", NULL },
		{ "5", "0.00", NULL },
		{ "0", "0", NULL },
		{ LONGEST, "1", NULL },
		{ LONGEST, LONGEST, "100.00" },
		{ LONGEST, "0.12345678901234567890123456789012345678901234",
		  NULL },
		{ "0.12345678901234567890123456789012345678901234", LONGEST,
		  "0.00" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[DECIMAL_BYTES];
		struct err err = { .kind = ERR_KINDS };
		int rc =
			decimal_percent(rows[i].part, rows[i].whole, out, &err);

		assert_int_equal(rc, rows[i].want ? 0 : -1);
		if (rows[i].want)
			assert_string_equal(out, rows[i].want);
		else
			assert_int_equal(err.kind, ERR_PARSE);
	}
}

/* The same numbers always: a plain linear congruence. */
static int64_t next_number(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (int64_t)(*seed >> 33) % 2000000 - 1000000;
}

/* Thousandths as decimal text. */
static void write_thousandths(int64_t v, char out[DECIMAL_BYTES])
{
	int64_t m = v < 0 ? -v : v;

	snprintf(out, DECIMAL_BYTES, "%s%lld.%03lld", v < 0 ? "-" : "",
		 (long long)(m / 1000), (long long)(m % 1000));
}

static void agrees_with_whole_numbers(void **state)
{
	uint64_t seed = 20261121;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		int64_t a = next_number(&seed), b = next_number(&seed), scaled,
			cents;
		char x[DECIMAL_BYTES], y[DECIMAL_BYTES], want[DECIMAL_BYTES],
			out[DECIMAL_BYTES];

		write_thousandths(a, x);
		write_thousandths(b, y);
		write_thousandths(a - b, want);
		assert_int_equal(decimal_subtract(x, y, out, NULL), 0);
		assert_string_equal(out, want);
		if (b == 0)
			continue;
		/* In hundredths of a percent, half away from zero. */
		scaled = llabs(a) * 10000;
		cents = (2 * scaled + llabs(b)) / (2 * llabs(b));
		snprintf(want, sizeof want, "%s%lld.%02lld",
			 (a < 0) != (b < 0) && cents != 0 ? "-" : "",
			 (long long)(cents / 100), (long long)(cents % 100));
		assert_int_equal(decimal_percent(x, y, out, NULL), 0);
		assert_string_equal(out, want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_what_brokers_write),
		cmocka_unit_test(takes_blanks_for_nothing),
		cmocka_unit_test(parses_json_numbers),
		cmocka_unit_test(compares),
		cmocka_unit_test(divides),
		cmocka_unit_test(refuses_what_is_no_number),
		cmocka_unit_test(counts_bytes_not_to_a_nul),
		cmocka_unit_test(refuses_too_many_digits),
		cmocka_unit_test(shows_a_bad_text_fit_to_print),
		cmocka_unit_test(knows_its_form),
		cmocka_unit_test(answers_questions),
		cmocka_unit_test(sets_a_sign),
		cmocka_unit_test(shifts_the_point),
		cmocka_unit_test(subtracts),
		cmocka_unit_test(takes_percentages),
		cmocka_unit_test(agrees_with_whole_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
