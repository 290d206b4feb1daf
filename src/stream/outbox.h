/* SPDX-License-Identifier: MIT */
/* outbox.h: what the stream's thread hands to the one that writes.
 * Layer stream; uses base, model.
 *
 *	stream thread: put -> | ticks, events | -> take: the thread that writes
 *
 * Bounded, and the one that puts never waits: receiving must not depend on
 * writing, or a stuck reader would silence the heartbeats until the broker cuts
 * the line. When it is full, it first takes nothing more: the caller stops
 * reading the socket, and TCP holds what comes. Where that lasts for too long
 * the caller says may_merge: from then on there is one place for each symbol,
 * with its newest tick and the count of those that went into it, until the
 * queue is half empty again. Nothing disappears without being counted.
 *
 * Events go the same way, between the ticks between which they happened. */
#ifndef STREAM_OUTBOX_H
#define STREAM_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "model/event.h"
#include "model/tick.h"

struct outbox; /* opaque */

enum outbox_kind { OUTBOX_TICK, OUTBOX_EVENT };

struct outbox_item {
	enum outbox_kind kind;
	union {
		struct tick tick;
		struct event event;
	} as;
};

enum {
	OUTBOX_ITEMS = 8192,    /* 2.8 MB: with all else, below 16 */
	OUTBOX_EVENTS_MAX = 64, /* that wait while it merges; older ones go */
	/* Of a run, those that are gone included. */
	OUTBOX_SYMBOLS_MAX = OUTBOX_ITEMS / 2 - OUTBOX_EVENTS_MAX
};

/* room_fd: written to (a byte) when there is room again after put could not
 * take all; borrowed. Errors: SYSTEM. */
MUST_CHECK struct outbox *outbox_new(size_t capacity, int room_fd,
				     struct err *err);
void outbox_free(struct outbox *o);

/* Makes a place for each of the first count symbols, for merging. Errors:
 * LIMIT: with OUTBOX_EVENTS_MAX they are more than half of the capacity; SYSTEM.
 * Thread: the stream's. */
MUST_CHECK int outbox_reserve(struct outbox *o, size_t count, struct err *err);

/* Appends ticks, whose symbols have places. Returns how many were taken; with
 * may_merge all are. Thread: the stream's. */
size_t outbox_put(struct outbox *o, const struct tick *ticks, size_t count,
		  bool may_merge);

/* Appends an event; it is always taken. Thread: the stream's. */
void outbox_put_event(struct outbox *o, const struct event *event);

/* Nothing comes after this. Thread: the stream's. */
void outbox_end(struct outbox *o);

/* Takes what there is, at most max items, without waiting. *has_ended: no more
 * will come, and all was taken. Thread: the one that writes. */
size_t outbox_take(struct outbox *o, struct outbox_item *items, size_t max,
		   bool *has_ended);

/* Readable when outbox_take, which found nothing, should be called again. */
int outbox_fd(const struct outbox *o);

struct outbox_counts {
	size_t ticks;       /* put */
	size_t merged;      /* of them, folded into later ones */
	size_t events_lost; /* while it merged */
	bool is_merging;
};
void outbox_count(struct outbox *o, struct outbox_counts *out);

#endif
