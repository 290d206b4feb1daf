/* SPDX-License-Identifier: MIT */
/* engine.h: workers for each source, and one line of results.
 * Layer engine; uses base, model, upstream, pool, queue, fetch.
 *
 *   main: while engine_has_credit(source): engine_submit(job)
 *   main: poll(engine_fd), then engine_collect until NULL, in completion order
 *
 * Each upstream has workers of its own, so that a slow source delays nobody
 * else's symbols. All functions are main's. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "engine/metrics.h"

struct engine; /* opaque */
struct result;
struct upstream;

enum { ENGINE_WORKERS_MAX = 64 };

struct engine_config {
	struct upstream *upstream; /* borrowed: count of them */
	size_t count;
	size_t workers;    /* of each source */
	bool grows;        /* more workers as the round trip asks for them */
	bool widens_limit; /* and the limit of calls in flight with them */
};

/* Errors: SYSTEM. _free takes NULL; results left inside must have been taken. */
MUST_CHECK struct engine *engine_new(const struct engine_config *config,
				     struct err *err);
void engine_free(struct engine *e);

/* Whether a job for the source may be submitted. */
bool engine_has_credit(const struct engine *e, size_t source);

/* Owns: the engine, until it comes back; job->request->source names the
 * source. */
void engine_submit(struct engine *e, struct result *job);

int engine_fd(const struct engine *e);
struct result *engine_collect(struct engine *e);

/* Takes back a job that no worker has begun, or NULL. */
struct result *engine_take_back(struct engine *e, size_t source);

/* No worker begins another job; waits until all have ended the one they are at.
 * They are bounded by the deadline; is_urgent wakes those who wait for a guard.
 * What has come can still be collected. May be called twice. */
void engine_stop(struct engine *e, bool is_urgent);

/* Only after engine_stop. */
void engine_sum_metrics(struct engine *e, struct metrics *sum);

size_t engine_workers(const struct engine *e);

#endif
