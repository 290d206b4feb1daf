/* retry.h: whether and when to try again; pure.
 * Layer engine; uses base.
 *
 * At most so many further attempts of what may be retried, full jitter
 * (delay = random * min(cap, base * 2^n)), the server's Retry-After where it
 * gave one, and none that could not finish before the deadline. */
#ifndef ENGINE_RETRY_H
#define ENGINE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct retry_case {
	const struct err *err; /* why the last attempt failed */
	int attempt;           /* which that was: 1, 2, ... */
	int attempts_max;
	double random; /* in [0, 1) */
	int64_t now_ns;
	int64_t deadline_ns;
	int64_t typical_ns; /* how long an attempt usually takes */
};

/* Whether to try again; then *at_ns is when. */
bool retry_next(const struct retry_case *c, int64_t *at_ns);

#endif
