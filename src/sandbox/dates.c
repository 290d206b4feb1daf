/* SPDX-License-Identifier: MIT */
#include "sandbox/dates.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct tm dates_at(int64_t unix_s, int64_t offset_s)
{
	time_t when = (time_t)(unix_s + offset_s);
	struct tm date = { .tm_year = 70, .tm_mday = 1 };

	(void)gmtime_r(&when, &date);
	return date;
}

void dates_format_rfc3339(char text[DATES_TEXT_BYTES], int64_t unix_s,
			  int64_t ns)
{
	struct tm date = dates_at(unix_s, 0);
	char fraction[16];
	size_t len;

	strftime(text, DATES_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &date);
	snprintf(fraction, sizeof(fraction), ".%09" PRId64, ns % 1000000000);
	for (len = strlen(fraction); len > 1 && fraction[len - 1] == '0'; len--)
		continue;
	fraction[len > 1 ? len : 0] = '\0';
	len = strlen(text);
	snprintf(text + len, DATES_TEXT_BYTES - len, "%sZ", fraction);
}

/* The day of the month that is its Nth Sunday, in the month of the date. */
static int nth_sunday(const struct tm *date, int n)
{
	int first = (date->tm_mday - 1 - date->tm_wday + 35) % 7 + 1;

	return first + 7 * (n - 1);
}

/* Hours into the month, of the date and of an hour on its Nth Sunday. */
static int hours_of(const struct tm *date)
{
	return date->tm_mday * 24 + date->tm_hour;
}

static bool is_summer(const struct tm *date)
{
	/* From the second Sunday of March, 2:00 at UTC-5, to the first of
	 * November, 2:00 at UTC-4. */
	if (date->tm_mon == 2)
		return hours_of(date) >= nth_sunday(date, 2) * 24 + 7;
	if (date->tm_mon == 10)
		return hours_of(date) < nth_sunday(date, 1) * 24 + 6;
	return date->tm_mon > 2 && date->tm_mon < 10;
}

int64_t dates_new_york_offset_s(int64_t unix_s)
{
	struct tm date = dates_at(unix_s, 0);

	return (is_summer(&date) ? -4 : -5) * 3600;
}

int64_t dates_new_york_midnight_s(int64_t unix_s)
{
	int64_t offset_s = dates_new_york_offset_s(unix_s);
	int64_t local_s = unix_s + offset_s;
	int64_t midnight_s = local_s - local_s % 86400 - offset_s;

	/* On the two days of a change, midnight has the other offset. */
	return midnight_s + offset_s - dates_new_york_offset_s(midnight_s);
}
