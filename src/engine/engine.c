/* SPDX-License-Identifier: MIT */
#include "engine/engine.h"

#include <stdlib.h>

#include "engine/fetch.h"
#include "engine/limit.h"
#include "engine/pool.h"
#include "engine/queue.h"
#include "engine/upstream.h"
#include "model/quote.h"

struct engine {
	struct engine_config config;
	struct queue *results;
	struct pool *pool[SOURCES_MAX];
	double latency_sec[SOURCES_MAX]; /* moving averages */
};

struct engine *engine_new(const struct engine_config *config, struct err *err)
{
	size_t most = config->grows ? ENGINE_WORKERS_MAX : config->workers;
	struct engine *e = err_calloc(sizeof *e, err);
	size_t i;

	require(config->count > 0 && config->count <= SOURCES_MAX);
	if (!e)
		return NULL;
	e->config = *config;
	e->results = queue_new(config->count * pool_depth(most), true, err);
	if (!e->results)
		goto fail;
	for (i = 0; i < config->count; i++) {
		const struct pool_config pool = {
			.workers = config->workers,
			.workers_max = most,
			.results = e->results,
			.worker_new = fetch_worker_new,
			.worker_free = fetch_worker_free,
			.shared = &config->upstream[i],
			.work = fetch_work
		};

		e->pool[i] = pool_new(&pool, err);
		if (!e->pool[i])
			goto fail;
	}
	return e;
fail:
	engine_free(e);
	return NULL;
}

void engine_free(struct engine *e)
{
	size_t i;

	if (!e)
		return;
	for (i = 0; i < e->config.count; i++)
		pool_free(e->pool[i]);
	queue_free(e->results);
	free(e);
}

bool engine_has_credit(const struct engine *e, size_t source)
{
	return pool_has_credit(e->pool[source]);
}

void engine_submit(struct engine *e, struct result *job)
{
	pool_submit(e->pool[job->request->source], job);
}

int engine_fd(const struct engine *e)
{
	return queue_fd(e->results);
}

/* A call holds a place of the quota for its round trip and a second, so N x RTT
 * / (1 + RTT) calls are in flight when the quota is used up; two more wait for
 * their turn. */
static void grow(struct engine *e, size_t source, const struct result *result)
{
	struct upstream *u = &e->config.upstream[source];
	double sec = result->latency_ms / 1000.0;
	double *average = &e->latency_sec[source];

	if (!e->config.grows || !result->was_sent)
		return;
	*average = *average > 0 ? 0.8 * *average + 0.2 * sec : sec;
	if ((double)pool_workers(e->pool[source]) <
		    upstream_rate(&u->config) * *average / (1 + *average) + 2 &&
	    pool_grow(e->pool[source]) && e->config.widens_limit)
		limit_widen(u->limit);
}

struct result *engine_collect(struct engine *e)
{
	struct result *result = queue_collect(e->results);
	size_t source;

	if (!result)
		return NULL;
	source = result->request->source;
	pool_note_collected(e->pool[source]);
	grow(e, source, result);
	return result;
}

struct result *engine_take_back(struct engine *e, size_t source)
{
	return pool_cancel_waiting(e->pool[source]);
}

void engine_stop(struct engine *e, bool is_urgent)
{
	size_t i;

	for (i = 0; is_urgent && i < e->config.count; i++)
		upstream_stop(&e->config.upstream[i]);
	for (i = 0; i < e->config.count; i++)
		pool_stop(e->pool[i]);
}

static void add_metrics(void *worker, void *sum)
{
	metrics_add(sum, fetch_metrics(worker));
}

void engine_sum_metrics(struct engine *e, struct metrics *sum)
{
	size_t i;

	for (i = 0; i < e->config.count; i++)
		pool_each_worker(e->pool[i], add_metrics, sum);
}

size_t engine_workers(const struct engine *e)
{
	size_t i, sum = 0;

	for (i = 0; i < e->config.count; i++)
		sum += pool_workers(e->pool[i]);
	return sum;
}
