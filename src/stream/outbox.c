/* SPDX-License-Identifier: MIT */
/* In order, and how merging keeps it
 *
 * Each thing that is put has a serial number. While it merges, ticks go to their
 * symbols' places and events to a list of their own; when the queue is half
 * empty, both are moved into it by their serial numbers (a place has that of
 * its newest tick), and merging is over. So no tick overtakes one of its symbol.
 *
 * Who wakes whom
 *
 *	take finds nothing  -> reader_waits -> the next put writes to the pipe
 *	put finds no room   -> writer_waits -> take writes to room_fd, once half
 *	                                       of the queue is empty */
#include "stream/outbox.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/ring.h"
#include "base/sync.h"
#include "base/wake.h"

struct place {
	uint64_t serial; /* 0: empty */
	struct tick tick;
};

struct late_event {
	uint64_t serial;
	struct event event;
};

struct outbox {         /* lock key: c const after init, l under mu */
	int wake_fd[2]; /* c: a pipe; [0] is the reader's */
	int room_fd;    /* c: borrowed */
	struct mutex mu;
	struct ring ring;    /* l: of struct outbox_item */
	struct place *place; /* l: by symbol */
	size_t places;       /* l */
	struct late_event late[OUTBOX_EVENTS_MAX]; /* l: oldest first */
	size_t late_count;                         /* l */
	uint64_t serial;             /* l: of the last thing put */
	bool is_merging;             /* l */
	bool reader_waits;           /* l */
	bool writer_waits;           /* l */
	bool has_ended;              /* l */
	struct outbox_counts counts; /* l */
};

struct outbox *outbox_new(size_t capacity, int room_fd, struct err *err)
{
	struct outbox *o = err_calloc(sizeof *o, err);

	if (!o)
		return NULL;
	o->room_fd = room_fd;
	o->wake_fd[0] = o->wake_fd[1] = -1;
	if (mutex_init(&o->mu, err) == 0 && wake_open(o->wake_fd, err) == 0 &&
	    ring_init(&o->ring, capacity, sizeof(struct outbox_item), err) == 0)
		return o;
	outbox_free(o);
	return NULL;
}

void outbox_free(struct outbox *o)
{
	if (!o)
		return;
	wake_close(o->wake_fd);
	ring_release(&o->ring);
	free(o->place);
	mutex_destroy(&o->mu);
	free(o);
}

int outbox_reserve(struct outbox *o, size_t count, struct err *err)
{
	struct place *grown, *old = NULL;

	if (count + OUTBOX_EVENTS_MAX > o->ring.capacity / 2)
		return err_set(err, ERR_LIMIT,
			       "more than %d symbols were followed by one run: "
			       "start another",
			       OUTBOX_SYMBOLS_MAX);
	grown = calloc(count ? count : 1, sizeof *grown);
	if (!grown)
		return err_no_memory(err);
	mutex_lock(&o->mu);
	if (count > o->places) {
		for (size_t i = 0; i < o->places; i++)
			grown[i] = o->place[i];
		old = o->place;
		o->place = grown;
		o->places = count;
		grown = NULL;
	}
	mutex_unlock(&o->mu);
	free(old);
	free(grown);
	return 0;
}

/* Returns whether the reader must be woken. */
static bool take_reader_locked(struct outbox *o) REQUIRES(o->mu)
{
	bool waits = o->reader_waits;

	o->reader_waits = false;
	return waits;
}

/* ---- putting ---- */

static void merge_locked(struct outbox *o, const struct tick *t) REQUIRES(o->mu)
{
	struct place *p;

	require(t->symbol < o->places);
	p = &o->place[t->symbol];
	if (p->serial) {
		tick_merge(&p->tick, t);
		o->counts.merged++;
	} else {
		p->tick = *t;
	}
	p->serial = ++o->serial;
}

static bool put_tick_locked(struct outbox *o, const struct tick *t)
	REQUIRES(o->mu)
{
	struct outbox_item *item = ring_extend(&o->ring);

	if (!item)
		return false;
	item->kind = OUTBOX_TICK;
	item->as.tick = *t;
	o->serial++;
	return true;
}

