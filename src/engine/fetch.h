/* SPDX-License-Identifier: MIT */
/* fetch.h: one attempt at one request, in a worker: token, limit, quota,
 * transfer, answer.
 * Layer engine; uses everything left of it, provider, net, share.
 *
 *   token -> limit -> quota -> http -> provider.parse -> both back -> result
 *
 * A worker waits for its guards and for the answer, never for a failure to
 * heal: what becomes of a failed call is the scheduler's to say. No guard is held
 * while it waits for another, but the limit for the quota: whose turn it is to
 * send is one of those in flight. */
#ifndef ENGINE_FETCH_H
#define ENGINE_FETCH_H

#include "base/err.h"
#include "engine/metrics.h"

struct fetch_worker; /* one worker's: connection, buffers, counters */

/* For struct pool_config: shared is a struct upstream; a job is a struct result
 * whose outcomes are blank, and comes back filled, or failed as a whole. */
void *fetch_worker_new(void *shared, struct err *err);
void fetch_worker_free(void *worker);
void *fetch_work(void *worker, void *job);

/* Only after the worker's thread has ended. */
const struct metrics *fetch_metrics(const void *worker);

#endif
