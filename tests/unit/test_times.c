/* SPDX-License-Identifier: MIT */
/* Unit tests of base/calendar and provider/times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/calendar.h"
#include "provider/times.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void days_and_dates_are_each_others(void **state)
{
	int64_t days = calendar_days(1600, 1, 1), end = calendar_days(2400, 1, 1);
	int weekday = 6; /* 1600-01-01 was a Saturday */

	(void)state;
	assert_int_equal(calendar_days(1970, 1, 1), 0);
	assert_int_equal(calendar_days(2000, 3, 1), 11017);
	for (; days < end; days++) {
		int64_t year;
		int month, day;

		calendar_date(days, &year, &month, &day);
		assert_int_equal(calendar_days(year, month, day), days);
		assert_int_equal(calendar_weekday(days), weekday);
		assert_true(calendar_has_date(year, month, day));
		weekday = (weekday + 1) % 7;
	}
}

static void dates_that_are_none(void **state)
{
	static const char *const rows[] = { "2026-02-29", "2026-13-01", "2026-00-01", "2026-04-31",
					    "2026-01-00", "2100-02-29", "2026-1-01", "20260101",
					    "2026-01-01 ", " 2026-01-01", "", "2026/01/01" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (times_is_date(rows[i]))
			fail_msg("'%s' is said to be a date", rows[i]);
	assert_true(times_is_date("2026-10-06"));
	assert_true(times_is_date("2024-02-29"));
	assert_true(times_is_date("2000-02-29"));
}

static void reads_rfc3339(void **state)
{
	static const struct {
		const char *text;
		int64_t sec; /* -1: none */
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2022-08-17T10:18:24.114694956Z", 1660731504 },
		{ "2022-08-17T10:18:24.1Z", 1660731504 },
		{ "2022-08-17T19:18:24+09:00", 1660731504 },
		{ "2022-08-17T06:18:24.000-04:00", 1660731504 },
		{ "2016-12-31T23:59:60Z", 1483228800 },
		{ "2022-08-17T10:18:24", -1 },
		{ "2022-08-17T10:18:24.Z", -1 },
		{ "2022-08-17 10:18:24Z", -1 },
		{ "2022-08-17T10:18:24z", -1 },
		{ "2022-08-17T24:18:24Z", -1 },
		{ "2022-08-17T10:60:24Z", -1 },
		{ "2022-08-17T10:18:61Z", -1 },
		{ "2022-02-30T10:18:24Z", -1 },
		{ "2022-08-17T10:18:24+9:00", -1 },
		{ "2022-08-17T10:18:24+24:00", -1 },
		{ "2022-08-17T10:18:24+09:00x", -1 },
		{ "2022-08-17T10:18:24ZZ", -1 },
		{ "2022-08-17", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t sec = -1;

		if (times_parse_rfc3339(rows[i].text, &sec) != (rows[i].sec >= 0) ||
		    sec != rows[i].sec)
			fail_msg("%s: %lld", rows[i].text, (long long)sec);
	}
}

static void reads_http_dates(void **state)
{
	static const struct {
		const char *text;
		int64_t sec; /* -1: none */
	} rows[] = {
		{ "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
		{ "Tue, 15 Nov 1994 08:12:31 GMT", 784887151 },
		{ "Sat, 21 Nov 2026 18:05:34 GMT", 1795284334 },
		{ "Sat, 31 Dec 2026 18:05:34 GMT", 1798740334 },
		{ "Sat, 31 Nov 2026 18:05:34 GMT", -1 },
		{ "Sat, 21 nov 2026 18:05:34 GMT", -1 },
		{ "Sat, 21 Nov 2026 18:05:34 UTC", -1 },
		{ "Sat, 21 Nov 2026 25:05:34 GMT", -1 },
		{ "Sat, 1 Nov 2026 18:05:34 GMT", -1 },
		{ "Sat, 21 Nov 2026 18:05:34 GMTX", -1 },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", -1 },
		{ "1795284334", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t sec = -1;

		if (times_parse_http(rows[i].text, &sec) != (rows[i].sec >= 0) ||
		    sec != rows[i].sec)
			fail_msg("%s: %lld", rows[i].text, (long long)sec);
	}
}

/* Daylight saving time begins and ends to the second. */
static void knows_new_york(void **state)
{
	static const struct {
		const char *utc;
		int year, month, day, minute;
	} rows[] = {
		{ "2022-08-17T10:18:24Z", 2022, 8, 17, 6 * 60 + 18 },
		{ "2022-08-16T04:00:00Z", 2022, 8, 16, 0 },
		{ "2022-08-16T03:59:59Z", 2022, 8, 15, 24 * 60 - 1 },
		{ "2022-01-18T05:00:00Z", 2022, 1, 18, 0 },
		{ "2022-01-18T04:59:59Z", 2022, 1, 17, 24 * 60 - 1 },
		/* 2026: March 8 to November 1. */
		{ "2026-03-08T06:59:59Z", 2026, 3, 8, 2 * 60 - 1 },
		{ "2026-03-08T07:00:00Z", 2026, 3, 8, 3 * 60 },
		{ "2026-11-01T05:59:59Z", 2026, 11, 1, 2 * 60 - 1 },
		{ "2026-11-01T06:00:00Z", 2026, 11, 1, 60 },
		/* Sundays on the first: 2026-03-01, 2026-11-01; 2027: March 14. */
		{ "2027-03-14T06:59:00Z", 2027, 3, 14, 2 * 60 - 1 },
		{ "2027-03-14T07:00:00Z", 2027, 3, 14, 3 * 60 },
		{ "2027-11-07T06:00:00Z", 2027, 11, 7, 60 },
		/* The last hours of a UTC year are the old year's. */
		{ "2027-01-01T04:59:00Z", 2026, 12, 31, 24 * 60 - 1 },
		{ "1969-12-31T05:00:00Z", 1969, 12, 31, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct local_time t;
		int64_t sec;

		assert_true(times_parse_rfc3339(rows[i].utc, &sec));
		t = times_at_new_york(sec);
		if (t.day != calendar_days(rows[i].year, rows[i].month, rows[i].day) ||
		    t.minute != rows[i].minute)
			fail_msg("%s: day %lld, minute %d", rows[i].utc, (long long)t.day, t.minute);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_and_dates_are_each_others),
		cmocka_unit_test(dates_that_are_none),
		cmocka_unit_test(reads_rfc3339),
		cmocka_unit_test(reads_http_dates),
		cmocka_unit_test(knows_new_york),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
