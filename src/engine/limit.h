/* SPDX-License-Identifier: MIT */
/* limit.h: the semaphore: how many calls the broker is asked to hold at once.
 * Layer engine; uses base.
 *
 * It gives way when the broker is overloaded (time-outs, 5xx) and recovers:
 * the limit is halved, once for all calls that were under way together, and
 * grows by one for every limit clean answers, up to where it started. */
#ifndef ENGINE_LIMIT_H
#define ENGINE_LIMIT_H

#include <stdint.h>

#include "base/err.h"

struct limit; /* opaque */

/* Errors: SYSTEM. */
MUST_CHECK struct limit *limit_new(int limit, struct err *err);
void limit_free(struct limit *g);

struct limit_pass {
	uint32_t epoch; /* of the limit under which it was given */
};

/* Blocks: until a place is free, deadline_ns, or limit_close.
 * Errors: DEADLINE, CANCELED. Thread: any. */
MUST_CHECK int limit_enter(struct limit *g, struct limit_pass *pass,
			   int64_t deadline_ns, struct err *err);

enum limit_report { LIMIT_CLEAN, LIMIT_OVERLOAD, LIMIT_UNKNOWN };

/* Gives the place back and says how the call went. Thread: any. */
void limit_leave(struct limit *g, struct limit_pass pass,
		 enum limit_report report);

/* Raises the limit by one: a worker was added. */
void limit_widen(struct limit *g);

/* Wakes all who wait, for good. */
void limit_close(struct limit *g);

#endif
