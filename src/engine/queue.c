/* SPDX-License-Identifier: MIT */
#include "engine/queue.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/sync.h"
#include "base/wake.h"

struct queue { /* lock key: c const after init, l under mu */
	struct mutex mu;
	struct cond not_empty; /* l: len > 0 or closed */
	void **slot;           /* c: the array; l: its contents, owned */
	size_t cap;            /* c */
	size_t head, len;      /* l */
	bool is_closed;        /* l: set once, never cleared */
	int pipe[2]; /* c: holds a byte since the queue was last empty, if it
		      * is polled; else -1 */
};

struct queue *queue_new(size_t cap, bool is_polled, struct err *err)
{
	struct queue *q = err_calloc(sizeof *q, err);

	if (!q)
		return NULL;
	q->pipe[0] = q->pipe[1] = -1;
	q->cap = cap;
	q->slot = err_calloc(cap * sizeof *q->slot, err);
	if (q->slot && (!is_polled || wake_open(q->pipe, err) == 0) &&
	    mutex_init(&q->mu, err) == 0 && cond_init(&q->not_empty, err) == 0)
		return q;
	queue_free(q);
	return NULL;
}

void queue_free(struct queue *q)
{
	if (!q)
		return;
	require(q->len == 0);
	cond_destroy(&q->not_empty);
	mutex_destroy(&q->mu);
	wake_close(q->pipe);
	free(q->slot);
	free(q);
}

void queue_push(struct queue *q, void *item)
{
	bool was_empty;

	mutex_lock(&q->mu);
	require(q->len < q->cap);
	was_empty = q->len == 0;
	q->slot[(q->head + q->len++) % q->cap] = item;
	mutex_unlock(&q->mu);
	cond_signal(&q->not_empty);
	/* The consumer empties the queue whenever it is woken, so a byte for
	 * each time the queue ceases to be empty is enough. */
	if (was_empty && q->pipe[1] >= 0)
		wake_send(q->pipe[1]);
}

static void *take_first(struct queue *q) REQUIRES(q->mu)
{
	void *item;

	if (q->len == 0)
		return NULL;
	item = q->slot[q->head];
	q->head = (q->head + 1) % q->cap;
	q->len--;
	return item;
}

void *queue_pop(struct queue *q)
{
	void *item;

	mutex_lock(&q->mu);
	while (q->len == 0 && !q->is_closed)
		cond_wait_until(&q->not_empty, &q->mu, CLOCK_NEVER);
	item = q->is_closed ? NULL : take_first(q);
	mutex_unlock(&q->mu);
	return item;
}

void *queue_try_pop(struct queue *q)
{
	void *item;

	mutex_lock(&q->mu);
	item = take_first(q);
	mutex_unlock(&q->mu);
	return item;
}

void queue_close(struct queue *q)
{
	mutex_lock(&q->mu);
	q->is_closed = true;
	mutex_unlock(&q->mu);
	cond_broadcast(&q->not_empty);
}

int queue_fd(const struct queue *q)
{
	return q->pipe[0];
}

/* Clear, then look again: an item that came between is either seen now or
 * makes the descriptor readable. */
void *queue_collect(struct queue *q)
{
	void *item = queue_try_pop(q);

	if (item)
		return item;
	wake_clear(q->pipe[0]);
	return queue_try_pop(q);
}
