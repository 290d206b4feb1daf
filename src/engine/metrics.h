/* SPDX-License-Identifier: MIT */
/* metrics.h: counters and latencies of one worker, summed at the end.
 * Layer engine; uses base.
 *
 * Each worker counts into a struct of its own; main adds them up after the
 * threads have ended. So nothing is shared on the way. */
#ifndef ENGINE_METRICS_H
#define ENGINE_METRICS_H

#include <stdint.h>

#include "base/latency.h"

struct metrics {
	uint64_t requests; /* batches taken from the plan; the scheduler's */
	uint64_t attempts; /* at a call: also those that never left */
	uint64_t calls;    /* HTTP requests that left, tokens included */
	uint64_t retries;  /* further attempts at them; the scheduler's */
	uint64_t refusals; /* answers that said: too many calls */
	uint64_t timeouts;
	uint64_t token_calls;
	uint64_t connections; /* opened */
	uint64_t bytes;       /* of bodies received */
	struct latency latency;
};

/* Adds what part counted to sum. */
void metrics_add(struct metrics *sum, const struct metrics *part);

#endif
