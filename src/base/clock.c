/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <limits.h>
#include <string.h>
#include <time.h>

#include "base/calendar.h"
#include "base/digits.h"

enum { KST_OFFSET_SEC = 9 * 3600, DAY_SEC = 86400 };

static int64_t read_clock_ns(clockid_t id)
{
	struct timespec ts;

	require(clock_gettime(id, &ts) == 0);
	return (int64_t)ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

int64_t clock_monotonic_ns(void)
{
	return read_clock_ns(CLOCK_MONOTONIC);
}

int64_t clock_real_ms(void)
{
	return read_clock_ns(CLOCK_REALTIME) / NS_PER_MS;
}

int64_t clock_boot_ms(void)
{
#ifdef CLOCK_BOOTTIME
	return read_clock_ns(CLOCK_BOOTTIME) / NS_PER_MS;
#else /* macOS: its monotonic clock counts suspension */
	return read_clock_ns(CLOCK_MONOTONIC) / NS_PER_MS;
#endif
}

int clock_poll_ms(int64_t now_ns, int64_t until_ns)
{
	int64_t left;

	if (until_ns == CLOCK_NEVER)
		return -1;
	if (until_ns <= now_ns)
		return 0;
	left = (until_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS;
	return left > INT_MAX ? INT_MAX : (int)left;
}

void clock_format_kst(int64_t real_ms, char out[CLOCK_TEXT_BYTES])
{
	static const char form[CLOCK_TEXT_LEN + 1] =
		"0000-00-00T00:00:00.000+09:00";
	int64_t ms = real_ms + (int64_t)KST_OFFSET_SEC * 1000;
	int64_t days = ms / (DAY_SEC * INT64_C(1000));
	int64_t rest = ms % (DAY_SEC * INT64_C(1000));
	int64_t year;
	int month, day;
	unsigned sec;

	if (rest < 0) {
		rest += DAY_SEC * INT64_C(1000);
		days--;
	}
	calendar_date(days, &year, &month, &day);
	sec = (unsigned)(rest / 1000);
	/* Without printf: it is a part of every record. */
	memcpy(out, form, sizeof form);
	digits_write_two(out, (unsigned)year / 100);
	digits_write_two(out + 2, (unsigned)year);
	digits_write_two(out + 5, (unsigned)month);
	digits_write_two(out + 8, (unsigned)day);
	digits_write_two(out + 11, sec / 3600);
	digits_write_two(out + 14, sec / 60 % 60);
	digits_write_two(out + 17, sec % 60);
	digits_write_two(out + 20, (unsigned)rest % 1000 / 10);
	out[22] = (char)('0' + rest % 10);
}

bool clock_is_date(int yyyymmdd)
{
	int year = yyyymmdd / 10000;

	return year >= 1970 && year <= 9999 &&
	       calendar_has_date(year, yyyymmdd / 100 % 100, yyyymmdd % 100);
}

bool clock_is_time(int hhmmss)
{
	return hhmmss >= 0 && hhmmss / 10000 <= 23 &&
	       hhmmss / 100 % 100 <= 59 && hhmmss % 100 <= 60;
}

int clock_parse_kst(const char *text, int64_t *real_ms, struct err *err)
{
	int p[6];
	size_t len = digits_take_form(text, "dddd-dd-dd dd:dd:dd", p);

	if (len == 0 || text[len] != '\0' ||
	    !clock_is_date(p[0] * 10000 + p[1] * 100 + p[2]) ||
	    !clock_is_time(p[3] * 10000 + p[4] * 100 + p[5]))
		return err_set(err, ERR_PARSE,
			       "not a date and time (YYYY-MM-DD HH:MM:SS)");
	*real_ms = (calendar_days(p[0], p[1], p[2]) * DAY_SEC + p[3] * 3600 +
		    p[4] * 60 + p[5] - KST_OFFSET_SEC) *
		   1000;
	return 0;
}
