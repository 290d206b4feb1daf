/* SPDX-License-Identifier: MIT */
/* clock.h: the two clocks, and dates in Korean time.
 * Layer base; uses err.
 *
 * Durations, deadlines and quota stamps are nanoseconds of CLOCK_MONOTONIC;
 * nothing that waits looks at the wall clock. Wall-clock times are
 * milliseconds since 1970 and are shown in KST (UTC+9, no daylight saving),
 * the broker's zone, whatever TZ says. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define NS_PER_SEC INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

/* An instant that never comes: "no deadline". */
#define CLOCK_NEVER INT64_MAX

/* Of two instants. */
static inline int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static inline int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Thread: any. Neither can fail on the systems we build for. */
int64_t clock_monotonic_ns(void);
int64_t clock_real_ms(void);

/* Milliseconds since the boot, those in suspension included: for stamps that
 * last for hours, and that nobody's setting of the wall clock may touch. */
int64_t clock_boot_ms(void);

/* Milliseconds from now_ns to until_ns, rounded up, at least 0 and at most
 * INT_MAX: what poll() wants; -1 (for ever) for CLOCK_NEVER. */
int clock_poll_ms(int64_t now_ns, int64_t until_ns);

enum { CLOCK_TEXT_LEN = 29, CLOCK_TEXT_BYTES = 32 };

/* Writes "2026-11-21T10:15:00.123+09:00". */
void clock_format_kst(int64_t real_ms, char out[CLOCK_TEXT_BYTES]);

/* Whether the number is a day of the calendar as YYYYMMDD, or a time of the day
 * as HHMMSS (second 60 is one, now and then). */
bool clock_is_date(int yyyymmdd);
bool clock_is_time(int hhmmss);

/* Reads "2023-12-22 08:16:59" as KST: the form of the broker's token expiry.
 * Errors: PARSE. */
MUST_CHECK int clock_parse_kst(const char *text, int64_t *real_ms,
			       struct err *err);

#endif
