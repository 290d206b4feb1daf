/* gate.h: the semaphore: how many calls the broker is asked to hold at once.
 * Layer engine; uses base.
 *
 * It gives way when the broker is overloaded (time-outs, 5xx) and recovers:
 * the limit is halved, once for all calls that were under way together, and
 * grows by one for every limit clean answers, up to where it started. */
#ifndef ENGINE_GATE_H
#define ENGINE_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct gate; /* opaque */

/* Errors: SYSTEM. */
MUST_CHECK struct gate *gate_new(int limit, struct err *err);
void gate_free(struct gate *g);

struct gate_pass {
	uint32_t epoch; /* of the limit under which it was given */
};

/* Blocks: until a place is free, deadline_ns, or gate_close.
 * Errors: DEADLINE, CANCELED. Thread: any. */
MUST_CHECK int gate_enter(struct gate *g, struct gate_pass *pass,
			  int64_t deadline_ns, struct err *err);

enum gate_report { GATE_CLEAN, GATE_OVERLOAD, GATE_UNKNOWN };

/* Gives the place back and says how the call went. Thread: any. */
void gate_leave(struct gate *g, struct gate_pass pass, enum gate_report report);

/* Raises the limit by one: a worker was added. */
void gate_widen(struct gate *g);

/* Wakes all who wait, for good. */
void gate_close(struct gate *g);

#endif
