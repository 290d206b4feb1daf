/* SPDX-License-Identifier: MIT */
/* times.h: instants as sources write them.
 * Layer provider; uses base. Pure: no clock is asked, no zone is looked up.
 *
 * Instants are seconds since 1970, UTC. */
#ifndef PROVIDER_TIMES_H
#define PROVIDER_TIMES_H

#include <stdbool.h>
#include <stdint.h>

/* "2022-08-17T10:18:24.114694956Z", fraction or none, also with an offset
 * instead of Z. False when it is no such text.
 * Source: RFC 3339. */
bool times_parse_rfc3339(const char *text, int64_t *sec);

/* The value of a Date header: "Sat, 21 Nov 2026 18:05:34 GMT".
 * Source: RFC 9110, 5.6.7 (the form that is sent, not the two of old). */
bool times_parse_http(const char *text, int64_t *sec);

/* "2026-10-06". */
bool times_is_date(const char *text);

/* A moment at New York: the day (calendar.h) and the minute of it. Daylight
 * saving time runs from the second Sunday of March, 2:00, to the first of
 * November, 2:00.
 * Source: Energy Policy Act of 2005 (years before 2007 had other days). */
struct local_time {
	int64_t day;
	int minute;
};

struct local_time times_at_new_york(int64_t sec);

#endif
