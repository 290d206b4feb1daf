/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct {
	int64_t ms;
	const char *text;
} instants[] = {
	{ 0, "1970-01-01T09:00:00.000+09:00" },
	{ 1, "1970-01-01T09:00:00.001+09:00" },
	{ -1, "1970-01-01T08:59:59.999+09:00" },
	{ INT64_C(-32400000), "1970-01-01T00:00:00.000+09:00" },
	{ INT64_C(-32400001), "1969-12-31T23:59:59.999+09:00" },
	{ INT64_C(951750000000), "2000-02-29T00:00:00.000+09:00" },
	{ INT64_C(951836400000), "2000-03-01T00:00:00.000+09:00" },
	{ INT64_C(1703200619000), "2023-12-22T08:16:59.000+09:00" },
	{ INT64_C(1709132400000), "2024-02-29T00:00:00.000+09:00" },
	{ INT64_C(1795223700123), "2026-11-21T10:15:00.123+09:00" },
	{ INT64_C(1798729199999), "2026-12-31T23:59:59.999+09:00" },
	{ INT64_C(1798729200000), "2027-01-01T00:00:00.000+09:00" },
	{ INT64_C(2147483648000), "2038-01-19T12:14:08.000+09:00" },
	{ INT64_C(4107510000000),
	  "2100-03-01T00:00:00.000+09:00" }, /* no leap day */
};

static void formats_korean_time(void **state)
{
	static const char *const zones[] = { "UTC", "Asia/Seoul",
					     "America/New_York", "nonsense" };

	(void)state;
	for (size_t z = 0; z < COUNT(zones); z++) {
		assert_int_equal(setenv("TZ", zones[z], 1), 0);
		tzset();
		for (size_t i = 0; i < COUNT(instants); i++) {
			char out[CLOCK_TEXT_BYTES];

			clock_format_kst(instants[i].ms, out);
			assert_string_equal(out, instants[i].text);
		}
	}
}

static void parses_what_it_formats(void **state)
{
	(void)state;
	for (int64_t sec = 0; sec < INT64_C(5000000000); sec += 7654321) {
		char out[CLOCK_TEXT_BYTES];
		int64_t ms = -1;

		clock_format_kst(sec * 1000, out);
		out[10] = ' ';
		out[19] = '\0';
		assert_int_equal(clock_parse_kst(out, &ms, NULL), 0);
		assert_true(ms == sec * 1000);
	}
}

static void refuses_what_is_no_date(void **state)
{
	static const char *const rows[] = {
		"",
		"2023-12-22",
		"2023-12-22 08:16",
		"2023-12-22 08:16:5",
		"2023-12-22 08:16:590",
		"2023-12-22T08:16:59",
		"2023-12-22 08:16:59 ",
		" 2023-12-22 08:16:59",
		"2023/12/22 08:16:59",
		"2023-1-22 08:16:59",
		"2023-00-22 08:16:59",
		"2023-13-22 08:16:59",
		"2023-12-00 08:16:59",
		"2023-12-32 08:16:59",
		"2023-04-31 08:16:59",
		"2023-02-30 08:16:59",
		"2023-12-22 24:00:00",
		"2023-12-22 08:60:00",
		"2023-12-22 08:16:61",
		"1969-12-31 00:00:00",
		"20x3-12-22 08:16:59",
		"-023-12-22 08:16:59",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { .kind = ERR_KINDS };
		int64_t ms = 77;

		if (clock_parse_kst(rows[i], &ms, &err) != -1)
			fail_msg("'%s' was taken", rows[i]);
		assert_int_equal(err.kind, ERR_PARSE);
		assert_true(ms == 77);
	}
}

static void takes_a_leap_second(void **state)
{
	int64_t ms, next;

	(void)state;
	assert_int_equal(clock_parse_kst("2017-01-01 08:59:60", &ms, NULL), 0);
	assert_int_equal(clock_parse_kst("2017-01-01 09:00:00", &next, NULL),
			 0);
	assert_true(ms == next);
}

static void rounds_a_wait_up(void **state)
{
	static const struct {
		int64_t now, until;
		int want;
	} rows[] = {
		{ 0, CLOCK_NEVER, -1 },
		{ 5, 5, 0 },
		{ 6, 5, 0 },
		{ 0, 1, 1 },
		{ 0, NS_PER_MS, 1 },
		{ 0, NS_PER_MS + 1, 2 },
		{ NS_PER_SEC, 3 * NS_PER_SEC, 2000 },
		{ 0, NS_PER_MS * INT_MAX, INT_MAX },
		{ 0, NS_PER_MS * INT_MAX + 1, INT_MAX },
		{ 0, CLOCK_NEVER - NS_PER_SEC, INT_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(clock_poll_ms(rows[i].now, rows[i].until),
				 rows[i].want);
}

static void reads_both_clocks(void **state)
{
	int64_t before = clock_monotonic_ns();
	time_t wall = time(NULL);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_monotonic_ns();

		assert_true(now >= before && before > 0);
		before = now;
	}
	assert_true(clock_real_ms() / 1000 >= wall - 1);
}

/* Whichever way the two are read, the uptime with suspension is not the less. */
static void the_boot_s_clock_goes_on(void **state)
{
	int64_t before_ms = clock_monotonic_ns() / NS_PER_MS;
	int64_t boot_ms = clock_boot_ms();

	(void)state;
	assert_true(boot_ms >= before_ms);
	assert_true(clock_boot_ms() >= boot_ms);
}

static void test_calendar(void **state)
{
	static const struct {
		int number;
		bool is_date, is_time;
	} rows[] = {
		{ 20250730, true, false },  { 20240229, true, false },  { 20230229, false, false },
		{ 20000229, true, false },  { 21000229, false, false }, { 20260431, false, false },
		{ 20261231, true, false },  { 20261301, false, false }, { 20260001, false, false },
		{ 20260100, false, false }, { 20260132, false, false }, { 19691231, false, false },
		{ 0, false, true },	    { 235959, false, true },	{ 235960, false, true },
		{ 235961, false, false },   { 240000, false, false },	{ 96000, false, false },
		{ 93354, false, true },	    { -1, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (clock_is_date(rows[i].number) != rows[i].is_date ||
		    clock_is_time(rows[i].number) != rows[i].is_time)
			fail_msg("%d", rows[i].number);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(formats_korean_time),
		cmocka_unit_test(parses_what_it_formats),
		cmocka_unit_test(refuses_what_is_no_date),
		cmocka_unit_test(takes_a_leap_second),
		cmocka_unit_test(rounds_a_wait_up),
		cmocka_unit_test(reads_both_clocks),
		cmocka_unit_test(the_boot_s_clock_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
