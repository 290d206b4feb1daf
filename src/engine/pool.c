/* SPDX-License-Identifier: MIT */
#include "engine/pool.h"

#include <stdlib.h>

#include "base/sync.h"
#include "engine/queue.h"

enum { JOBS_PER_WORKER = 2 };

struct pool_thread {
	struct pool *pool;    /* c */
	void *worker;         /* w: owned by main before start and after join */
	struct thread thread; /* m */
};

struct pool { /* lock key: c const after init, m main's; queues lock themselves */
	struct pool_config config;   /* c; workers_max: m */
	struct queue *jobs;          /* c */
	struct pool_thread *threads; /* m: config.workers_max of them */
	size_t thread_count;         /* m: started and not yet freed */
	void *inline_worker;         /* m: when config.workers is 0 */
	size_t alive;                /* m */
	bool is_stopped;             /* m */
};

static void *run(void *arg)
{
	struct pool_thread *t = arg;
	void *job;

	while ((job = queue_pop(t->pool->jobs)))
		queue_push(t->pool->config.results,
			   t->pool->config.work(t->worker, job));
	return NULL;
}

static int start_worker(struct pool *p, struct err *err)
{
	struct pool_thread *t = &p->threads[p->thread_count];

	t->pool = p;
	t->worker = p->config.worker_new(p->config.shared, err);
	if (!t->worker)
		return -1;
	if (thread_start(&t->thread, run, t, err) < 0) {
		p->config.worker_free(t->worker);
		return -1;
	}
	p->thread_count++;
	return 0;
}

struct pool *pool_new(const struct pool_config *config, struct err *err)
{
	size_t most = config->workers_max > config->workers
			      ? config->workers_max
			      : config->workers;
	struct pool *p = err_calloc(sizeof *p, err);

	if (!p)
		return NULL;
	p->config = *config;
	p->config.workers_max = most;
	p->threads = err_calloc((most ? most : 1) * sizeof *p->threads, err);
	p->jobs = p->threads ? queue_new(pool_depth(most), false, err) : NULL;
	if (!p->jobs)
		goto fail;
	if (config->workers == 0) {
		p->inline_worker = config->worker_new(config->shared, err);
		if (!p->inline_worker)
			goto fail;
	}
	/* Threads last: what they use is there. */
	while (p->thread_count < config->workers)
		if (start_worker(p, p->thread_count == 0 ? err : NULL) < 0) {
			if (p->thread_count == 0)
				goto fail;
			break;
		}
	return p;
fail:
	pool_free(p);
	return NULL;
}

size_t pool_depth(size_t workers)
{
	return workers ? workers * JOBS_PER_WORKER : 1;
}

size_t pool_workers(const struct pool *p)
{
	return p->config.workers ? p->thread_count : 1;
}

bool pool_grow(struct pool *p)
{
	if (!p->config.workers || p->is_stopped ||
	    p->thread_count >= p->config.workers_max)
		return false;
	if (start_worker(p, NULL) == 0)
		return true;
	p->config.workers_max = p->thread_count; /* no more are available */
	return false;
}

bool pool_has_credit(const struct pool *p)
{
	return !p->is_stopped && p->alive < pool_depth(p->thread_count);
}

void pool_submit(struct pool *p, void *job)
{
	require(pool_has_credit(p));
	p->alive++;
	if (p->config.workers)
		queue_push(p->jobs, job);
	else
		queue_push(p->config.results,
			   p->config.work(p->inline_worker, job));
}

size_t pool_alive(const struct pool *p)
{
	return p->alive;
}

void pool_note_collected(struct pool *p)
{
	require(p->alive > 0);
	p->alive--;
}

void *pool_cancel_waiting(struct pool *p)
{
	void *job = queue_try_pop(p->jobs);

	if (job)
		p->alive--;
	return job;
}

void pool_stop(struct pool *p)
{
	size_t i;

	if (p->is_stopped)
		return;
	p->is_stopped = true;
	queue_close(p->jobs);
	for (i = 0; i < p->thread_count; i++)
		thread_join(&p->threads[i].thread);
}

void pool_each_worker(struct pool *p, void (*fn)(void *worker, void *arg),
		      void *arg)
{
	size_t i;

	require(p->is_stopped);
	if (p->inline_worker)
		fn(p->inline_worker, arg);
	for (i = 0; i < p->thread_count; i++)
		fn(p->threads[i].worker, arg);
}

void pool_free(struct pool *p)
{
	size_t i;

	if (!p)
		return;
	if (p->jobs)
		pool_stop(p);
	for (i = 0; p->threads && i < p->thread_count; i++)
		p->config.worker_free(p->threads[i].worker);
	if (p->inline_worker)
		p->config.worker_free(p->inline_worker);
	queue_free(p->jobs);
	free(p->threads);
	free(p);
}