size_t outbox_put(struct outbox *o, const struct tick *ticks, size_t count,
		  bool may_merge)
{
	bool wakes;
	size_t n = 0;

	mutex_lock(&o->mu);
	/* Behind an event that waits, ticks wait too. */
	while (n < count && !o->is_merging && o->late_count == 0 &&
	       put_tick_locked(o, &ticks[n]))
		n++;
	if (n < count)
		o->is_merging |= may_merge;
	while (n < count && o->is_merging)
		merge_locked(o, &ticks[n++]);
	o->writer_waits = n < count;
	o->counts.ticks += n;
	wakes = take_reader_locked(o);
	mutex_unlock(&o->mu);
	if (wakes)
		wake_send(o->wake_fd[1]);
	return n;
}

/* Into the list of those that wait; the oldest gives way. */
static void put_late_locked(struct outbox *o, const struct event *e)
	REQUIRES(o->mu)
{
	if (o->late_count == OUTBOX_EVENTS_MAX) {
		for (size_t i = 1; i < o->late_count; i++)
			o->late[i - 1] = o->late[i];
		o->late_count--;
		o->counts.events_lost++;
	}
	o->late[o->late_count].serial = ++o->serial;
	o->late[o->late_count++].event = *e;
}

void outbox_put_event(struct outbox *o, const struct event *event)
{
	struct outbox_item item = { .kind = OUTBOX_EVENT, .as.event = *event };
	bool wakes;

	mutex_lock(&o->mu);
	/* One that finds no room makes those behind it wait as well. */
	if (o->is_merging || o->late_count > 0 ||
	    ring_put(&o->ring, &item, 1) == 0)
		put_late_locked(o, event);
	else
		o->serial++;
	wakes = take_reader_locked(o);
	mutex_unlock(&o->mu);
	if (wakes)
		wake_send(o->wake_fd[1]);
}

void outbox_end(struct outbox *o)
{
	mutex_lock(&o->mu);
	o->has_ended = true;
	mutex_unlock(&o->mu);
	wake_send(o->wake_fd[1]);
}

/* ---- taking ---- */

/* The place with the lowest serial number, or NULL. */
static struct place *oldest_place_locked(struct outbox *o) REQUIRES(o->mu)
{
	struct place *oldest = NULL;

	for (size_t i = 0; i < o->places; i++)
		if (o->place[i].serial &&
		    (!oldest || o->place[i].serial < oldest->serial))
			oldest = &o->place[i];
	return oldest;
}

/* Moves what waits beside the half empty queue into it, in order. There is room:
 * places and events are no more than half of it. */
static void move_in_locked(struct outbox *o) REQUIRES(o->mu)
{
	struct place *p = oldest_place_locked(o);
	size_t next = 0;

	while (p || next < o->late_count) {
		struct outbox_item item;

		if (p && (next == o->late_count ||
			  p->serial < o->late[next].serial)) {
			item.kind = OUTBOX_TICK;
			item.as.tick = p->tick;
			p->serial = 0;
			p = oldest_place_locked(o);
		} else {
			item.kind = OUTBOX_EVENT;
			item.as.event = o->late[next++].event;
		}
		require(ring_put(&o->ring, &item, 1) == 1);
	}
	o->late_count = 0;
	o->is_merging = false;
}

size_t outbox_take(struct outbox *o, struct outbox_item *items, size_t max,
		   bool *has_ended)
{
	bool wakes;
	size_t n;

	wake_clear(o->wake_fd[0]);
	mutex_lock(&o->mu);
	if (o->ring.len <= o->ring.capacity / 2 &&
	    (o->is_merging || o->late_count > 0))
		move_in_locked(o);
	n = ring_take(&o->ring, items, max);
	o->reader_waits = n == 0;
	*has_ended = n == 0 && o->has_ended;
	wakes = o->writer_waits && o->ring.len <= o->ring.capacity / 2;
	if (wakes)
		o->writer_waits = false;
	mutex_unlock(&o->mu);
	if (wakes)
		wake_send(o->room_fd);
	return n;
}

int outbox_fd(const struct outbox *o)
{
	return o->wake_fd[0];
}

void outbox_count(struct outbox *o, struct outbox_counts *out)
{
	mutex_lock(&o->mu);
	*out = o->counts;
	out->is_merging = o->is_merging;
	mutex_unlock(&o->mu);
}
