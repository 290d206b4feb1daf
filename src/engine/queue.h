/* SPDX-License-Identifier: MIT */
/* queue.h: bounded FIFO of owned pointers between threads.
 * Layer engine; uses base.
 *
 * Its users hold credits, so a push always finds room: nobody ever blocks on a
 * full queue, and there is no deadlock to look for. */
#ifndef ENGINE_QUEUE_H
#define ENGINE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct queue; /* opaque */

/* is_polled: its consumer waits by queue_fd, not in queue_pop.
 * Errors: SYSTEM. _free takes NULL; items left inside are the caller's to pop
 * first. */
MUST_CHECK struct queue *queue_new(size_t cap, bool is_polled, struct err *err);
void queue_free(struct queue *q);

/* Appends item. A full queue is a broken promise and aborts.
 * Owns: the queue, until it is popped. Thread: any. */
void queue_push(struct queue *q, void *item);

/* Takes the first item.
 * Blocks: while empty, until an item or close; NULL once closed (even with
 * items left: queue_try_pop gets those). Thread: any. */
void *queue_pop(struct queue *q);

/* The first item, or NULL when there is none. Thread: any. */
void *queue_try_pop(struct queue *q);

/* Wakes all who wait in queue_pop, for good. */
void queue_close(struct queue *q);

/* Of a polled queue: readable when items may be there: poll it, then
 * queue_collect until NULL. For one consumer. */
int queue_fd(const struct queue *q);
void *queue_collect(struct queue *q);

#endif
