#include "base/clock.h"

#include <limits.h>
#include <stdio.h>
#include <time.h>

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

/* Days since 1970-01-01 of a Gregorian date; years are counted from March so
 * that the leap day comes last. */
static int64_t days_from_date(int64_t year, int month, int day)
{
	int64_t era, yoe, doy, doe;

	if (month <= 2)
		year--;
	era = (year >= 0 ? year : year - 399) / 400;
	yoe = year - era * 400;
	doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static void date_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t era, doe, yoe, doy, mp;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = yoe + era * 400 + (*month <= 2);
}

void clock_format_kst(int64_t real_ms, char out[CLOCK_TEXT_BYTES])
{
	int64_t ms = real_ms + (int64_t)KST_OFFSET_SEC * 1000;
	int64_t days = ms / (DAY_SEC * INT64_C(1000));
	int64_t rest = ms % (DAY_SEC * INT64_C(1000));
	int64_t year;
	int month, day, sec;

	if (rest < 0) {
		rest += DAY_SEC * INT64_C(1000);
		days--;
	}
	date_from_days(days, &year, &month, &day);
	sec = (int)(rest / 1000);
	snprintf(out, CLOCK_TEXT_BYTES,
		 "%04d-%02d-%02dT%02d:%02d:%02d.%03d+09:00", (int)year % 10000,
		 month, day, sec / 3600, sec / 60 % 60, sec % 60,
		 (int)(rest % 1000));
}

bool clock_is_date(int yyyymmdd)
{
	static const int month_days[] = { 31, 28, 31, 30, 31, 30,
					  31, 31, 30, 31, 30, 31 };
	int year = yyyymmdd / 10000, month = yyyymmdd / 100 % 100,
	    day = yyyymmdd % 100;
	bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return year >= 1970 && year <= 9999 && month >= 1 && month <= 12 &&
	       day >= 1 &&
	       day <= month_days[month - 1] + (month == 2 && is_leap);
}

bool clock_is_time(int hhmmss)
{
	return hhmmss >= 0 && hhmmss / 10000 <= 23 &&
	       hhmmss / 100 % 100 <= 59 && hhmmss % 100 <= 60;
}

int clock_parse_kst(const char *text, int64_t *real_ms, struct err *err)
{
	static const char form[] = "dddd-dd-dd dd:dd:dd";
	int part[6] = { 0 };
	int n = 0;
	size_t i;

	for (i = 0; form[i] != '\0'; i++) {
		if (form[i] != 'd') {
			if (text[i] != form[i])
				goto bad;
			n++;
		} else {
			if (text[i] < '0' || text[i] > '9')
				goto bad;
			part[n] = part[n] * 10 + (text[i] - '0');
		}
	}
	if (text[i] != '\0' ||
	    !clock_is_date(part[0] * 10000 + part[1] * 100 + part[2]) ||
	    !clock_is_time(part[3] * 10000 + part[4] * 100 + part[5]))
		goto bad;
	*real_ms = (days_from_date(part[0], part[1], part[2]) * DAY_SEC +
		    part[3] * 3600 + part[4] * 60 + part[5] - KST_OFFSET_SEC) *
		   1000;
	return 0;
bad:
	return err_set(err, ERR_PARSE,
		       "not a date and time (YYYY-MM-DD HH:MM:SS)");
}
