/* SPDX-License-Identifier: MIT */
/* pool.h: worker threads between two queues; the only module that starts
 * threads.
 * Layer engine; uses base, queue.
 *
 *   main: while pool_has_credit: pool_submit(job)
 *   worker: job = pop; result = work(worker, job); push(results, result)
 *   main: result = queue_collect(results), pool_note_collected
 *
 * Several pools may have one queue of results. At most pool_depth jobs of a pool
 * are alive, from submit to collect, and the queues hold as many, so no worker
 * ever blocks on its results. The pool knows nothing of what jobs are. With 0
 * workers it is inline: submit does the work, with the same results. All
 * functions are main's. */
#ifndef ENGINE_POOL_H
#define ENGINE_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct pool; /* opaque */
struct queue;

struct pool_config {
	size_t workers;     /* at the start; 0: inline */
	size_t workers_max; /* up to which pool_grow goes */
	struct queue
		*results; /* borrowed; has room for pool_depth(workers_max) */
	/* Makes and frees what one worker needs. Called by main, before its
	 * thread starts and after it ended. */
	void *(*worker_new)(void *shared, struct err *err);
	void (*worker_free)(void *worker);
	void *shared;
	/* Takes a job, returns its result. Thread: the worker's. */
	void *(*work)(void *worker, void *job);
};

/* Runs with fewer workers where the system does not give more threads than
 * one. Errors: SYSTEM, or worker_new's. */
MUST_CHECK struct pool *pool_new(const struct pool_config *config,
				 struct err *err);

/* How many jobs of a pool of so many workers can be alive. */
size_t pool_depth(size_t workers);

/* How many workers there are. */
size_t pool_workers(const struct pool *p);

/* One more worker; false: there are workers_max, or no thread is available. */
bool pool_grow(struct pool *p);

/* Whether one more job may be submitted: less than 2 per worker are alive. */
bool pool_has_credit(const struct pool *p);

/* Owns: the pool, until it comes back as a result in the queue, or from
 * pool_cancel_waiting as the job. */
void pool_submit(struct pool *p, void *job);

/* Jobs that are alive. */
size_t pool_alive(const struct pool *p);

/* One of this pool's results was taken from the queue: its credit is back. */
void pool_note_collected(struct pool *p);

/* Takes back a job that no worker has begun, or NULL. */
void *pool_cancel_waiting(struct pool *p);

/* No worker begins another job; waits until all have ended the one they are
 * at (the caller sees to it that they do soon) and ended. Results can still
 * be collected. May be called twice. */
void pool_stop(struct pool *p);

/* Calls fn for every worker. Only after pool_stop. */
void pool_each_worker(struct pool *p, void (*fn)(void *worker, void *arg),
		      void *arg);

/* Stops and frees. Results and jobs left inside must have been taken. NULL ok. */
void pool_free(struct pool *p);

#endif
