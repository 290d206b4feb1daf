/* SPDX-License-Identifier: MIT */
/* calendar.h: days of the Gregorian calendar.
 * Layer base; uses nothing. Pure. */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

/* Days since 1970-01-01 of a date. */
int64_t calendar_days(int64_t year, int month, int day);

/* The date of a day. */
void calendar_date(int64_t days, int64_t *year, int *month, int *day);

/* 0 is Sunday. */
int calendar_weekday(int64_t days);

/* Whether there is such a date. */
bool calendar_has_date(int64_t year, int month, int day);

#endif
