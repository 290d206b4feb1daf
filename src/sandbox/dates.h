/* SPDX-License-Identifier: MIT */
/* dates.h: instants as the sources write them.
 * Sandbox, lowest; uses clock. Pure. Instants are seconds since 1970, UTC. */
#ifndef SANDBOX_DATES_H
#define SANDBOX_DATES_H

#include <stdint.h>
#include <time.h>

enum { DATES_TEXT_BYTES = 40 };

enum { DATES_KOREA_S = 9 * 3600 }; /* ahead of UTC */

/* The date and time of day there; offset_s is what it is ahead of UTC. */
struct tm dates_at(int64_t unix_s, int64_t offset_s);

/* "2022-08-17T10:18:24.114694956Z": no zeros at the end of the fraction. */
void dates_format_rfc3339(char text[DATES_TEXT_BYTES], int64_t unix_s,
			  int64_t ns);

/* What New York is ahead of UTC then: -4 h in summer, else -5 h. */
int64_t dates_new_york_offset_s(int64_t unix_s);

/* When the day began in New York that the instant lies in. */
int64_t dates_new_york_midnight_s(int64_t unix_s);

#endif
