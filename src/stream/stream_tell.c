/* SPDX-License-Identifier: MIT */
/* What the reader is told: one event for each change that matters. */
#include "stream/stream_part.h"

#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/mask.h"

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
