/* SPDX-License-Identifier: MIT */
/* What the reader wants of the thread: symbols that come into the list, or go
 * from it. A line of wishes under one lock; the thread takes all of it at the
 * beginning of its turn. And what the reader is given: trades, and one event for
 * each change that matters. */
#include "stream/stream_part.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mask.h"
#include "base/wake.h"

/* With a reader, before trades are merged. */
#define PATIENCE_NS NS_PER_SEC
#define AT_ONCE_NS (NS_PER_SEC / 2)  /* half of the queue: 4 MB/s */
#define LATE_MAX_NS (5 * NS_PER_SEC) /* in all, with one that is so fast */

struct wish {
	struct wish *next;
	struct feed_address address; /* of a new one */
	size_t index;
	bool is_new, is_wanted;
};

/* ---- the reader's side ---- */

static int wish(struct stream *s, const struct wish *what, struct err *err)
{
	struct wish *w = malloc(sizeof *w);

	if (!w)
		return err_no_memory(err);
	*w = *what;
	mutex_lock(&s->wishes_mu);
	*s->wishes_end = w;
	s->wishes_end = &w->next;
	mutex_unlock(&s->wishes_mu);
	wake_send(s->room[1]);
	return 0;
}

int stream_add(struct stream *s, const struct feed_address *address,
	       size_t index, struct err *err)
{
	return wish(s,
		    &(struct wish){ .address = *address,
				    .index = index,
				    .is_new = true,
				    .is_wanted = true },
		    err);
}

int stream_want(struct stream *s, size_t index, bool is_wanted, struct err *err)
{
	return wish(s, &(struct wish){ .index = index, .is_wanted = is_wanted },
		    err);
}

/* ---- the thread's ---- */

int stream_make_place(struct stream *s, const struct feed_address *address,
		      struct err *err)
{
	size_t count = s->roster.count + 1, index;
	void *grown = realloc(s->followed, count * sizeof *s->followed);

	if (!grown)
		return err_no_memory(err);
	s->followed = grown;
	s->followed[count - 1] = (struct followed){ .told_ns = 0 };
	if (outbox_reserve(s->outbox, count, err) < 0)
		return -1;
	return roster_add(&s->roster, address, &index, err);
}

/* Without memory for its list it cannot go on. */
static void grant(struct stream *s, const struct wish *w)
{
	if (w->is_new) {
		require(w->index == s->roster.count);
		if (stream_make_place(s, &w->address, &s->failure) < 0)
			stop_request(&s->stop, STOP_INTERNAL);
		return;
	}
	roster_want(&s->roster, w->index, w->is_wanted, clock_monotonic_ns());
	/* Nobody misses what happens while it is not followed. */
	if (!w->is_wanted)
		s->followed[w->index] = (struct followed){ .told_ns = 0 };
}

static struct wish *take_all(struct stream *s)
{
	struct wish *first;

	mutex_lock(&s->wishes_mu);
	first = s->wishes;
	s->wishes = NULL;
	s->wishes_end = &s->wishes;
	mutex_unlock(&s->wishes_mu);
	return first;
}

void stream_grant_wishes(struct stream *s)
{
	struct wish *next;

	for (struct wish *w = take_all(s); w; w = next) {
		next = w->next;
		if (!stop_reason(&s->stop))
			grant(s, w);
		s->has_settled = false;
		free(w);
	}
}

void stream_drop_wishes(struct stream *s)
{
	struct wish *next;

	for (struct wish *w = take_all(s); w; w = next) {
		next = w->next;
		free(w);
	}
}

/* ---- what it is given ---- */

/* What lies unread behind the reader's trades may be a heartbeat. So a slow one is
 * waited for once until the line is read empty, however often it makes a little
 * room; one that makes it at once keeps up, and has longer. */
int64_t stream_merges_at(const struct stream *s)
{
	if (s->config.waits_for_reader || s->held_up_ns == CLOCK_NEVER)
		return CLOCK_NEVER;
	return earlier(s->held_up_ns + PATIENCE_NS,
		       earlier(s->unread_ns, s->held_up_ns) + LATE_MAX_NS);
}

bool stream_hand_over(struct stream *s)
{
	int64_t now = clock_monotonic_ns();
	bool merges = now >= stream_merges_at(s);
	size_t taken = 0;

	if (s->batch_len > 0)
		taken = outbox_put(s->outbox, s->batch, s->batch_len, merges);
	s->batch_len -= taken;
	memmove(s->batch, s->batch + taken, s->batch_len * sizeof *s->batch);
	s->is_held_up = s->batch_len > 0;
	if (s->is_held_up && s->held_up_ns == CLOCK_NEVER)
		s->held_up_ns = now;
	else if (!s->is_held_up && s->held_up_ns != CLOCK_NEVER &&
		 now - s->held_up_ns < AT_ONCE_NS)
		s->held_up_ns = CLOCK_NEVER;
	return !s->is_held_up;
}

struct event stream_make_event(enum event_type type)
{
	return (struct event){ .type = type,
			       .symbol = EVENT_NO_SYMBOL,
			       .at_ms = clock_real_ms() };
}

void stream_put_text(struct stream *s, struct event *e, const char *text)
{
	struct buf masked;

	buf_init(&masked, 1024);
	buf_puts(&masked, text);
	mask_secret(&masked, s->approval.lease.text);
	snprintf(e->text, sizeof e->text, "%s", buf_text(&masked));
	buf_release(&masked);
}

void stream_tell(struct stream *s, const struct event *e)
{
	outbox_put_event(s->outbox, e);
}

void stream_tell_plain(struct stream *s, enum event_type type)
{
	struct event e = stream_make_event(type);

	stream_tell(s, &e);
}

static size_t count_wanted(const struct stream *s)
{
	return s->roster.count - roster_count(&s->roster, ROSTER_GONE);
}

static void tell_refused(struct stream *s, size_t index)
{
	const struct roster_entry *r = &s->roster.entry[index];
	struct event e = stream_make_event(EVENT_REFUSED);

	e.symbol = (uint32_t)index;
	e.kind = r->err.kind;
	snprintf(e.rt_cd, sizeof e.rt_cd, "%s", r->answer.rt_cd);
	snprintf(e.msg_cd, sizeof e.msg_cd, "%s", r->answer.msg_cd);
	stream_put_text(s, &e, r->answer.msg1[0] ? r->answer.msg1 : r->err.msg);
	stream_tell(s, &e);
}

void stream_tell_limit(struct stream *s)
{
	struct event e = stream_make_event(EVENT_LIMIT);

	e.count = (int64_t)s->roster.limit;
	e.total = (int64_t)count_wanted(s);
	stream_tell(s, &e);
}

void stream_tell_news(struct stream *s)
{
	size_t index;

	while ((index = roster_take_news(&s->roster)) != SIZE_MAX) {
		struct event e = stream_make_event(EVENT_FOLLOWED);

		e.symbol = (uint32_t)index;
		if (s->roster.entry[index].state == ROSTER_ACTIVE)
			stream_tell(s, &e);
		else if (s->roster.entry[index].state == ROSTER_REFUSED)
			tell_refused(s, index);
	}
	if (s->has_settled || roster_due(&s->roster) != CLOCK_NEVER)
		return;
	s->has_settled = true;
	struct event e = stream_make_event(EVENT_SUBSCRIBED);

	e.count = (int64_t)roster_count(&s->roster, ROSTER_ACTIVE);
	e.total = (int64_t)count_wanted(s);
	stream_tell(s, &e);
}
