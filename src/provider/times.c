/* SPDX-License-Identifier: MIT */
#include "provider/times.h"

#include <string.h>

#include "base/calendar.h"
#include "base/digits.h"

enum { DAY_SEC = 86400, HOUR_SEC = 3600, MINUTE_SEC = 60 };

static bool is_time(int hour, int minute, int second)
{
	return hour <= 23 && minute <= 59 && second <= 60;
}

static int64_t make_instant(int year, int month, int day, int hour, int minute,
			    int second)
{
	return calendar_days(year, month, day) * DAY_SEC + hour * HOUR_SEC +
	       minute * MINUTE_SEC + second;
}

bool times_is_date(const char *text)
{
	static const char form[] = "dddd-dd-dd";
	int part[3];

	return digits_take_form(text, form, part) > 0 &&
	       text[sizeof form - 1] == '\0' &&
	       calendar_has_date(part[0], part[1], part[2]);
}

/* "Z", or "+09:00": seconds to the east. */
static bool take_offset(const char *text, int *sec)
{
	int part[2];

	*sec = 0;
	if (strcmp(text, "Z") == 0)
		return true;
	if ((text[0] != '+' && text[0] != '-') || strlen(text) != 6 ||
	    !digits_take_form(text + 1, "dd:dd", part) ||
	    !is_time(part[0], part[1], 0))
		return false;
	*sec = part[0] * HOUR_SEC + part[1] * MINUTE_SEC;
	if (text[0] == '-')
		*sec = -*sec;
	return true;
}

bool times_parse_rfc3339(const char *text, int64_t *sec)
{
	int p[6], offset;
	size_t len = digits_take_form(text, "dddd-dd-ddTdd:dd:dd", p);

	if (len == 0 || !calendar_has_date(p[0], p[1], p[2]) ||
	    !is_time(p[3], p[4], p[5]))
		return false;
	text += len;
	if (*text == '.') {
		len = strspn(text + 1, "0123456789");
		if (len == 0)
			return false;
		text += 1 + len;
	}
	if (!take_offset(text, &offset))
		return false;
	*sec = make_instant(p[0], p[1], p[2], p[3], p[4], p[5]) - offset;
	return true;
}

bool times_parse_http(const char *text, int64_t *sec)
{
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr",
					  "May", "Jun", "Jul", "Aug",
					  "Sep", "Oct", "Nov", "Dec" };
	int day, p[4], month = 0;

	/* The weekday says nothing that the date does not. */
	if (strlen(text) != strlen("Sat, 21 Nov 2026 18:05:34 GMT") ||
	    text[3] != ',' || text[4] != ' ' || text[7] != ' ' ||
	    text[11] != ' ' || !digits_take_form(text + 5, "dd", &day) ||
	    !digits_take_form(text + 12, "dddd dd:dd:dd", p) ||
	    strcmp(text + 25, " GMT") != 0)
		return false;
	while (month < 12 && memcmp(text + 8, months[month], 3) != 0)
		month++;
	if (month++ == 12 || !calendar_has_date(p[0], month, day) ||
	    !is_time(p[1], p[2], p[3]))
		return false;
	*sec = make_instant(p[0], month, day, p[1], p[2], p[3]);
	return true;
}

/* The n-th Sunday of a month. */
static int64_t find_sunday(int64_t year, int month, int n)
{
	int64_t first = calendar_days(year, month, 1);

	return first + (7 - calendar_weekday(first)) % 7 + 7 * (n - 1);
}

struct local_time times_at_new_york(int64_t sec)
{
	enum { WINTER = -5 * HOUR_SEC, SUMMER = -4 * HOUR_SEC };
	int64_t days = sec >= 0 ? sec / DAY_SEC : (sec - DAY_SEC + 1) / DAY_SEC;
	int64_t year, begin, end, local;
	int month, day;

	calendar_date(days, &year, &month, &day);
	begin = find_sunday(year, 3, 2) * DAY_SEC + 2 * HOUR_SEC - WINTER;
	end = find_sunday(year, 11, 1) * DAY_SEC + 2 * HOUR_SEC - SUMMER;
	local = sec + (sec >= begin && sec < end ? SUMMER : WINTER);
	days = local >= 0 ? local / DAY_SEC : (local - DAY_SEC + 1) / DAY_SEC;
	return (struct local_time){ days, (int)((local - days * DAY_SEC) /
						MINUTE_SEC) };
}
