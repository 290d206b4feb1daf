/* SPDX-License-Identifier: MIT */
/* ring.h: a bounded queue of values of one size.
 * Layer base; uses err.
 *
 * Values are copied in and out, many at a time. It knows no thread: its owner
 * has the lock. An empty ring begins anew at its front, so that one which is
 * never full touches little of its memory. */
#ifndef BASE_RING_H
#define BASE_RING_H

#include <stddef.h>

#include "base/err.h"

struct ring {
	char *slot; /* owned */
	size_t item_bytes, capacity;
	size_t first, len;
};

/* Errors: SYSTEM (memory). */
MUST_CHECK int ring_init(struct ring *r, size_t capacity, size_t item_bytes,
			 struct err *err);
void ring_release(struct ring *r);

/* Appends the first of count items; returns how many there was room for. */
size_t ring_put(struct ring *r, const void *items, size_t count);

/* Appends one that the caller writes now: where; NULL: it is full. */
void *ring_extend(struct ring *r);

/* Removes the oldest items, at most max; returns how many there were. */
size_t ring_take(struct ring *r, void *items, size_t max);

#endif
