/* fetch.h: one request's life in a worker: token, semaphore, quota, transfer,
 * answer, and trying again.
 * Layer engine; uses everything left of it, provider, net.
 *
 *   for each part of the request still without an answer
 *     until answered, or no further attempt is due:
 *       token -> limit -> quota -> http -> provider.parse -> both back
 *     refused because of one symbol among many: halve the part
 *     no multi call to be had: ask one by one
 *     not found, and its exchange was a guess: ask the next exchange
 *
 * The limit and the quota are given back before any pause. */
#ifndef ENGINE_FETCH_H
#define ENGINE_FETCH_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/metrics.h"
#include "net/http.h"
#include "provider/provider.h"

struct breaker;
struct credential;
struct limit;
struct quota;
struct stop;

/* What all workers have in common; const but for what locks itself. */
struct fetch_shared {
	const struct provider *provider;
	struct provider_login login;
	const char *base_url;
	struct http_config http;
	struct credential *credential;
	struct limit *limit;
	struct quota *quota;
	struct breaker *breaker;
	struct stop *stop;
	int64_t deadline_ns;     /* of the run; CLOCK_NEVER: none */
	int64_t try_timeout_ns;  /* of one attempt */
	int attempts_max;        /* per call: 1 + --retries */
	atomic_int retry_budget; /* further attempts left to the whole run */
	/* Tells what is done and why (--verbose), any thread; NULL: nobody. */
	void (*say)(void *arg, const char *line);
	void *say_arg;
};

struct fetch_worker; /* one worker's: connection, buffers, counters */

/* For struct pool_config: shared is a struct fetch_shared; a job is a struct
 * result whose outcomes are blank, and comes back with each of them filled. */
void *fetch_worker_new(void *shared, struct err *err);
void fetch_worker_free(void *worker);
void *fetch_work(void *worker, void *job);

/* Only after the worker's thread has ended. */
const struct metrics *fetch_metrics(const void *worker);

#endif
